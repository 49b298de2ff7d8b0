import { setTimeout as delay } from 'node:timers/promises';
import { startNoisyWorld } from '../attacks/noisy-world.ts';

/** Measured in turns, so that what else the machine does is in both. */
const ROUNDS = 7;
const ROUND_MS = 2_000;

/**
 * `npm run bench -- --only noisy-cluster`: what a quiet cluster's requests take alone, and beside a cluster that sends
 * without a pause and is held back by its limit. On a quiet machine of two cores at most twice as long.
 */
const world = await startNoisyWorld();
try {
  const { quiet, startNoise, drain } = world;
  await quiet.during(delay(1_000));
  const alone: number[] = [];
  const beside: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    alone.push((await quiet.during(delay(ROUND_MS))).p99Ms);
    const { heldBack, stop } = startNoise();
    // What it did not use while it was silent it may send at once; from then on it is limited.
    await heldBack;
    beside.push((await quiet.during(delay(ROUND_MS))).p99Ms);
    await stop();
  }
  await drain(quiet.sentBatches());
  const [before, after] = [medianOf(alone), medianOf(beside)];
  console.log(`p99 of a quiet cluster's requests, medians of ${ROUNDS} rounds of ${ROUND_MS / 1_000} s`);
  console.log(`  alone                   ${before.toFixed(1)} ms`);
  console.log(`  beside a noisy cluster  ${after.toFixed(1)} ms, ${(after / before).toFixed(2)} times as long`);
} finally {
  await world.close();
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
