import { expect, it } from 'vitest';
import { ONE } from '../decimal.ts';
import { parseUsageDay } from '../time.ts';
import type { ApplicationUsage } from './application-rows.ts';
import { type ImportScope, planImportedDay, userDayKey } from './plan-imported-day.ts';
import { createUsageCounts } from './usage-counts.ts';

const EAST = 'c1a57e40-0000-4000-8000-000000000000';
const ROW: ApplicationUsage = {
  userId: 'ada',
  date: '2026-10-31',
  rowCount: 1,
  accountOwnerId: null,
  clusterId: EAST,
  cpuHours: '1.5000',
  gpuHours: '0.0000',
  ramGbHours: null,
  onlineStorageGb: '0.0001',
  offlineStorageGb: '2',
  networkEgressGb: '0.25',
  totalCost: '0.53',
  projectBreakdown: null,
};
const SCOPE: ImportScope = {
  owners: new Map([
    ['ada', null],
    ['bob', 'ada'],
    ['dan', null],
  ]),
  everOwners: new Map([['dan', 'ada']]),
  clusterIds: new Set([EAST]),
  clusterOf: new Map([['bob', EAST]]),
  end: { day: parseUsageDay('2026-11-01') ?? 0, reason: 'later' },
  imported: new Map(),
  billed: new Set(),
};

const plan = (row: Partial<ApplicationUsage>, scope: Partial<ImportScope> = {}) =>
  planImportedDay({ ...ROW, ...row }, { ...SCOPE, ...scope });

it('takes measures as they stand, sizes for 24 hours, what is NULL for not measured, and the cost to the digit', () => {
  expect(plan({})).toMatchObject({
    kind: 'new',
    billed: (53n * ONE) / 100n,
    day: {
      accountOwnerId: 'ada',
      clusterId: EAST,
      usages: [
        { meter: 'imported_cpu_hours', quantity: (3n * ONE) / 2n },
        { meter: 'imported_online_storage_gb_hours', quantity: (24n * ONE) / 10_000n },
        { meter: 'imported_offline_storage_gb_hours', quantity: 48n * ONE },
        { meter: 'imported_network_egress_gb', quantity: ONE / 4n },
        { meter: 'imported_usd', quantity: (53n * ONE) / 100n },
      ],
    },
  });
});

it('guesses nothing', () => {
  const reasons: [Partial<ApplicationUsage>, RegExp][] = [
    [{ userId: null }, /user_id is missing/],
    [{ date: null }, /the date NULL is no day/],
    [{ date: '2026-02-30' }, /is no day/],
    [{ date: '2026-11-01' }, /^later$/],
    [{ rowCount: 2 }, /2 rows/],
    [{ userId: 'cy' }, /the user is not here/],
    [{ userId: 'bob' }, /is or was a member of ada: who paid is not known/],
    [{ userId: 'dan' }, /is or was a member of ada: who paid is not known/],
    [{ accountOwnerId: '' }, /the owner {2}is not here/],
    [{ clusterId: null }, /on no cluster/],
    [{ totalCost: null }, /total_cost is missing/],
    [{ totalCost: 'Infinity' }, /total_cost is no number/],
    [{ cpuHours: '-0.0001' }, /opencost_cpu_hours is negative/],
    [{ cpuHours: '9'.repeat(16) }, /opencost_cpu_hours is too large/],
    [{ gpuHours: `0.${'0'.repeat(60)}1` }, /opencost_gpu_hours/],
  ];
  for (const [row, reason] of reasons)
    expect(plan(row)).toMatchObject({ kind: 'refused', reason: expect.stringMatching(reason) });
  expect(plan({}, { billed: new Set([userDayKey('ada', '2026-10-31')]) })).toMatchObject({ kind: 'refused' });
});

it('knows a day that came over by what the row says, whatever became of its user since', () => {
  const first = plan({ userId: 'bob', accountOwnerId: 'ada', clusterId: null });
  if (first.kind !== 'new') throw new Error('it is not new');
  expect(first.day).toMatchObject({ accountOwnerId: 'ada', clusterId: EAST });
  const imported = new Map([[userDayKey('bob', '2026-10-31'), first.day.contentHash]]);
  const later = { imported, owners: new Map(), clusterOf: new Map(), clusterIds: new Set<string>() };
  const same = { userId: 'bob', accountOwnerId: 'ada', clusterId: null };
  expect(plan({ ...same, cpuHours: '1.50', networkEgressGb: '0.250' }, later).kind).toBe('unchanged');
  for (const change of [{ cpuHours: '1.51' }, { accountOwnerId: 'bob' }, { clusterId: EAST }, { totalCost: '0.54' }])
    expect(plan({ ...same, ...change }, later).kind).toBe('different');
});

it('counts every row once, by month', () => {
  const counts = createUsageCounts();
  const rows = [
    ROW,
    { ...ROW, userId: 'bob', accountOwnerId: 'ada' },
    { ...ROW, date: '2026-10-30', totalCost: 'NaN' },
  ];
  for (const row of [...rows, { ...ROW, date: null }]) counts.add(row, planImportedDay(row, SCOPE));
  expect(counts.months()).toEqual([
    { month: '2026-10', days: 2, read: 3, new: 2, unchanged: 0, different: 0, refused: 1, billed: (106n * ONE) / 100n },
    { month: null, days: 0, read: 1, new: 0, unchanged: 0, different: 0, refused: 1, billed: 0n },
  ]);
});
