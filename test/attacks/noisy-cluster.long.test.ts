import { afterAll, beforeAll, expect, it } from 'vitest';
import { type NoisyWorld, startNoisyWorld } from './noisy-world.ts';

/** Enough that the quiet cluster meets every state of the noisy one's limit. */
const QUIET_BATCHES = 200;

let world: NoisyWorld;

beforeAll(async () => {
  world = await startNoisyWorld();
});
afterAll(() => world?.close());

it('a quiet cluster is always served while one that sends without a pause is held back', async () => {
  const { quiet, noise, startNoise, drain } = world;
  const { heldBack, stop } = startNoise();
  await heldBack;
  const heldBackBefore = noise.get(429) ?? 0;
  const statuses = await quiet.send(QUIET_BATCHES);
  await stop();
  // How long it takes is the machine's; that the quiet one never pays for the other is the promise.
  expect([...statuses]).toEqual([[202, QUIET_BATCHES]]);
  expect([...noise.keys()].sort()).toEqual([202, 429]);
  expect(noise.get(429)).toBeGreaterThan(heldBackBefore);
  await drain(QUIET_BATCHES);
});
