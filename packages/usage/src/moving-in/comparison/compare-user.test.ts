import { expect, it } from 'vitest';
import { parseUsageDay, type UsageDay } from '../../time.ts';
import { type Amount, readAmount } from './amount.ts';
import { compareUser } from './compare-user.ts';
import type { ApplicationDay, HourPart, Measured, MonthFacts, OurDay, UserFacts } from './facts.ts';

const DAY = parseUsageDay('2026-11-10') ?? 0;
const USER = 'auth0|ada';
const [EAST, WEST] = ['east', 'west'];

const amount = (text: string): Amount => readAmount(text) ?? 0n;
const nothing = (): Record<Measured, Amount> => ({ cpu: 0n, gpu: 0n, ram: 0n, online: 0n, offline: 0n });

type Used = Partial<Record<Measured | 'cost', string>> & {
  readonly hour: number;
  readonly namespace?: string;
  readonly clusterId?: string;
  readonly owner?: string;
};

/** An hour with a cost of its own. */
function part({ hour, namespace = 'ml', clusterId = EAST, owner = USER, cost = '0', ...used }: Used): HourPart {
  const amounts = nothing();
  for (const measured of ['cpu', 'gpu', 'ram', 'online', 'offline'] as const)
    amounts[measured] = amount(used[measured] ?? '0');
  return {
    day: DAY,
    hour,
    clusterId,
    namespace,
    accountOwnerId: owner,
    amounts,
    costs: { ...nothing(), cpu: amount(cost) },
  };
}

/** What hopsmeter has of the parts of a day, and beside them. */
function dayOf(parts: readonly HourPart[], egress = '0', egressCost = '0'): OurDay {
  const amounts = { ...nothing(), egress: amount(egress) };
  const [costByOwner, costByCluster] = [new Map<string, Amount>(), new Map<string, Amount>()];
  let cost = amount(egressCost);
  for (const { amounts: own, costs, accountOwnerId, clusterId } of parts) {
    for (const measured of ['cpu', 'gpu', 'ram'] as const) amounts[measured] += own[measured];
    for (const measured of ['online', 'offline'] as const) amounts[measured] += own[measured] / 24n;
    cost += costs.cpu;
    costByOwner.set(accountOwnerId, (costByOwner.get(accountOwnerId) ?? 0n) + costs.cpu);
    costByCluster.set(clusterId, (costByCluster.get(clusterId) ?? 0n) + costs.cpu);
  }
  for (const costs of [costByOwner, costByCluster])
    for (const [key, own] of [...costs].slice(0, 1)) costs.set(key, own + amount(egressCost));
  return { amounts, cost, unmeasuredCost: amount(egressCost), costByOwner, costByCluster };
}

const ROW: ApplicationDay = {
  accountOwnerId: null,
  clusterId: EAST,
  cpuHours: '0',
  gpuHours: '0',
  ramGbHours: '0',
  onlineStorageGb: '0',
  offlineStorageGb: '0',
  networkEgressGb: null,
  totalCost: '0',
  isReportedToStripe: false,
};

type Case = {
  readonly parts: readonly HourPart[];
  readonly row: Partial<ApplicationDay> | undefined;
  readonly ours?: OurDay;
  readonly user?: Partial<UserFacts>;
  readonly month?: Partial<MonthFacts>;
};

/** What differs on the day: `measure: causes (detail)`. */
function compare({ parts, row, ours = dayOf(parts), user, month }: Case): readonly string[] {
  const since = { day: DAY - 9, hour: 0 };
  const facts: UserFacts = {
    userId: USER,
    currentOwnerId: null,
    namespaces: [{ namespace: 'ml', createdAt: null }],
    ours: new Map([[DAY, ours]]),
    application: new Map<UsageDay, ApplicationDay>(row === undefined ? [] : [[DAY, { ...ROW, ...row }]]),
    parts: new Map([[DAY, parts]]),
    ...user,
  };
  const meteredSince = new Map([EAST, WEST].map((cluster) => [cluster, since]));
  const all = { from: DAY, to: DAY + 1, meteredSince, reportedDays: new Set<UsageDay>(), hasEgress: false, ...month };
  return compareUser(facts, all)
    .filter(({ causes }) => causes.length > 0)
    .map(({ measure, causes, detail }) => `${measure}: ${causes.join(' ')}${detail === '' ? '' : ` (${detail})`}`);
}

const two = [part({ hour: 3, cpu: '1.5', cost: '0.53' }), part({ hour: 9, cpu: '2.25', cost: '0.79' })];

it('compares with what the column can hold', () => {
  const parts = [part({ hour: 3, cpu: '0.33335', cost: '0.1166725' })];
  expect(compare({ parts, row: { cpuHours: '0.3334', totalCost: '0.12' } })).toEqual([]);
  expect(compare({ parts, row: { cpuHours: '0.3333', totalCost: '0.12' } })).toEqual(['cpu_hours: unexplained']);
});

it('knows what each addition loses to its column', () => {
  const parts = [3, 4, 5].map((hour) => part({ hour, cpu: '0.00004', ram: '1', cost: '0.004' }));
  expect(compare({ parts, row: { ramGbHours: '3', totalCost: '0' } })).toEqual([
    'cpu_hours: rounding_of_small_costs',
    'cost: rounding_of_small_costs',
  ]);
});

it('allows for a cent where the application rounds half a cent otherwise', () => {
  const parts = [part({ hour: 3, cpu: '1', cost: '0.005' }), part({ hour: 4, cpu: '1', cost: '0.0051' })];
  expect(compare({ parts, row: { cpuHours: '2', totalCost: '0.02' } })).toEqual(['cost: rounding_of_small_costs']);
  expect(compare({ parts, row: { cpuHours: '2', totalCost: '0.03' } })).toEqual(['cost: rounding_of_small_costs']);
  expect(compare({ parts, row: { cpuHours: '2', totalCost: '0.04' } })).toEqual(['cost: unexplained']);
});

it('tells what the application never measured from what went wrong', () => {
  const ours = dayOf(two, '10', '1.40');
  expect(compare({ parts: two, ours, row: { cpuHours: '3.75', totalCost: '1.32' } })).toEqual([
    'network_egress_gb: never_measured',
    'cost: never_measured',
  ]);
  expect(compare({ parts: two, ours, row: { cpuHours: '2.25', totalCost: '0.79' } })).toEqual([
    'cpu_hours: missing_hour (03:00)',
    'network_egress_gb: never_measured',
    'cost: never_measured missing_hour (03:00)',
  ]);
});

it('says that a cluster had not begun to report only where nothing else fits', () => {
  const month = { meteredSince: new Map([[EAST, { day: DAY, hour: 3 }]]) };
  expect(compare({ parts: two, month, row: { cpuHours: '9', totalCost: '9' } })).toEqual([
    'cpu_hours: not_metered',
    'cost: not_metered',
  ]);
  expect(compare({ parts: two, month, row: { cpuHours: '1.5', totalCost: '0.53' } })[0]).toBe(
    'cpu_hours: missing_hour (09:00)',
  );
});

it('tells the more specific of two causes', () => {
  const asMember = two.map((one) => ({ ...one, accountOwnerId: 'auth0|owner' }));
  expect(compare({ parts: asMember, row: undefined })[0]).toBe('cpu_hours: member_not_billed (member of auth0|owner)');
  expect(compare({ parts: asMember, row: { cpuHours: '3.75', accountOwnerId: 'auth0|owner' } })).toEqual([
    'cost: member_not_billed (member of auth0|owner)',
  ]);
  expect(compare({ parts: two, row: undefined })[0]).toBe('cpu_hours: missing_hour (03:00 to 10:00)');
  expect(compare({ parts: two, row: undefined, user: { namespaces: [] } })[0]).toBe('cpu_hours: orphan_namespace (ml)');
  const apart = [0, 12, 23].map((hour) => part({ hour, cpu: '1', cost: '0.35' }));
  expect(compare({ parts: apart, row: undefined })[0]).toBe('cpu_hours: unexplained');
});

it('finds a namespace that was not known until it was', () => {
  const user = { namespaces: [{ namespace: 'ml', createdAt: '2026-11-10T08:15:00.000000Z' }] };
  expect(compare({ parts: two, user, row: { cpuHours: '2.25', totalCost: '0.79' } })[0]).toBe(
    'cpu_hours: orphan_namespace (ml before 08:00)',
  );
});

it('explains a size by an hour of the day, and by what was left out', () => {
  const hours = Array.from({ length: 24 }, (_, hour) => hour);
  const parts = hours.flatMap((hour) => [
    part({ hour, offline: hour < 12 ? '10' : '20', cost: '0.0001' }),
    part({ hour, namespace: 'lost', offline: '5', cost: '0.0001' }),
  ]);
  expect(compare({ parts, row: { offlineStorageGb: '20' } })).toEqual([]);
  expect(compare({ parts, row: { offlineStorageGb: '25' } })[0]).toMatch(/: storage_snapshot \(the size at 23:00\)$/);
  expect(compare({ parts, row: { offlineStorageGb: '15' } })[0]).toMatch(/: orphan_namespace \(lost\)$/);
  expect(compare({ parts, row: { offlineStorageGb: '21' } })).toEqual(['offline_storage_gb: unexplained']);
});
