import {
  addMonths,
  type Cents,
  formatUsageDay,
  type Micros,
  monthOf,
  RequestError,
  type UsageMonth,
  usageDayOf,
} from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';
import { centsOf } from '../statements/cents-text.ts';
import { draftStatement } from '../statements/draft-statement.ts';
import { type ReachedCap, raiseAlerts } from './raise-alerts.ts';
import { ALERT_THRESHOLDS, thresholdsReached } from './thresholds.ts';

/** Days into a month during which the month before is watched too: usage of its last hours comes in late. */
const MONTH_WATCH_DAYS = 3;

/**
 * Takes caps that nobody has looked at for a while, the longest ago first.
 *
 * Guarantees: workers that take at once get different caps, so each is looked at once in a period however many workers
 * there are. One whose worker dies is looked at in the next period.
 *
 * Parameters: $1 seconds of a period, $2 most caps, $3 first day of the month, $4 of the month before. Locks: the caps;
 * those that are locked are passed over.
 */
const TAKE_CAPS = `
with due as materialized (
  select account_owner_id from hopsmeter.spending_caps
  where checked_at is null or checked_at < now() - make_interval(secs => $1::double precision)
  order by checked_at nulls first, account_owner_id
  limit $2::integer
  for update skip locked
)
update hopsmeter.spending_caps as cap set checked_at = clock_timestamp()
from due where cap.account_owner_id = due.account_owner_id
returning cap.account_owner_id as "accountOwnerId", cap.amount::text as amount,
  cap.set_at < $3::date::timestamp at time zone 'UTC' as "isOlderThanMonth",
  (select count(*)::integer from hopsmeter.spending_alerts as alert
    where alert.account_owner_id = cap.account_owner_id and alert.month = $3::date) as "raisedCount",
  (select count(*)::integer from hopsmeter.spending_alerts as alert
    where alert.account_owner_id = cap.account_owner_id and alert.month = $4::date) as "raisedBeforeCount"
`;

type TakenCap = {
  readonly accountOwnerId: string;
  readonly amount: string;
  readonly isOlderThanMonth: boolean;
  readonly raisedCount: number;
  readonly raisedBeforeCount: number;
};

export type SpendingWatch = {
  /** Decides which UTC month it is. */
  readonly now: Micros;
  /** A cap that was looked at within this time is left alone. */
  readonly periodMs: number;
  /** Most caps of one call. */
  readonly limit: number;
};

export type WatchedSpending = {
  /** Caps that were looked at; less than the limit when no more are due. */
  readonly capCount: number;
  /** Thresholds whose alerts were raised, one for each alert. */
  readonly raised: readonly number[];
  /** Why some accounts could not be looked at; they come again in the next period. */
  readonly failures: readonly unknown[];
};

/**
 * Compares what accounts have spent this month with their caps and raises alerts. What an account has spent is what
 * closing its month would bill as of now: all its usage, its members' included, however it came in.
 *
 * In the first days of a month, the month before is watched too, for caps that were set before it ended.
 */
export async function watchSpending(pool: Pool, { now, periodMs, limit }: SpendingWatch): Promise<WatchedSpending> {
  const today = usageDayOf(now);
  const month = monthOf(today);
  const before = addMonths(month, -1);
  const isBeforeWatched = today < month + MONTH_WATCH_DAYS;
  const days = [formatUsageDay(month), formatUsageDay(before)];
  const { rows } = await pool.query<TakenCap>(TAKE_CAPS, [periodMs / 1_000, limit, ...days]);
  const raised: number[] = [];
  const failures: unknown[] = [];
  for (const { accountOwnerId, amount, isOlderThanMonth, raisedCount, raisedBeforeCount } of rows)
    try {
      const cap = centsOf(amount);
      if (isBeforeWatched && isOlderThanMonth && raisedBeforeCount < ALERT_THRESHOLDS.length)
        raised.push(...(await watchMonth(pool, accountOwnerId, before, cap)));
      if (raisedCount < ALERT_THRESHOLDS.length) raised.push(...(await watchMonth(pool, accountOwnerId, month, cap)));
    } catch (error) {
      failures.push(error);
    }
  return { capCount: rows.length, raised, failures };
}

async function watchMonth(
  pool: Pool,
  accountOwnerId: string,
  month: UsageMonth,
  cap: Cents,
): Promise<readonly number[]> {
  const spent = await readSpent(pool, accountOwnerId, month);
  if (spent === undefined) return [];
  const reached: ReachedCap = { accountOwnerId, month, cap, spent, thresholds: thresholdsReached(spent, cap) };
  return raiseAlerts(pool, reached);
}

/** Undefined for a month that is closed: its statement says what it came to. */
async function readSpent(pool: Pool, accountOwnerId: string, month: UsageMonth): Promise<bigint | undefined> {
  try {
    return (await draftStatement(pool, accountOwnerId, month)).totalExact;
  } catch (error) {
    if (error instanceof RequestError && error.code === 'MONTH_CLOSED') return undefined;
    throw error;
  }
}
