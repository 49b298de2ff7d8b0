import { formatUsageDay, type UsageDay } from '../../time.ts';
import { type Amount, formatFixed, roundAmount } from './amount.ts';
import type { Cause, ComparisonRow } from './causes.ts';
import type { MonthFacts, OurDay, UserFacts } from './facts.ts';

const CENTS = 2;

/**
 * Compares whom and what the row of a day is booked on: a row has one account owner and one cluster, and only some are
 * billed. Told as what it moves of the cost that hopsmeter has, so that another cause of a difference does not add to
 * it. A measure on which both agree has no row.
 */
export function compareAttribution(
  user: UserFacts,
  { reportedDays }: MonthFacts,
  day: UsageDay,
): readonly ComparisonRow[] {
  const row = user.application.get(day);
  const ours = user.ours.get(day);
  if (row === undefined || ours === undefined) return [];
  const rows: ComparisonRow[] = [];
  const add = (measure: ComparisonRow['measure'], old: Amount, now: Amount, cause: Cause, detail: string): void => {
    const [before, after] = [roundAmount(old, CENTS), roundAmount(now, CENTS)];
    if (before === after) return;
    const values = { old: formatFixed(before, CENTS), new: formatFixed(after, CENTS) };
    const difference = formatFixed(after - before, CENTS);
    rows.push({
      userId: user.userId,
      date: formatUsageDay(day),
      measure,
      ...values,
      difference,
      causes: [cause],
      detail,
    });
  };
  const { cost, costByOwner, costByCluster } = ours;

  const ownerId = row.accountOwnerId ?? user.userId;
  add(
    'owner_cost',
    cost,
    costByOwner.get(ownerId) ?? 0n,
    isOverwritten(user, row.accountOwnerId) ? 'owner_overwritten' : 'unexplained',
    `${row.accountOwnerId ?? 'nobody'} instead of ${namesBut(costByOwner, ownerId)}`,
  );
  if (row.clusterId !== null)
    add(
      'cluster_cost',
      cost,
      costByCluster.get(row.clusterId) ?? 0n,
      costByCluster.has(row.clusterId) ? 'last_cluster_wins' : 'unexplained',
      `${row.clusterId} instead of ${namesBut(costByCluster, row.clusterId)}`,
    );
  const asMember = memberCost(ours, user.userId);
  if (!row.isReportedToStripe && reportedDays.has(day))
    add('billed_cost', 0n, asMember, 'member_not_billed', `member of ${namesBut(costByOwner, user.userId)}`);
  return rows;
}

/** The job writes the owner of the moment into the whole row, and none when it could not look them up. */
function isOverwritten({ userId, currentOwnerId, ours }: UserFacts, ownerId: string | null): boolean {
  if (ownerId === null || ownerId === (currentOwnerId ?? userId)) return true;
  return [...ours.values()].some(({ costByOwner }) => costByOwner.has(ownerId));
}

function memberCost({ cost, costByOwner }: OurDay, userId: string): Amount {
  return cost - (costByOwner.get(userId) ?? 0n);
}

function namesBut(amounts: ReadonlyMap<string, Amount>, name: string): string {
  return [...amounts.keys()].filter((one) => one !== name).join(', ');
}
