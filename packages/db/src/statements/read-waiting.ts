import { addMonths, formatUsageDay, type ParkReason, type UsageMonth } from '@hopsmeter/usage';
import { inSnapshot } from '../connection/in-snapshot.ts';
import type { Pool } from '../connection/pool.ts';
import { READ_DIFFERENCES, READ_MISSING_HOURS, READ_WAITING_EVENTS } from './waiting-statements.ts';

/** Parked events of one reason. */
export type WaitingEvents = {
  readonly reason: ParkReason;
  readonly events: number;
  /** Whether they are the account's; else nobody knows whose they are, and the account was on their cluster. */
  readonly isOwn: boolean;
};

/** Hours of a cluster; see `GRID` in reconciliation. */
export type MissingClusterHours = {
  readonly clusterId: string;
  readonly clusterName: string;
  readonly hours: number;
};

/** What may still change an account's month: with it the statement would be another one. */
export type WaitingUsage = {
  readonly parked: readonly WaitingEvents[];
  /** Hours that the cluster, or one of its sources, did not report while the account was on it. */
  readonly missingHours: readonly MissingClusterHours[];
  /** Rows of the month that differ from the ledger or have another price than they should. */
  readonly differences: number;
};

type OfAccount<T> = T & { readonly accountOwnerId: string };

/**
 * What waits of a month, for those of the accounts of which anything does. In one snapshot, which may be older than
 * what is closed by it: what comes a moment later is late usage in any case.
 */
export function readWaiting(
  pool: Pool,
  month: UsageMonth,
  accountOwnerIds: readonly string[],
): Promise<ReadonlyMap<string, WaitingUsage>> {
  const [from, to] = [formatUsageDay(month), formatUsageDay(addMonths(month, 1))];
  const times = [`${from}T00:00:00Z`, `${to}T00:00:00Z`];
  return inSnapshot(pool, async ({ rowsOf }) => {
    const parked = await rowsOf<OfAccount<WaitingEvents>>(READ_WAITING_EVENTS, [...times, accountOwnerIds]);
    const hours = await rowsOf<OfAccount<MissingClusterHours>>(READ_MISSING_HOURS, [...times, null, accountOwnerIds]);
    const differences = await rowsOf<OfAccount<{ rows: number }>>(READ_DIFFERENCES, [from, to, accountOwnerIds]);
    const ids = [parked, hours, differences].flatMap((rows) => rows.map(({ accountOwnerId }) => accountOwnerId));
    return new Map(
      [...new Set(ids)].map((id) => [
        id,
        {
          parked: of(id, parked).map(({ reason, events, isOwn }) => ({ reason, events, isOwn })),
          missingHours: of(id, hours).map(({ accountOwnerId: _, ...cluster }) => cluster),
          differences: of(id, differences)[0]?.rows ?? 0,
        },
      ]),
    );
  });
}

function of<T>(accountOwnerId: string, rows: readonly OfAccount<T>[]): readonly OfAccount<T>[] {
  return rows.filter((row) => row.accountOwnerId === accountOwnerId);
}

/** What waits in a sentence: `2 parked events (no_rate), 3 missing hours of east`. */
export function describeWaiting({ parked, missingHours, differences }: WaitingUsage): string {
  return [
    ...parked.map(({ reason, events, isOwn }) => {
      const whose = isOwn ? '' : ', of nobody known';
      return `${countOf(events, 'parked event')} (${reason}${whose})`;
    }),
    ...missingHours.map(({ clusterName, hours }) => `${countOf(hours, 'missing hour')} of ${clusterName}`),
    ...(differences === 0 ? [] : [countOf(differences, 'unexplained difference')]),
  ].join(', ');
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
