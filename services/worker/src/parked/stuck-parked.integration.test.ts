import { listCorrectionsToTry, postponeParked, requestParkedRetry } from '@hopsmeter/db';
import { findRollupDifferences } from '@hopsmeter/test/support/db/test-database.ts';
import {
  type CorrectionWorld,
  correction,
  createCorrectionWorld,
  manifest,
  usage,
} from '@hopsmeter/test/support/worker/correction-world.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';

const CHANGE = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' } as const;

/** More corrections than are taken at once. */
const MANY = 110;
const many = <T>(make: (id: string) => T): T[] => Array.from({ length: MANY }, (_, i) => make(`bad ${i}`));

let world: CorrectionWorld;

beforeEach(async () => {
  world = await createCorrectionWorld();
  // A fault that nobody foresaw: neither the network nor the data is blamed for it.
  await world.rowsOf(`
    create function hopsmeter.fail_at_bad() returns trigger language plpgsql as
    $$ begin raise exception 'a bug' using errcode = 'XX000'; end $$;
    create trigger fail_at_bad before insert on hopsmeter.usage_events for each row when (new.event_id like 'bad%')
    execute function hopsmeter.fail_at_bad();
    create trigger fail_at_bad before insert on hopsmeter.cluster_manifests for each row when (new.event_count = 13)
    execute function hopsmeter.fail_at_bad()`);
});
afterEach(async () => {
  const differences = await findRollupDifferences(world.database.pool);
  await world.database.close();
  expect(differences).toEqual([]);
});

const countedIds = async () =>
  (
    await world.rowsOf<{ id: string }>(
      `select event_id as id from hopsmeter.parked_events where status = 'counted' order by event_id`,
    )
  ).map(({ id }) => id);
const isTriedAll = async () =>
  (await world.rowsOf(`select from hopsmeter.parked_events where status = 'pending' and tried_at is null`)).length ===
  0;

it('a hundred stuck corrections of one cluster do not stop the next, there or elsewhere', async () => {
  await world.record(usage('e', { cpu_hours: '10' }));
  await world.record(...many((id) => correction(id, 'e', 1, { cpu_hours: '5' })));
  await world.record(usage('f', { cpu_hours: '10' }), correction('good', 'f', 1, { cpu_hours: '4' }));
  await world.recordElsewhere(usage('e', { cpu_hours: '10' }), correction('other', 'e', 1, { cpu_hours: '4' }));
  await world.settle();
  expect(await countedIds()).toEqual(['good', 'other']);
  expect(await isTriedAll()).toBe(true);
});

it('a hundred stuck manifests do not stop the next, nor corrections', async () => {
  await world.record(...many((id) => manifest(id, 13)));
  await world.record(usage('e', { cpu_hours: '1' }), manifest('good', 1), correction('void', 'e', 1));
  await world.settle();
  expect(await countedIds()).toEqual(['good', 'void']);
  expect(await isTriedAll()).toBe(true);
});

it.each(['changed', 'due'] as const)('a hundred stuck parked events do not stop the next: %s', async (kind) => {
  await world.record(...many((id) => usage(id, { cpu_hours: '1' }, { namespace: 'new' })));
  await world.record(usage('good', { cpu_hours: '1' }, { namespace: 'new' }));
  await world.rowsOf(
    `insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at)
      values ($1, 'new', $2, '-infinity')`,
    [world.seeded.clusterId, world.seeded.memberId],
  );
  if (kind === 'due')
    await requestParkedRetry(world.database.pool, CHANGE, { filter: { reason: 'unknown_namespace' } });
  await world.retry(kind);
  expect(await countedIds()).toEqual(['good']);
  expect(await isTriedAll()).toBe(true);
});

it('clusters take turns: one with hundreds of corrections leaves the others their share of every part', async () => {
  await world.record(...many((id) => correction(id, 'nothing', 1)));
  await world.recordElsewhere(correction('other', 'nothing', 1));
  const ids = await listCorrectionsToTry(world.database.pool, 2);
  expect(
    await world.rowsOf('select event_id from hopsmeter.parked_events where id = any($1) order by event_id', [ids]),
  ).toEqual([{ event_id: expect.stringContaining('bad') }, { event_id: 'other' }]);
});

it('what was put back waits for minutes, also when a person asked for it', async () => {
  const { pool } = world.database;
  await world.record(correction('c', 'nothing', 1));
  const ids = await listCorrectionsToTry(pool, 10);
  await requestParkedRetry(pool, CHANGE, { ids });
  await postponeParked(pool, ids);
  expect(await listCorrectionsToTry(pool, 10)).toEqual([]);
  await world.rowsOf(`update hopsmeter.parked_events set due_at = due_at - interval '4 minutes'`);
  expect(await listCorrectionsToTry(pool, 10)).toEqual(ids);
});
