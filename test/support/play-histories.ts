import fc from 'fast-check';
import { expect } from 'vitest';

export type Histories = {
  /** How many are played where PROPERTY_RUNS does not say. */
  readonly few: number;
  /** What they are for and have not met so far: a property says nothing about what never happened. */
  readonly missing: () => readonly string[] | Promise<readonly string[]>;
};

/** So many more are played at a time, and at most, where the first ones have not met everything. */
const MORE_RUNS = 5;
const MORE_RUNS_MAX = 200;

/**
 * Plays a few histories, whatever they meet; or PROPERTY_RUNS of them, and then as many more as it takes to meet
 * everything.
 */
export async function playHistories<T>(
  property: fc.IAsyncPropertyWithHooks<T>,
  { few, missing }: Histories,
  parameters: fc.Parameters<T> = {},
): Promise<void> {
  const runs = process.env.PROPERTY_RUNS;
  await fc.assert(property, { ...parameters, numRuns: Number(runs ?? few) });
  if (runs === undefined) return;
  for (let more = 0; more < MORE_RUNS_MAX && (await missing()).length > 0; more += MORE_RUNS)
    await fc.assert(property, { ...parameters, numRuns: MORE_RUNS });
  expect(await missing(), 'what no history has met').toEqual([]);
}
