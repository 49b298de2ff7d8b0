import {
  type CorrectionWorld,
  correction,
  createCorrectionWorld,
  manifest,
  projectReport,
  usage,
} from '@hopsmeter/test/support/worker/correction-world.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';

let world: CorrectionWorld;

beforeEach(async () => {
  world = await createCorrectionWorld();
});
afterEach(() => world.database.close());

const chainOf = async (id: string) =>
  (await world.receiptOf(id)).chain.map(({ id: own, replacesId, status, quantities, rootId }) =>
    [own, replacesId, status, quantities.map(({ quantity }) => quantity).join(), rootId].join(' '),
  );

const bookedOf = async (id: string) =>
  (await world.receiptOf(id)).parts.flatMap(({ adjustment, bookings }) =>
    bookings.map(({ quantity, costExact }) => [adjustment, quantity, costExact].join(' ')),
  );

it('a receipt tells the whole correction chain from each of its events', async () => {
  await world.record(usage('e', { cpu_hours: '10' }), usage('other', { cpu_hours: '1' }));
  await world.record(correction('c 1', 'e', 1, { cpu_hours: '4' }));
  await world.settle();
  await world.record(correction('c 2', 'c 1', 2, { cpu_hours: '7' }), correction('late', 'e', 1, { cpu_hours: '5' }));
  await world.settle();
  const chain = [
    'c 1 e superseded 4.000000000000 e',
    'late e superseded 5.000000000000 e',
    'c 2 c 1 in_force 7.000000000000 e',
  ];
  for (const id of ['e', 'c 1', 'c 2', 'late']) expect(await chainOf(id)).toEqual(chain);
  expect(await chainOf('other')).toEqual([]);
  expect(await bookedOf('e')).toEqual([' 10.000000000000 3.500000000000']);
  expect(await bookedOf('c 1')).toEqual([
    'reversal -10.000000000000 -3.500000000000',
    'correction 4.000000000000 1.400000000000',
  ]);
  expect(await bookedOf('c 2')).toEqual([
    'reversal -4.000000000000 -1.400000000000',
    'correction 7.000000000000 2.450000000000',
  ]);
  expect(await bookedOf('late')).toEqual([]);
  expect((await world.receiptOf('e')).reported).toEqual([{ meter: 'cpu_hours', quantity: '10.000000000000' }]);
});

it('a receipt tells a void, and corrections that wait for their original', async () => {
  await world.record(correction('early 2', 'early', 2), correction('early', 'e', 1, { cpu_hours: '1' }));
  await world.settle();
  expect(await chainOf('early')).toEqual(['early e parked 1.000000000000 ', 'early 2 early parked  ']);
  expect((await world.receiptOf('early')).recorded).toBeUndefined();
  await world.record(usage('e', { cpu_hours: '10' }));
  await world.settle();
  expect(await chainOf('e')).toEqual(['early e superseded 1.000000000000 e', 'early 2 early in_force  e']);
});

it('a receipt tells a report of a project', async () => {
  await world.record(projectReport('p', 'new'));
  await world.settle();
  expect(await world.receiptOf('p')).toMatchObject({
    recorded: { type: 'project', eventId: 'p' },
    parts: [],
    parked: [{ status: 'counted', event: { namespace: 'new', owner: 'auth0|owner' } }],
    arrival: { eventCount: 1 },
  });
});

it('a receipt tells a manifest, what is parked, and a copy with another content', async () => {
  await world.record(manifest('m', 3, { cpu_hours: '10' }), usage('parked', { cpu_hours: '1' }, { namespace: 'new' }));
  await world.settle();
  expect((await world.receiptOf('m')).recorded).toMatchObject({ type: 'manifest' });
  expect(await world.receiptOf('m')).toMatchObject({
    parts: [],
    parked: [{ status: 'counted' }],
    arrival: { eventCount: 2 },
  });
  expect(await world.receiptOf('parked')).toMatchObject({
    recorded: undefined,
    parked: [{ reason: 'unknown_namespace', status: 'pending' }],
    arrival: { requestId: expect.any(String), parkedCount: 2 },
  });
  await world.record(usage('e', { cpu_hours: '10' }));
  await world.record(usage('e', { cpu_hours: '11' }), usage('e', { cpu_hours: '10' }));
  expect(await world.receiptOf('e')).toMatchObject({ conflictCount: 1, parked: [{ reason: 'conflict' }] });
});
