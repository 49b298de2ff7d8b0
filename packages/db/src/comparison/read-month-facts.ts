import { formatUsageDay, type MonthFacts, type UsageDay } from '@hopsmeter/usage';
import type { Query } from '../connection/query.ts';
import { READ_APPLICATION_DAYS } from './application-statements.ts';
import { dayOf } from './our-rows.ts';
import { READ_METERED_SINCE } from './our-statements.ts';

type DayRow = { readonly date: string; readonly isReported: boolean; readonly hasEgress: boolean };
type SinceRow = { readonly clusterId: string; readonly since: string | null };

/** Reads what is the same for all users of the days from `from` up to, but not including, `to`. */
export async function readMonthFacts(
  ours: Query,
  application: Query,
  { from, to }: { readonly from: UsageDay; readonly to: UsageDay },
): Promise<MonthFacts> {
  const range = [formatUsageDay(from), formatUsageDay(to)];
  const days = await application.rowsOf<DayRow>(READ_APPLICATION_DAYS, range);
  const clusters = await ours.rowsOf<SinceRow>(READ_METERED_SINCE, range);
  return {
    from,
    to,
    meteredSince: new Map(
      clusters.flatMap(({ clusterId, since }) =>
        since === null ? [] : [[clusterId, { day: dayOf(since.slice(0, 10)), hour: Number(since.slice(11) || '0') }]],
      ),
    ),
    reportedDays: new Set(days.filter(({ isReported }) => isReported).map(({ date }) => dayOf(date))),
    hasEgress: days.some(({ hasEgress }) => hasEgress),
  };
}
