import { createRandom } from '../random.ts';
import type { Application, UsageRow } from './application-rows.ts';
import { APPLICATION_TODAY, at, decimal } from './create-application.ts';

const DAY_MS = 86_400_000;

/** Fourteen months. */
export const USAGE_DAYS = 425;

/** A day so many days before the application's today, as its column has it. */
export function dayAgo(days: number): string {
  return new Date(APPLICATION_TODAY - days * DAY_MS).toISOString().slice(0, 10);
}

/**
 * Makes the application's past usage, day by day: a row for each user of every day up to yesterday, in which everything
 * is as it should be. The same seed makes the same rows.
 */
export function* createUsage({ users, assignments }: Application, seed: number, days: number): Generator<UsageRow[]> {
  const random = createRandom(seed);
  const clusterOf = new Map(assignments.map((row) => [row.user_id, row.hopsworks_cluster_id]));
  for (let ago = days; ago >= 1; ago -= 1)
    yield users.map(({ id, account_owner_id }): UsageRow => {
      const hours = random.int(500_000);
      return {
        ...usageRow(id, dayAgo(ago)),
        // The application leaves it out on many rows of owners.
        account_owner_id: account_owner_id ?? (random.chance(50) ? id : null),
        opencost_cpu_hours: decimal(hours),
        opencost_gpu_hours: random.chance(10) ? decimal(random.int(240_000)) : '0',
        opencost_ram_gb_hours: decimal(hours * 4),
        online_storage_gb: decimal(random.int(100_000)),
        offline_storage_gb: decimal(random.int(10_000_000)),
        total_cost: cents(random.int(100_000)),
        project_breakdown: { [`team-${random.int(100)}-ml`]: { cpu_hours: hours / 10_000 } },
        hopsworks_cluster_id: random.chance(95) ? (clusterOf.get(id) ?? null) : null,
      };
    });
}

/** A row without usage. */
export function usageRow(user_id: string, date: string): UsageRow {
  return {
    user_id,
    account_owner_id: null,
    date,
    opencost_cpu_hours: '0',
    opencost_gpu_hours: '0',
    opencost_ram_gb_hours: '0',
    online_storage_gb: '0',
    offline_storage_gb: '0',
    network_egress_gb: null,
    total_credits: '0',
    total_cost: '0',
    project_breakdown: null,
    hopsworks_cluster_id: null,
  };
}

/** Rows that are hard to bring over: for each why it stays behind, or undefined where it comes over. */
export function createNastyUsage({
  users,
  assignments,
}: Application): readonly (readonly [UsageRow, RegExp | undefined])[] {
  const owner = at(users, 0).id;
  const member = users.find(({ account_owner_id }) => account_owner_id === owner)?.id ?? owner;
  const cluster = at(assignments, 0).hopsworks_cluster_id;
  const row = (user: string, date: string, rest: object): UsageRow => ({
    ...usageRow(user, date),
    opencost_cpu_hours: '1.5',
    total_cost: '0.53',
    hopsworks_cluster_id: cluster,
    ...rest,
  });
  const early = (days: number): string => dayAgo(USAGE_DAYS + days);
  return [
    [row(member, early(1), {}), /^account_owner_id is missing, and the user is or was a member of /],
    // In another team until the middle of the month: each day is of whom it names.
    [row(member, early(2), { account_owner_id: 'auth0|own-owner' }), undefined],
    [row(member, early(3), { account_owner_id: member }), undefined],
    [row(owner, early(4), { account_owner_id: 'auth0|gone' }), /^the owner auth0\|gone is not here$/],
    [row(owner, early(5), { opencost_ram_gb_hours: 'NaN' }), /^opencost_ram_gb_hours is no number: NaN$/],
    [row(owner, early(6), { total_cost: 'NaN' }), /^total_cost is no number: NaN$/],
    [row(owner, early(7), { total_cost: '-0.01' }), /^total_cost is negative: -0\.01$/],
    [row(owner, early(8), { online_storage_gb: '-1' }), /^online_storage_gb is negative: -1\.0000$/],
    [row(owner, early(9), { total_cost: null }), /^total_cost is missing$/],
    [row(owner, early(10), { opencost_cpu_hours: null, online_storage_gb: null, network_egress_gb: null }), undefined],
    [row(owner, early(11), { project_breakdown: { ml: { cpu_hours: 99 } } }), undefined],
    [row(owner, early(12), { opencost_cpu_hours: '0', total_cost: '0' }), undefined],
    [row('auth0|deleted', early(1), { hopsworks_cluster_id: null }), undefined],
    [row('auth0|suspended', early(1), { account_owner_id: owner }), undefined],
    [row('auth0|case-1', early(1), {}), undefined],
    [row('auth0|case-2', early(1), {}), undefined],
    [
      row("samlp|okta|o'brien <ü>", early(1), { total_cost: '99999999.99', network_egress_gb: '999999.9999' }),
      undefined,
    ],
    [row('auth0|nowhere', early(1), {}), undefined],
    [
      row('auth0|nowhere', early(2), { hopsworks_cluster_id: null }),
      /^hopsworks_cluster_id is missing, and the user is on no cluster$/,
    ],
    [row('auth0|nowhere', early(3), { hopsworks_cluster_id: UNKNOWN_CLUSTER }), /^the cluster .* is not here$/],
    [row('auth0|member-of-member', early(1), {}), /^the user is not here$/],
    [row('..', early(1), {}), /^the user is not here$/],
    [row(owner, '9999-12-31', {}), /^the day is not over$/],
    [row(owner, 'infinity', {}), /^the date infinity is no day$/],
    [row(owner, '0044-03-15 BC', {}), /^the date 0044-03-15 BC is no day$/],
  ];
}

const UNKNOWN_CLUSTER = 'c1a57e40-0000-4000-8000-00000000dead';

/** Cents as decimal text. */
function cents(count: number): string {
  return `${Math.floor(count / 100)}.${String(count % 100).padStart(2, '0')}`;
}
