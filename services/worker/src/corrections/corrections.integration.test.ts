import {
  changeOwner,
  createProject,
  endProject,
  giveUpParked,
  readPipelineCounts,
  releaseParked,
  requestParkedRetry,
} from '@hopsmeter/db';
import {
  ADVISORY_LOCKS,
  closeMonth,
  findRollupDifferences,
  readClosedRows,
} from '@hopsmeter/test/support/db/test-database.ts';
import { HOUR, SAMPLE_START } from '@hopsmeter/test/support/usage/sample-events.ts';
import {
  type CorrectionWorld,
  correction,
  createCorrectionWorld,
  signal,
  usage,
} from '@hopsmeter/test/support/worker/correction-world.ts';
import { formatTime } from '@hopsmeter/usage';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const CHANGE = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' } as const;
const DAY = 24 * HOUR;
const MIDNIGHT = Math.ceil(SAMPLE_START / DAY) * DAY;
/** The last days of October, whose month is closed in some tests. */
const OCTOBER = SAMPLE_START - 24 * DAY;

let world: CorrectionWorld;

beforeEach(async () => {
  world = await createCorrectionWorld();
});
afterEach(async () => {
  const { pool } = world.database;
  const differences = await findRollupDifferences(pool);
  const { events, counted, duplicates, parked } = await readPipelineCounts(pool);
  await world.database.close();
  expect(differences).toEqual([]);
  expect(events).toBe(counted + duplicates + parked);
});

/** Quantity, cost and number of events of each usage day and meter that are not zero; with the account where asked. */
async function totals(withAccount = false): Promise<string[]> {
  const rows = await world.rowsOf<{ line: string }>(
    `select concat_ws(' ', usage_date, case when booked_on <> usage_date then 'in ' || booked_on end,
        case when $1 then account_owner_id end, meter, trim_scale(round(sum(quantity), 12)), trim_scale(sum(cost)),
          sum(event_count)) as line
      from hopsmeter.usage_daily group by usage_date, booked_on, account_owner_id, meter
      having sum(quantity) <> 0 or sum(cost) <> 0 or sum(event_count) <> 0
      order by usage_date, booked_on, account_owner_id, meter`,
    [withAccount],
  );
  return rows.map(({ line }) => line).sort();
}

const parkedOf = () =>
  world.rowsOf(`select event_id as id, status, reason from hopsmeter.parked_events order by event_id, content_hash`);

const idsOf = async (...eventIds: string[]) =>
  (
    await world.rowsOf<{ id: string }>('select id from hopsmeter.parked_events where event_id = any($1)', [eventIds])
  ).map(({ id }) => id);

describe('a correction', () => {
  it('replaces what an event said; old and new stay in the ledger, linked', async () => {
    await world.record(usage('e', { cpu_hours: '10', ram_gb_hours: '2' }), usage('other', { cpu_hours: '1' }));
    expect(await totals()).toEqual(['2026-11-22 cpu_hours 11 3.85 2', '2026-11-22 ram_gb_hours 2 0.07 1']);
    await world.record({ ...correction('c', 'e', 1, { cpu_hours: '4', gpu_hours: '1' }), reason: 'a bug' });
    expect(await world.settle()).toEqual({ counted: 1, duplicates: 0, pending: 0 });
    expect(await totals()).toEqual(['2026-11-22 cpu_hours 5 1.75 2', '2026-11-22 gpu_hours 1 3.5 1']);
    expect(
      await world.rowsOf(`select event_id, part, adjustment, meters::text, quantities::numeric(38, 12)[]::text,
        event_type, user_id, project_id is not null as has_project
        from hopsmeter.usage_events where event_id in ('e', 'c') order by event_id desc, part`),
    ).toEqual([
      ledgerRow('e', 0, null, '{cpu_hours,ram_gb_hours}', '{10.000000000000,2.000000000000}'),
      ledgerRow('c', 0, 'reversal', '{cpu_hours,ram_gb_hours}', '{-10.000000000000,-2.000000000000}'),
      ledgerRow('c', 1, 'correction', '{cpu_hours,gpu_hours}', '{4.000000000000,1.000000000000}'),
    ]);
    expect(
      await world.rowsOf(
        `select event_key::text, root_event_key::text, event_id, quantities, reason from hopsmeter.corrections`,
      ),
    ).toEqual([
      {
        event_key: asUuid(world.keyOf('c')),
        root_event_key: asUuid(world.keyOf('e')),
        event_id: 'c',
        quantities: { cpu_hours: '4', gpu_hours: '1' },
        reason: 'a bug',
      },
    ]);
    expect(await parkedOf()).toEqual([{ id: 'c', status: 'counted', reason: 'correction' }]);
    expect(await readPipelineCounts(world.database.pool)).toMatchObject({ events: 3n, counted: 3n, parked: 0n });
  });

  const ledgerRow = (id: string, part: number, adjustment: string | null, meters: string, quantities: string) => ({
    event_id: id,
    part,
    adjustment,
    meters,
    quantities,
    event_type: id === 'e' ? 'compute' : 'correction',
    user_id: world.seeded.memberId,
    has_project: true,
  });

  it('without quantities makes an event void', async () => {
    await world.record(usage('e', { cpu_hours: '10' }), usage('other', { ram_gb_hours: '1' }));
    await world.record(correction('c', 'e', 1));
    await world.settle();
    expect(await totals()).toEqual(['2026-11-22 ram_gb_hours 1 0.035 1']);
    // And back again.
    await world.record(correction('c 2', 'e', 2, { cpu_hours: '3' }));
    await world.settle();
    expect(await totals()).toEqual(['2026-11-22 cpu_hours 3 1.05 1', '2026-11-22 ram_gb_hours 1 0.035 1']);
  });

  it('of an event without usage gives it some, and one that changes nothing is counted too', async () => {
    await world.record(usage('e', {}));
    await world.record(correction('void', 'e', 1));
    await world.settle();
    expect(await totals()).toEqual([]);
    await world.record(
      correction('c', 'e', 2, { cpu_hours: '0.000000000001' }),
      correction('same', 'c', 3, { cpu_hours: '0.000000000001' }),
    );
    expect(await world.settle()).toEqual({ counted: 2, duplicates: 0, pending: 0 });
    expect(await totals()).toEqual(['2026-11-22 cpu_hours 0.000000000001 0 1']);
  });

  it('splits its quantities over the days of the window of the original, and the parts add up', async () => {
    const window = { start: MIDNIGHT - HOUR, end: MIDNIGHT + 2 * HOUR };
    await world.record(usage('e', { cpu_hours: '3' }, window));
    await world.record(correction('c', 'e', 600, { cpu_hours: '1' }));
    await world.settle();
    expect(await totals()).toEqual([
      '2026-11-22 cpu_hours 0.333333333333 0.116666666667 1',
      '2026-11-23 cpu_hours 0.666666666667 0.233333333333 1',
    ]);
  });

  it.each([
    ['one after the other', [['c 1'], ['c 2'], ['c 3']]],
    ['the newest first', [['c 3'], ['c 1'], ['c 2']]],
    ['the oldest last', [['c 2', 'c 3'], ['c 1']]],
    ['all at once', [['c 2', 'c 1', 'c 3']]],
  ])('of a chain is in force when it is the newest, %s', async (_name, batches) => {
    const corrections = new Map([
      ['c 1', correction('c 1', 'e', 1, { cpu_hours: '100' })],
      // Names another correction, of the same minute as the next one: then the greater id is newer.
      ['c 2', correction('c 2', 'c 1', 2, { cpu_hours: '5' })],
      ['c 3', correction('c 3', 'e', 2, { cpu_hours: '7' })],
    ]);
    await world.record(usage('e', { cpu_hours: '10' }));
    for (const ids of batches) {
      await world.record(...ids.flatMap((id) => corrections.get(id) ?? []));
      await world.settle();
    }
    await world.settle();
    expect(await totals()).toEqual(['2026-11-22 cpu_hours 7 2.45 1']);
    expect((await world.receiptOf('c 1')).chain).toMatchObject([
      { id: 'c 1', status: 'superseded', quantities: [{ meter: 'cpu_hours', quantity: '100.000000000000' }] },
      { id: 'c 2', status: 'superseded', replacesId: 'c 1' },
      { id: 'c 3', status: 'in_force', rootId: 'e' },
    ]);
    expect((await world.receiptOf('e')).chain).toHaveLength(3);
    expect(await parkedOf()).toEqual(
      [...corrections.keys()].map((id) => ({ id, status: 'counted', reason: expect.any(String) })),
    );
  });

  it('that comes before its original waits for it', async () => {
    await world.record(correction('c 2', 'c', 2, { cpu_hours: '5' }), correction('c', 'e', 1));
    expect(await world.settle()).toEqual({ counted: 0, duplicates: 0, pending: 2 });
    expect(await world.settle()).toEqual({ counted: 0, duplicates: 0, pending: 0 });
    expect(await parkedOf()).toEqual([
      { id: 'c', status: 'pending', reason: 'unknown_original' },
      { id: 'c 2', status: 'pending', reason: 'unknown_original' },
    ]);
    await world.record(usage('e', { cpu_hours: '10' }));
    expect(await world.settle()).toEqual({ counted: 2, duplicates: 0, pending: 0 });
    expect(await totals()).toEqual(['2026-11-22 cpu_hours 5 1.75 1']);
  });

  it('waits for an original that is parked, and is applied when that is counted', async () => {
    await world.record(
      usage('e', { cpu_hours: '10' }, { namespace: 'new' }),
      correction('c', 'e', 1, { cpu_hours: '4' }),
    );
    await world.settle();
    expect(await parkedOf()).toMatchObject([{ reason: 'unknown_original' }, { reason: 'unknown_namespace' }]);
    await addProject('new');
    await world.retry('changed');
    await world.settle();
    expect(await totals()).toEqual(['2026-11-22 cpu_hours 4 1.4 1']);
  });

  it('is tried again when a person asks, and waits on', async () => {
    await world.record(correction('c', 'e', 1));
    await world.settle();
    await requestParkedRetry(world.database.pool, CHANGE, { filter: { reason: 'unknown_original' } });
    await world.retry('due');
    expect(await world.settle()).toEqual({ counted: 0, duplicates: 0, pending: 1 });
    expect(await world.rowsOf(`select reason, try_count, due_at from hopsmeter.parked_events`)).toEqual([
      { reason: 'unknown_original', try_count: 2, due_at: null },
    ]);
  });

  it('that is given up is never applied, but still leads to the original', async () => {
    await world.record(correction('c', 'e', 1, { cpu_hours: '1' }), correction('c 2', 'c', 2, { cpu_hours: '2' }));
    await world.settle();
    await giveUpParked(world.database.pool, CHANGE, { ids: await idsOf('c'), reason: 'a mistake' });
    await world.record(usage('e', { cpu_hours: '10' }));
    expect(await world.settle()).toEqual({ counted: 1, duplicates: 0, pending: 0 });
    expect(await totals()).toEqual(['2026-11-22 cpu_hours 2 0.7 1']);
  });

  it('sent again is a duplicate, with another content a conflict, however often', async () => {
    const again = correction('c', 'e', 1, { cpu_hours: '4' });
    await world.record(usage('e', { cpu_hours: '10' }), again);
    await world.settle();
    await world.record(again, usage('e', { cpu_hours: '10' }), { ...again, reason: 'other words' });
    await world.record(correction('c', 'e', 9, { cpu_hours: '1' }), correction('c', 'e', 1));
    await world.record({ ...usage('c', { cpu_hours: '1' }) });
    await world.settle();
    expect(await totals()).toEqual(['2026-11-22 cpu_hours 4 1.4 1']);
    expect((await parkedOf()).map((row) => Reflect.get(row, 'reason')).sort()).toEqual([
      'conflict',
      'conflict',
      'conflict',
      'correction',
    ]);
    // Nor does a person's wish make it anything else.
    await requestParkedRetry(world.database.pool, CHANGE, { filter: { reason: 'conflict' } });
    await world.retry('due');
    await world.settle();
    expect(await totals()).toEqual(['2026-11-22 cpu_hours 4 1.4 1']);
    expect(await readPipelineCounts(world.database.pool)).toMatchObject({ counted: 2n, parked: 3n, duplicates: 3n });
  });

  it('in two contents, neither counted yet, is counted once', async () => {
    await world.record(correction('c', 'e', 1, { cpu_hours: '4' }));
    await world.record(correction('c', 'e', 1, { cpu_hours: '5' }));
    await world.settle();
    await world.record(usage('e', { cpu_hours: '10' }));
    await world.settle();
    expect(await totals()).toEqual(['2026-11-22 cpu_hours 4 1.4 1']);
    expect(await parkedOf()).toMatchObject([{ id: 'c' }, { id: 'c' }]);
    expect((await parkedOf()).map((row) => Reflect.get(row, 'reason')).sort()).toEqual([
      'conflict',
      'unknown_original',
    ]);
  });

  it('of another cluster or source names another event', async () => {
    await world.record(usage('e', { cpu_hours: '10' }));
    await world.record({ ...correction('c', 'e', 1), sourcePath: '/other' });
    await world.settle();
    expect(await parkedOf()).toMatchObject([{ reason: 'unknown_original' }]);
    expect(await totals()).toEqual(['2026-11-22 cpu_hours 10 3.5 1']);
  });

  it('that names itself in a circle waits for ever and harms nobody', async () => {
    await world.record(
      correction('a', 'b', 1),
      correction('b', 'a', 2),
      usage('e', { cpu_hours: '1' }),
      correction('c', 'e', 1),
    );
    expect(await world.settle()).toEqual({ counted: 1, duplicates: 0, pending: 2 });
    expect(await world.settle()).toEqual({ counted: 0, duplicates: 0, pending: 0 });
  });

  it('on a meter that is not registered or has no price waits for it', async () => {
    await world.record(usage('e', { cpu_hours: '10' }));
    await world.record(correction('c', 'e', 1, { calls: '2' }));
    await world.settle();
    expect(await parkedOf()).toMatchObject([{ reason: 'unknown_meter' }]);
    await world.rowsOf(`insert into hopsmeter.meters (meter, unit, description) values ('calls', 'call', 'Calls')`);
    await passTime();
    await world.retry('changed');
    await world.settle();
    expect(await parkedOf()).toMatchObject([{ reason: 'no_rate' }]);
    expect(await totals()).toEqual(['2026-11-22 cpu_hours 10 3.5 1']);
    await world.rowsOf(
      `insert into hopsmeter.rates (rate_card_id, meter, valid_from, price) select id, 'calls', '2020-01-01', 3
        from hopsmeter.rate_cards where is_default`,
    );
    await passTime();
    await world.settle();
    expect(await totals()).toEqual(['2026-11-22 calls 2 6 1']);
  });

  it('that cannot be booked keeps no older one from being in force and no newer one from overtaking it', async () => {
    await world.record(usage('e', { cpu_hours: '10' }));
    await world.record(correction('c 1', 'e', 1, { cpu_hours: '1' }), correction('c 2', 'e', 2, { calls: '2' }));
    await world.settle();
    expect(await totals()).toEqual(['2026-11-22 cpu_hours 1 0.35 1']);
    await world.record(correction('c 3', 'c 2', 3, { cpu_hours: '3' }));
    expect(await world.settle()).toEqual({ counted: 2, duplicates: 0, pending: 0 });
    expect(await totals()).toEqual(['2026-11-22 cpu_hours 3 1.05 1']);
  });

  it('that is refused by Postgres is set aside, and others are counted', async () => {
    await world.rowsOf(`alter table hopsmeter.usage_daily add constraint no_thirteen check (quantity <> 13)`);
    const events = Array.from({ length: 5 }, (_, i) =>
      usage(`e ${i}`, { cpu_hours: '1' }, { start: SAMPLE_START - i * DAY, end: SAMPLE_START - i * DAY + HOUR }),
    );
    await world.record(...events);
    await world.record(...events.map((_, i) => correction(`c ${i}`, `e ${i}`, 1, { cpu_hours: i === 2 ? '13' : '2' })));
    await world.settle();
    expect((await parkedOf()).map((row) => [Reflect.get(row, 'status'), Reflect.get(row, 'reason')])).toEqual([
      ['counted', 'correction'],
      ['counted', 'correction'],
      ['pending', 'uncountable'],
      ['counted', 'correction'],
      ['counted', 'correction'],
    ]);
    await world.rowsOf('alter table hopsmeter.usage_daily drop constraint no_thirteen');
    await requestParkedRetry(world.database.pool, CHANGE, { filter: { reason: 'uncountable' } });
    expect(await world.settle()).toEqual({ counted: 1, duplicates: 0, pending: 0 });
  });
});

const passTime = () => world.rowsOf(`update hopsmeter.parked_events set tried_at = tried_at - interval '1 day'`);

const addProject = (namespace: string) =>
  world.rowsOf(
    `insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at)
      values ($1, $2, $3, '-infinity')`,
    [world.seeded.clusterId, namespace, world.seeded.memberId],
  );

describe('an implausible event', () => {
  const ABSURD = { cpu_hours: '138000000000' };

  it.each([
    ['replaced', { cpu_hours: '3' }, ['2026-11-22 cpu_hours 3 1.05 1']],
    ['made void', {}, []],
  ])('is counted and %s in one transaction', async (_name, quantities, expected) => {
    await world.record(usage('e', ABSURD));
    await world.record(correction('c', 'e', 1, quantities));
    await world.settle();
    expect(await totals()).toEqual(expected);
    expect(await parkedOf()).toEqual([
      { id: 'c', status: 'counted', reason: 'correction' },
      { id: 'e', status: 'counted', reason: 'implausible' },
    ]);
    // Written by one transaction, so no committed state had the one without the other.
    expect(
      await world.rowsOf(
        'select count(distinct xmin::text)::int as transactions, count(*) > 1 as several from hopsmeter.usage_events',
      ),
    ).toEqual([{ transactions: 1, several: true }]);
    await world.record(usage('e', ABSURD));
    expect(await totals()).toEqual(expected);
  });

  it('that comes after its correction is settled with it', async () => {
    await world.record(correction('c', 'e', 1, { cpu_hours: '3' }));
    await world.settle();
    await world.record(usage('e', ABSURD));
    await passTime();
    expect(await world.settle()).toEqual({ counted: 2, duplicates: 0, pending: 0 });
    expect(await totals()).toEqual(['2026-11-22 cpu_hours 3 1.05 1']);
  });

  it('stays parked when its correction is implausible too, until that is released or corrected', async () => {
    await world.record(usage('e', ABSURD), correction('c', 'e', 1, { cpu_hours: '1000' }));
    await world.settle();
    expect(await parkedOf()).toEqual([
      { id: 'c', status: 'pending', reason: 'implausible' },
      { id: 'e', status: 'pending', reason: 'implausible' },
    ]);
    expect(await totals()).toEqual([]);
    await releaseParked(world.database.pool, CHANGE, { ids: await idsOf('c'), reason: 'a big machine' });
    await world.retry('due');
    expect(await world.settle()).toEqual({ counted: 2, duplicates: 0, pending: 0 });
    expect(await totals()).toEqual(['2026-11-22 cpu_hours 1000 350 1']);
  });

  it('and its implausible correction are settled by a correction of that', async () => {
    await world.record(usage('e', ABSURD), correction('c', 'e', 1, { cpu_hours: '1000' }));
    await world.settle();
    await world.record(correction('c 2', 'c', 2, { cpu_hours: '2' }));
    expect(await world.settle()).toEqual({ counted: 3, duplicates: 0, pending: 0 });
    expect(await totals()).toEqual(['2026-11-22 cpu_hours 2 0.7 1']);
  });

  it('that lacks a project as well waits with its correction', async () => {
    await world.record(usage('e', ABSURD, { namespace: 'new' }), correction('c', 'e', 1, { cpu_hours: '3' }));
    await world.settle();
    expect(await parkedOf()).toEqual([
      { id: 'c', status: 'pending', reason: 'unknown_original' },
      { id: 'e', status: 'pending', reason: 'implausible' },
    ]);
    await addProject('new');
    expect(await world.settle()).toEqual({ counted: 2, duplicates: 0, pending: 0 });
    expect(await totals()).toEqual(['2026-11-22 cpu_hours 3 1.05 1']);
  });

  it('whose window is too long can be made void', async () => {
    await world.record(usage('e', { cpu_hours: '1' }, { start: SAMPLE_START - 40 * DAY }), correction('c', 'e', 1));
    expect(await world.settle()).toEqual({ counted: 2, duplicates: 0, pending: 0 });
    expect(await totals()).toEqual([]);
  });
});

describe('prices, owners and closed months', () => {
  it('a correction books at the price of the usage day, whatever the price is now', async () => {
    await world.record(usage('night', { cpu_hours: '4' }, { start: MIDNIGHT - HOUR, end: MIDNIGHT + 3 * HOUR }));
    await world.rowsOf(
      `insert into hopsmeter.rates (rate_card_id, meter, valid_from, price) select id, 'cpu_hours', '2026-11-23', 9
        from hopsmeter.rate_cards where is_default`,
    );
    await world.record(correction('c', 'night', 900, { cpu_hours: '8', gpu_hours: '4' }));
    await world.settle();
    // The row that was there keeps its price; re-rating is another matter.
    expect(await totals()).toEqual([
      '2026-11-22 cpu_hours 2 0.7 1',
      '2026-11-22 gpu_hours 1 3.5 1',
      '2026-11-23 cpu_hours 6 2.1 1',
      '2026-11-23 gpu_hours 3 10.5 1',
    ]);
  });

  it('a correction goes to whom the usage belongs since the owner was changed', async () => {
    const { memberId, ownerId, otherId } = world.seeded;
    await world.record(
      usage('e', { cpu_hours: '10' }),
      usage('early', { cpu_hours: '1' }, { start: SAMPLE_START - DAY, end: SAMPLE_START - DAY + HOUR }),
    );
    await world.record(correction('c', 'e', 1, { cpu_hours: '8' }));
    await world.settle();
    const from = '2026-11-22T00:00:00Z';
    await changeOwner(world.database.pool, CHANGE, { userId: memberId, accountOwnerId: otherId, from, reason: 'late' });
    expect(await totals(true)).toEqual([
      `2026-11-21 ${ownerId} cpu_hours 1 0.35 1`,
      `2026-11-22 ${otherId} cpu_hours 8 2.8 1`,
    ]);
    await world.record(correction('c 2', 'e', 2, { cpu_hours: '5' }), correction('c early', 'early', 2));
    await world.settle();
    expect(await totals(true)).toEqual([`2026-11-22 ${otherId} cpu_hours 5 1.75 1`]);
    await changeOwner(world.database.pool, CHANGE, { userId: memberId, accountOwnerId: ownerId, from, reason: 'back' });
    expect(await totals(true)).toEqual([`2026-11-22 ${ownerId} cpu_hours 5 1.75 1`]);
  });

  it('an event that goes to who had its namespace longest takes along a correction of another day', async () => {
    const { pool } = world.database;
    const { otherId, projectId, clusterId } = world.seeded;
    const midnight = MIDNIGHT - 3 * DAY;
    const at = (hours: number) => formatTime(midnight + hours * HOUR);
    const window = { start: midnight - 2 * HOUR, end: midnight + 2 * HOUR };
    await world.record(usage('e', { cpu_hours: '0.000000000001' }, window));
    // The least quantity there is falls on the second day: taking it back leaves no row on the first.
    await world.record(correction('c', 'e', 1));
    await world.settle();
    await endProject(pool, CHANGE, { projectId, at: at(-1.5), reason: 'late' });
    const period = { startedAt: at(-1.5), endedAt: at(-0.5) };
    await createProject(pool, CHANGE, { clusterId, namespace: 'ml', userId: otherId, ...period, reason: 'late' });
    expect(await sumsByAccount()).toEqual([]);
    await world.record(correction('c 2', 'e', 2, { cpu_hours: '8' }));
    await world.settle();
    expect(await sumsByAccount()).toEqual([`${otherId} 8.000000000000 2`]);
  });

  it('a correction of a closed month lands in the open one, and closed rows keep every byte', async () => {
    const { pool } = world.database;
    const window = { start: OCTOBER, end: OCTOBER + HOUR };
    await world.record(usage('e', { cpu_hours: '10', ram_gb_hours: '1' }, window));
    await closeMonth(pool, world.seeded.ownerId, '2026-10-01');
    const closed = await readClosedRows(pool);
    await world.record(correction('c', 'e', 1, { cpu_hours: '4' }));
    await world.settle();
    expect(await totals()).toEqual(
      [
        '2026-10-29 cpu_hours 10 3.5 1',
        '2026-10-29 in 2026-11-01 cpu_hours -6 -2.1 0',
        '2026-10-29 ram_gb_hours 1 0.035 1',
        '2026-10-29 in 2026-11-01 ram_gb_hours -1 -0.035 -1',
      ].sort(),
    );
    expect(await readClosedRows(pool)).toEqual(closed);
    await world.record(correction('older', 'e', 0, { cpu_hours: '1' }), correction('c 2', 'e', 2, { cpu_hours: '12' }));
    await world.settle();
    expect(await readClosedRows(pool)).toEqual(closed);
    await closeMonth(pool, world.seeded.ownerId, '2026-11-01');
    const closedTwice = await readClosedRows(pool);
    await world.record(correction('c 3', 'c', 3));
    await world.settle();
    expect(await totals()).toEqual(
      [
        '2026-10-29 cpu_hours 10 3.5 1',
        '2026-10-29 in 2026-11-01 cpu_hours 2 0.7 0',
        '2026-10-29 in 2026-12-01 cpu_hours -12 -4.2 -1',
        '2026-10-29 in 2026-11-01 ram_gb_hours -1 -0.035 -1',
        '2026-10-29 ram_gb_hours 1 0.035 1',
      ].sort(),
    );
    expect(await readClosedRows(pool)).toEqual(closedTwice);
  });

  it('a worker whose memory of the closed months is old books nothing by it', async () => {
    const window = { start: OCTOBER, end: OCTOBER + HOUR };
    await world.record(usage('e', { cpu_hours: '10' }, window), correction('c', 'e', 1, { cpu_hours: '4' }));
    const settler = world.createSettler();
    await settler.settle(signal());
    await closeMonth(world.database.pool, world.seeded.ownerId, '2026-10-01');
    const closed = await readClosedRows(world.database.pool);
    await world.record(correction('c 2', 'e', 2, { cpu_hours: '5' }));
    await settler.settle(signal());
    expect(await readClosedRows(world.database.pool)).toEqual(closed);
    expect(await totals()).toEqual(['2026-10-29 cpu_hours 4 1.4 1', '2026-10-29 in 2026-11-01 cpu_hours 1 0.35 0']);
  });

  it('an owner change over closed months moves an event with all its corrections', async () => {
    const { pool } = world.database;
    const { memberId, ownerId, otherId } = world.seeded;
    const window = { start: OCTOBER, end: OCTOBER + HOUR };
    await world.record(usage('e', { cpu_hours: '10' }, window));
    await closeMonth(pool, ownerId, '2026-10-01');
    await world.record(correction('c', 'e', 1, { cpu_hours: '4' }));
    await world.settle();
    await closeMonth(pool, ownerId, '2026-11-01');
    const closed = await readClosedRows(pool);
    await changeOwner(pool, CHANGE, {
      userId: memberId,
      accountOwnerId: otherId,
      from: '2026-10-01T00:00:00Z',
      reason: 'late',
    });
    expect(await readClosedRows(pool)).toEqual(closed);
    expect(await sumsByAccount()).toEqual([`${otherId} 4.000000000000 1`]);
    await world.record(correction('c 2', 'c', 2, { cpu_hours: '7' }));
    await world.settle();
    expect(await sumsByAccount()).toEqual([`${otherId} 7.000000000000 1`]);
    expect(await readClosedRows(pool)).toEqual(closed);
  });

  const sumsByAccount = async () =>
    (
      await world.rowsOf<{ line: string }>(
        `select concat_ws(' ', account_owner_id, round(sum(quantity), 12), sum(event_count)) as line
          from hopsmeter.usage_daily
        group by account_owner_id having sum(quantity) <> 0 or sum(event_count) <> 0 order by 1`,
      )
    ).map(({ line }) => line);
});

describe('several workers', () => {
  it('settle the corrections of a few events at once, while batches are recorded, without a deadlock', async () => {
    const events = Array.from({ length: 12 }, (_, i) =>
      usage(
        `e ${i}`,
        { cpu_hours: '10', ram_gb_hours: '3' },
        { start: SAMPLE_START - (i % 3) * DAY, end: SAMPLE_START - (i % 3) * DAY + 2 * HOUR },
      ),
    );
    const corrections = events.flatMap(({ id }, i) =>
      Array.from({ length: 6 }, (_, n) =>
        correction(`c ${i} ${n}`, n % 2 === 0 ? id : `c ${i} ${n - 1}`, (n * 7) % 6, { cpu_hours: `${n + 1}` }),
      ),
    );
    let settled = 0;
    let isOver = false;
    const work = async () => {
      const settler = world.createSettler(({ counted }) => {
        settled += counted;
      });
      while (!isOver) await settler.settle(signal());
      await settler.settle(signal());
    };
    const workers = [work(), work(), work(), work()];
    const send = async (offset: number) => {
      for (let i = 0; i < corrections.length; i++) {
        const at = (i * 31 + offset) % corrections.length;
        const [one, event] = [corrections[at], events[(at + offset) % events.length]];
        if (one !== undefined && event !== undefined)
          await world.record(one, event, usage(`x ${offset} ${i}`, { cpu_hours: '1' }));
      }
    };
    await Promise.all([send(0), send(17)]);
    isOver = true;
    await Promise.all(workers);
    await world.settle();
    expect(settled).toBe(corrections.length);
    // Greatest (n * 7) % 6 is 5, of n = 5: six CPU hours each.
    expect(
      await world.rowsOf(
        `select sum(quantity)::numeric(38, 12)::text as total from hopsmeter.usage_daily where meter = 'cpu_hours'`,
      ),
    ).toEqual([{ total: `${12 * 6 + 2 * corrections.length}.000000000000` }]);
  });

  it('settle an event one after the other: a correction that comes meanwhile waits for the one in hand', async () => {
    // The other one, so that no check notices when the first is taken back twice.
    await world.record(usage('e', { cpu_hours: '10' }), usage('other', { cpu_hours: '100' }));
    await world.record(correction('c 1', 'e', 1, { cpu_hours: '4' }));
    const holder = await world.database.pool.connect();
    await holder.query('begin');
    await holder.query('select from hopsmeter.usage_daily for update');
    const first = world.settle();
    await waitForLocks(1);
    await world.record(correction('c 2', 'e', 2, { cpu_hours: '3' }));
    const second = world.settle();
    await waitForLocks(2);
    await holder.query('commit');
    holder.release();
    expect([await first, await second]).toEqual([
      { counted: 1, duplicates: 0, pending: 0 },
      { counted: 1, duplicates: 0, pending: 0 },
    ]);
    expect(await totals()).toEqual(['2026-11-22 cpu_hours 103 36.05 2']);
  });

  const waitForLocks = (count: number) =>
    vi.waitFor(
      async () => {
        const waiting = await world.rowsOf(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        expect(waiting).toHaveLength(count);
      },
      { timeout: 10_000, interval: 10 },
    );

  it('leave what somebody else has in hand, and come back to it', async () => {
    await world.record(usage('e', { cpu_hours: '99999999' }), correction('c', 'e', 1, { cpu_hours: '3' }));
    const holder = await world.database.pool.connect();
    await holder.query('begin');
    await holder.query(`select from hopsmeter.parked_events where event_id = 'e' for update`);
    const settling = world.settle();
    await vi.waitFor(async () => expect(await parkedOf()).toMatchObject([{ reason: 'unknown_original' }, {}]), {
      timeout: 30_000,
    });
    await holder.query('rollback');
    holder.release();
    await settling;
    await passTime();
    await world.settle();
    expect(await totals()).toEqual(['2026-11-22 cpu_hours 3 1.05 1']);
  });

  it('lose nothing when one is killed between any two of its statements', async () => {
    await world.record(usage('e', { cpu_hours: '99999999' }), correction('c', 'e', 1, { cpu_hours: '3' }));
    const before = [await parkedOf(), await totals()];
    // Each step waits for a lock that is held here, and the worker is killed while it waits.
    const holds = [
      `select pg_advisory_xact_lock(${ADVISORY_LOCKS.directory})`,
      'lock table hopsmeter.usage_events in share mode',
      'lock table hopsmeter.usage_daily in share mode',
      'lock table hopsmeter.corrections in share mode',
      'lock table hopsmeter.parked_events in share mode',
    ];
    for (const hold of holds) {
      const holder = await world.database.pool.connect();
      await holder.query('begin');
      await holder.query(hold);
      let kills = 0;
      let isOver = false;
      // It puts back what it could not settle, or fails where it cannot even do that.
      const over = Promise.allSettled([world.settle()]).finally(() => {
        isOver = true;
      });
      while (!isOver) {
        const killed = await world.rowsOf(
          `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`,
        );
        kills += killed.length;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await over;
      expect(kills).toBeGreaterThan(0);
      await holder.query('rollback');
      holder.release();
      expect([await parkedOf(), await totals()]).toEqual(before);
      expect(await world.rowsOf('select from hopsmeter.usage_events')).toEqual([]);
      await passTime();
    }
    expect(await world.settle()).toEqual({ counted: 2, duplicates: 0, pending: 0 });
    expect(await totals()).toEqual(['2026-11-22 cpu_hours 3 1.05 1']);
  });
});

/** As Postgres writes it. */
function asUuid(key: string): string {
  return key.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
