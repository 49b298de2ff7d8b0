import { giveUpParked, readPipelineCounts, requestParkedRetry } from '@hopsmeter/db';
import { findRollupDifferences } from '@hopsmeter/test/support/db/test-database.ts';
import {
  type CorrectionWorld,
  createCorrectionWorld,
  manifest,
  signal,
  usage,
} from '@hopsmeter/test/support/worker/correction-world.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';

const CHANGE = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' } as const;

let world: CorrectionWorld;

beforeEach(async () => {
  world = await createCorrectionWorld();
});
afterEach(async () => {
  const differences = await findRollupDifferences(world.database.pool);
  const { events, counted, duplicates, parked } = await readPipelineCounts(world.database.pool);
  await world.database.close();
  expect(differences).toEqual([]);
  expect(events).toBe(counted + duplicates + parked);
});

const manifests = () =>
  world.rowsOf(
    `select hopsworks_cluster_id, source_path, to_char(window_started_at at time zone 'UTC', 'DD HH24:MI') as start,
      to_char(window_ended_at at time zone 'UTC', 'DD HH24:MI') as "end", event_count, sums
    from hopsmeter.cluster_manifests order by event_key`,
  );

const parkedOf = () =>
  world.rowsOf('select event_id as id, status, reason, resolution from hopsmeter.parked_events order by parked_at, id');

it('a manifest is recorded and is no usage', async () => {
  await world.record(usage('e', { cpu_hours: '1' }), manifest('m', 2, { cpu_hours: '1.5', gpu_hours: '0' }));
  expect(await parkedOf()).toEqual([{ id: 'm', status: 'pending', reason: 'manifest', resolution: null }]);
  expect(await world.settle()).toEqual({ counted: 1, duplicates: 0, pending: 0 });
  expect(await manifests()).toEqual([
    {
      hopsworks_cluster_id: world.seeded.clusterId,
      source_path: '',
      start: '22 13:00',
      end: '22 14:00',
      event_count: '2',
      sums: { cpu_hours: '1.5', gpu_hours: '0' },
    },
  ]);
  expect(await parkedOf()).toEqual([{ id: 'm', status: 'counted', reason: 'manifest', resolution: 'counted' }]);
  expect(await world.rowsOf('select quantity::numeric(38, 12)::text from hopsmeter.usage_daily')).toEqual([
    { quantity: '1.000000000000' },
  ]);
  expect(await readPipelineCounts(world.database.pool)).toMatchObject({ events: 2n, counted: 2n, parked: 0n });
});

it('a manifest of a window that is missing is recorded with its reason, the first of several', async () => {
  await world.record(manifest('m', 0, {}, 'OpenCost did not answer'));
  await world.settle();
  await world.record(manifest('m', 0, {}, 'connection refused'), manifest('n', 0));
  await world.settle();
  expect(await world.rowsOf('select event_count, missing_reason from hopsmeter.cluster_manifests order by 2')).toEqual([
    { event_count: '0', missing_reason: 'OpenCost did not answer' },
    { event_count: '0', missing_reason: null },
  ]);
  expect((await parkedOf()).map((row) => Reflect.get(row, 'reason'))).toEqual(['manifest', 'manifest']);
});

it('a manifest sent again is a duplicate, with other content or under the id of usage a conflict', async () => {
  await world.record(manifest('m', 2), usage('e', { cpu_hours: '1' }));
  await world.settle();
  await world.record(manifest('m', 2), manifest('m', 3), manifest('e', 1));
  await world.settle();
  expect((await parkedOf()).map((row) => Reflect.get(row, 'reason')).sort()).toEqual([
    'conflict',
    'conflict',
    'manifest',
  ]);
  await requestParkedRetry(world.database.pool, CHANGE, {});
  await world.retry('due');
  expect(await world.settle()).toEqual({ counted: 0, duplicates: 0, pending: 2 });
  expect(await world.settle()).toEqual({ counted: 0, duplicates: 0, pending: 0 });
  expect(await manifests()).toMatchObject([{ event_count: '2' }]);
});

it('of two contents that wait, the first is recorded', async () => {
  await world.record(manifest('m', 2), manifest('m', 3));
  await world.record(manifest('m', 4));
  await world.settle();
  expect(await manifests()).toMatchObject([{ event_count: '2' }]);
  expect((await parkedOf()).map((row) => Reflect.get(row, 'reason')).sort()).toEqual([
    'conflict',
    'conflict',
    'manifest',
  ]);
});

it('a manifest that was given up is not recorded', async () => {
  await world.record(manifest('m', 2));
  const [row] = await world.rowsOf<{ id: string }>('select id from hopsmeter.parked_events');
  await giveUpParked(world.database.pool, CHANGE, { ids: [row?.id ?? ''], reason: 'a test' });
  expect(await world.settle()).toEqual({ counted: 0, duplicates: 0, pending: 0 });
  expect(await manifests()).toEqual([]);
});

it('a thousand manifests are recorded once by several workers', async () => {
  await world.record(...Array.from({ length: 1_100 }, (_, i) => manifest(`m ${i}`, i)));
  let counted = 0;
  const settlers = Array.from({ length: 3 }, () =>
    world.createSettler((counts) => {
      counted += counts.counted;
    }),
  );
  await Promise.all(settlers.map((settler) => settler.settle(signal())));
  await world.settle();
  expect(counted).toBe(1_100);
  expect(await world.rowsOf('select count(*)::int, sum(event_count)::int from hopsmeter.cluster_manifests')).toEqual([
    { count: 1_100, sum: (1_099 * 1_100) / 2 },
  ]);
});
