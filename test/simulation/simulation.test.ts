import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Schedule } from './schedule.ts';
import { type SimulationOptions, simulate } from './simulate.ts';

vi.mock('node:timers/promises', () => ({ setTimeout: vi.fn() }));

/** `npm run test:all` plays three times as many, and `npm run test:long` ten times; SIMULATION_SEED names the first. */
const SEEDS = Number(process.env.SIMULATION_SEEDS ?? 1_000);
const FIRST_SEED = Number(process.env.SIMULATION_SEED ?? 1);

let schedule: Schedule;

beforeAll(() => {
  // What waits, waits for the schedule: for a moment, or for the end of a turn of the event loop.
  vi.mocked(delay).mockImplementation(() => schedule.step() as never);
  vi.stubGlobal('setImmediate', (action: () => void) => schedule.post(action));
});
afterAll(() => vi.unstubAllGlobals());

const play = (seed: number, control: Partial<SimulationOptions> = {}) =>
  simulate({
    ...control,
    seed,
    onSchedule: (created) => {
      schedule = created;
    },
  });

it(`keeps every promise with ${SEEDS} seeds`, async () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++)
    expect({ seed, broken: await play(seed) }).toEqual({ seed, broken: [] });
}, 240_000);

it.each([
  ['a store that counts every delivery', { withoutDedup: true }, /counted [2-9] times/],
  ['an ingest that answers before the queue has the batch', { answersEarly: true }, /is lost/],
])('sees %s', async (_name, control, finding) => {
  const found: string[] = [];
  for (let seed = 1; seed <= 200; seed++) found.push(...(await play(seed, control)));
  expect(found).toContainEqual(expect.stringMatching(finding));
});
