import { requestParkedRetry } from '@hopsmeter/db';
import { findRollupDifferences } from '@hopsmeter/test/support/db/test-database.ts';
import {
  type CorrectionWorld,
  correction,
  createCorrectionWorld,
  usage,
} from '@hopsmeter/test/support/worker/correction-world.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';

let world: CorrectionWorld;

beforeEach(async () => {
  world = await createCorrectionWorld();
});
afterEach(async () => {
  const differences = await findRollupDifferences(world.database.pool);
  await world.database.close();
  expect(differences).toEqual([]);
});

const total = async () =>
  (
    await world.rowsOf<{ sum: string }>(
      'select trim_scale(coalesce(sum(quantity), 0))::text as sum from hopsmeter.usage_daily',
    )
  )[0]?.sum;

/** Id, what is corrected, and what became of it. */
const parked = async () =>
  (
    await world.rowsOf<{ line: string }>(
      `select concat_ws(' ', event_id, event ->> 'replaces', case status when 'pending' then reason
        else status end) as line
      from hopsmeter.parked_events order by event_id, parked_at, id`,
    )
  ).map(({ line }) => line);

const settleAgainAndAgain = async () => {
  for (let round = 0; round < 3; round++) await world.settle();
};

it('a correction of usage is counted though a correction with the id of that usage waits', async () => {
  await world.record(usage('b1', { cpu_hours: '10' }));
  await world.record(correction('b1', 'b0', 1, { cpu_hours: '3' }));
  await world.settle();
  await world.record(correction('b1k', 'b1', 2, { cpu_hours: '4' }));
  await settleAgainAndAgain();
  expect(await total()).toBe('4');
  expect(await parked()).toEqual(['b1 b0 conflict', 'b1k b1 counted']);
});

it('usage and a correction of one id, in whatever order they come, are never mixed up', async () => {
  await world.record(correction('b1', 'b0', 1, { cpu_hours: '3' }));
  await world.settle();
  await world.record(correction('b1k', 'b1', 2, { cpu_hours: '4' }));
  await world.settle();
  // The correction waits for its original, so the id is still free: the usage takes it.
  await world.record(usage('b1', { cpu_hours: '10' }));
  await settleAgainAndAgain();
  expect(await total()).toBe('4');
  await world.record(usage('b0', { cpu_hours: '100' }));
  await settleAgainAndAgain();
  expect(await total()).toBe('104');
  expect(await parked()).toEqual(['b1 b0 conflict', 'b1k b1 counted']);
});

it('of two corrections of one id and different events the first is counted and its corrections follow', async () => {
  await world.record(usage('x', { cpu_hours: '10' }), usage('y', { cpu_hours: '100' }));
  await world.record(correction('c', 'x', 1, { cpu_hours: '1' }));
  await world.record(correction('c', 'y', 1, { cpu_hours: '2' }));
  await world.record(correction('d', 'c', 2, { cpu_hours: '5' }));
  await settleAgainAndAgain();
  expect(await total()).toBe('105');
  expect(await parked()).toEqual(['c x counted', 'c y conflict', 'd c counted']);
});

it('a correction that names a copy in conflict is counted when a person asks for it too', async () => {
  await world.record(usage('b1', { cpu_hours: '10' }));
  await world.record(correction('b1', 'b0', 1, { cpu_hours: '3' }), correction('z', 'b1', 2, { cpu_hours: '6' }));
  await requestParkedRetry(
    world.database.pool,
    { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' },
    { filter: { reason: 'correction' } },
  );
  await settleAgainAndAgain();
  expect(await total()).toBe('6');
  expect(await parked()).toEqual(['b1 b0 conflict', 'z b1 counted']);
});
