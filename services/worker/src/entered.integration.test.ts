import {
  correctEvent,
  decideConflict,
  type ImportedRow,
  importUsage,
  readPipelineCounts,
  readReceipt,
} from '@hopsmeter/db';
import { findRollupDifferences } from '@hopsmeter/test/support/db/test-database.ts';
import { HOUR } from '@hopsmeter/test/support/usage/sample-events.ts';
import {
  type CorrectionWorld,
  correction,
  createCorrectionWorld,
  type Quantities,
  usage,
  usagesOf,
} from '@hopsmeter/test/support/worker/correction-world.ts';
import { formatExactUnits, formatQuantity, ONE_EXACT, type RequestErrorCode, type UsageEvent } from '@hopsmeter/usage';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const CHANGE = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' } as const;

let world: CorrectionWorld;

beforeAll(async () => {
  world = await createCorrectionWorld();
});
afterEach(async () => {
  expect(await findRollupDifferences(world.database.pool)).toEqual([]);
  const { events, counted, duplicates, parked } = await readPipelineCounts(world.database.pool);
  expect(events).toBe(counted + duplicates + parked);
});
afterAll(() => world?.database.close());

/** What workers do within seconds. */
async function work(): Promise<void> {
  await world.retry('due');
  await world.settle();
}

/** What is booked of an event with all its corrections, by meter. */
async function bookedOf(id: string): Promise<Quantities> {
  const rows = await world.rowsOf<{ meter: string; quantity: string }>(
    `select used.meter, trim_scale(sum(used.quantity))::text as quantity
    from hopsmeter.usage_events, unnest(meters, quantities) as used (meter, quantity)
    where event_key = $1::uuid or event_key in (select event_key from hopsmeter.corrections
      where root_event_key = $1::uuid)
    group by used.meter having sum(used.quantity) <> 0 order by used.meter`,
    [world.keyOf(id)],
  );
  return Object.fromEntries(rows.map(({ meter, quantity }) => [meter, quantity]));
}

const correct = async (id: string, quantities: Quantities, isDryRun = false) => {
  const wanted = { id, source: undefined, usages: usagesOf(quantities), reason: 'measured wrong', isDryRun };
  const done = await correctEvent(world.database.pool, CHANGE, wanted);
  if ('sources' in done) throw new Error('several events have the id');
  return { ...done, differences: done.differences.map(inWords) };
};

const inWords = ({
  meter,
  before,
  after,
  cost = 0n,
}: {
  meter: string;
  before: bigint;
  after: bigint;
  cost?: bigint | undefined;
}) => `${meter}: ${formatQuantity(before)} → ${formatQuantity(after)}, ${formatQuantity(cost)} USD`;

const auditOf = (action: string) =>
  world.rowsOf('select entity, actor_id, reason from hopsmeter.audit_log where action = $1 order by happened_at', [
    action,
  ]);

const refusal = (promise: Promise<unknown>, code: RequestErrorCode) => expect(promise).rejects.toMatchObject({ code });

describe('a correction that staff enter', () => {
  it('puts new quantities in the place of what is counted, and a dry run says which', async () => {
    await world.record(usage('e', { cpu_hours: '10', ram_gb_hours: '2' }));
    const told = await correct('e', { cpu_hours: '4' }, true);
    expect(told).toEqual({
      correctionId: undefined,
      differences: ['cpu_hours: 10 → 4, -2.1 USD', 'ram_gb_hours: 2 → 0, -0.07 USD'],
      obstacle: undefined,
    });
    await work();
    expect(await bookedOf('e')).toEqual({ cpu_hours: '10', ram_gb_hours: '2' });
    expect(await auditOf('correct_event')).toEqual([]);
    const done = await correct('e', { cpu_hours: '4' });
    expect(done.differences).toEqual(told.differences);
    await work();
    expect(await bookedOf('e')).toEqual({ cpu_hours: '4' });
    expect(await auditOf('correct_event')).toEqual([
      { entity: 'usage_events', actor_id: 'auth0|staff', reason: 'measured wrong' },
    ]);
    const query = { id: done.correctionId ?? '', source: undefined, accountOwnerId: undefined };
    expect(await readReceipt(world.database.pool, query)).toMatchObject({
      receipt: { arrival: { enteredBy: 'auth0|staff', requestId: 'request-1' }, chain: [{ reason: 'measured wrong' }] },
    });
  });

  it('makes an event void, also through the id of a correction', async () => {
    await world.record(usage('v', { cpu_hours: '10' }), correction('v2', 'v', 1, { cpu_hours: '5' }));
    await work();
    expect((await correct('v2', {})).differences).toEqual(['cpu_hours: 5 → 0, -1.75 USD']);
    await work();
    expect(await bookedOf('v')).toEqual({});
  });

  it('is in force over corrections of the cluster that are dated later', async () => {
    await world.record(usage('late', { cpu_hours: '10' }));
    const ahead = {
      ...correction('late2', 'late', 0, { cpu_hours: '7' }),
      correctedAt: (Date.now() + 200_000) * 1_000,
    };
    await world.record(ahead);
    await work();
    await correct('late', { cpu_hours: '3' });
    await work();
    expect(await bookedOf('late')).toEqual({ cpu_hours: '3' });
  });

  it('says what it waits for where it is implausible or lacks a meter', async () => {
    await world.record(usage('much', { cpu_hours: '10' }));
    expect((await correct('much', { cpu_hours: '513' }, true)).obstacle).toMatchObject({ reason: 'implausible' });
    expect((await correct('much', { oranges: '1' }, true)).obstacle).toMatchObject({ reason: 'unknown_meter' });
  });

  it('is refused for what is not counted', async () => {
    await world.record(usage('parked', { cpu_hours: '1' }, { namespace: 'nobody' }));
    await refusal(correct('parked', {}), 'NOT_COUNTED');
    await refusal(correct('nothing', {}), 'NOT_FOUND');
  });
});

describe('a conflict', () => {
  const conflictOf = async (id: string) => {
    const rows = await world.rowsOf<{ id: string; status: string; resolution: string }>(
      `select id, status, resolution from hopsmeter.parked_events where event_key = $1::uuid and reason = 'conflict'`,
      [world.keyOf(id)],
    );
    return rows[0] ?? { id: '', status: 'none', resolution: '' };
  };
  const decide = async (id: string, right: 'first' | 'later', isDryRun = false) => {
    const wanted = { id: (await conflictOf(id)).id, right, reason: 'the cluster says so', isDryRun };
    const { differences, ...done } = await decideConflict(world.database.pool, CHANGE, wanted);
    return { ...done, differences: differences.map(inWords) };
  };

  it('is decided for the later content by a correction', async () => {
    await world.record(usage('c1', { cpu_hours: '10' }));
    await world.record(usage('c1', { cpu_hours: '4', ram_gb_hours: '1' }));
    const differences = ['cpu_hours: 10 → 4, -2.1 USD', 'ram_gb_hours: 0 → 1, 0.035 USD'];
    expect(await decide('c1', 'later', true)).toEqual({ differences, enteredIds: [], obstacle: undefined });
    expect(await conflictOf('c1')).toMatchObject({ status: 'pending' });
    const { enteredIds } = await decide('c1', 'later');
    await work();
    expect(await bookedOf('c1')).toEqual({ cpu_hours: '4', ram_gb_hours: '1' });
    expect(await conflictOf('c1')).toMatchObject({
      status: 'given_up',
      resolution: `counted as ${enteredIds[0]}: the cluster says so`,
    });
    await refusal(decide('c1', 'later'), 'NOT_A_CONFLICT');
  });

  it('is decided for the first content by giving the later one up', async () => {
    await world.record(usage('c2', { cpu_hours: '10' }));
    await world.record(usage('c2', { cpu_hours: '4' }));
    expect(await decide('c2', 'first')).toEqual({ differences: [], enteredIds: [], obstacle: undefined });
    await work();
    expect(await bookedOf('c2')).toEqual({ cpu_hours: '10' });
    expect(await conflictOf('c2')).toMatchObject({ status: 'given_up', resolution: 'the cluster says so' });
  });

  it('of another window or user is decided by a void and an event of its own', async () => {
    const first = usage('c3', { cpu_hours: '10' });
    await world.record(first);
    await world.record({ ...usage('c3', { cpu_hours: '4' }), start: first.start + HOUR, end: first.end + HOUR });
    const { enteredIds } = await decide('c3', 'later');
    await work();
    expect(await bookedOf('c3')).toEqual({});
    expect(enteredIds).toHaveLength(2);
    expect(await bookedOf(enteredIds[1] ?? '')).toEqual({ cpu_hours: '4' });
  });

  it('of two contents that both wait is decided before either is counted', async () => {
    const waiting = { namespace: 'to-come' };
    await world.record(usage('c4', { cpu_hours: '10' }, waiting), usage('c4', { cpu_hours: '4' }, waiting));
    expect(await decide('c4', 'later')).toMatchObject({ enteredIds: [] });
    await work();
    await world.rowsOf(
      `insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at)
        values ($1, 'to-come', $2, '-infinity')`,
      [world.seeded.clusterId, world.seeded.memberId],
    );
    await world.rowsOf(
      `update hopsmeter.parked_events set tried_at = tried_at - interval '1 day' where tried_at is not null`,
    );
    await world.retry('changed');
    expect(await bookedOf('c4')).toEqual({ cpu_hours: '4' });
  });

  it('of two corrections of one event is decided by another correction, of different events not at all', async () => {
    await world.record(usage('c5', { cpu_hours: '10' }), usage('c6', { cpu_hours: '10' }));
    await world.record(correction('k5', 'c5', 1, { cpu_hours: '6' }), correction('k6', 'c6', 1, { cpu_hours: '6' }));
    await work();
    await world.record(correction('k5', 'c5', 1, { cpu_hours: '2' }), correction('k6', 'c5', 1, { cpu_hours: '2' }));
    await decide('k5', 'later');
    await work();
    expect(await bookedOf('c5')).toEqual({ cpu_hours: '2' });
    await refusal(decide('k6', 'later'), 'NOT_DECIDABLE');
  });
});

describe('an import of usage', () => {
  const rowOf = (row: number, id: string, quantities: Quantities, changes: Partial<UsageEvent> = {}): ImportedRow => ({
    row,
    clusterId: world.seeded.clusterId,
    event: usage(id, quantities, { type: 'meter', sourcePath: '/imports', ...changes }),
  });
  const importRows = async (rows: readonly ImportedRow[], isDryRun = false) => {
    const { usages, ...done } = await importUsage(world.database.pool, CHANGE, { rows, reason: 'an outage', isDryRun });
    return { ...done, usages: usages.map((sum) => [sum.meter, formatQuantity(sum.quantity), sum.rowCount]) };
  };
  const countImported = async () =>
    (await world.rowsOf(`select from hopsmeter.usage_events where source_path = '/imports'`)).length;

  it('tells what would be counted for whom, then counts it once however often it is imported', async () => {
    const rows = [
      rowOf(1, 'i1', { cpu_hours: '1.5' }),
      rowOf(2, 'i2', { cpu_hours: '2' }),
      rowOf(3, 'i3', { gpu_hours: '1' }, { namespace: 'nobody' }),
      rowOf(4, 'i4', { cpu_hours: '9999' }),
    ];
    const told = await importRows(rows, true);
    expect(told).toMatchObject({
      importId: undefined,
      usages: [['cpu_hours', '3.5', 2]],
      aside: [
        { row: 3, reason: 'unknown_namespace' },
        { row: 4, reason: 'implausible' },
      ],
    });
    await work();
    expect(await countImported()).toBe(0);
    const done = await importRows(rows);
    expect({ ...done, importId: undefined }).toEqual(told);
    await work();
    expect(await countImported()).toBe(2);
    const again = await importRows([...rows, rowOf(5, 'i1', { cpu_hours: '7' })].slice(1));
    expect(again.usages).toEqual([]);
    expect(again.aside.map(({ reason }) => reason)).toEqual(['duplicate', 'duplicate', 'duplicate', 'conflict']);
    await work();
    expect(await countImported()).toBe(2);
    expect(await auditOf('import_usage')).toHaveLength(2);
    const query = {
      id: 'i1',
      source: `urn:hopsworks:cluster:${world.seeded.clusterId}/imports`,
      accountOwnerId: undefined,
    };
    expect(await readReceipt(world.database.pool, query)).toMatchObject({
      receipt: { arrival: { enteredBy: 'auth0|staff', batchId: done.importId } },
    });
  });

  it('adds rows up before it rounds, so that the parts of 100 GB are 100 GB', async () => {
    const rows = [497_976_983n, 40_611_335_412n, 66_264_870_005n].map((bytes, i) =>
      rowOf(i + 1, `b${i}`, { network_egress_gb: formatExactUnits((bytes * ONE_EXACT) / 2n ** 30n) }),
    );
    expect(await importRows(rows, true)).toMatchObject({ usages: [['network_egress_gb', '100', 3]] });
  });
});
