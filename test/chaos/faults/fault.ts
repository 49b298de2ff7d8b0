import type { ChaosClient } from '../chaos-client.ts';
import type { ChaosStack } from '../chaos-stack.ts';
import type { ChaosWorld } from '../chaos-world.ts';
import type { Tally } from '../tally.ts';

/** Faults of one track come one after the other; those of different tracks overlap. */
export type Track = 'kills' | 'ingests' | 'workers' | 'network' | 'redis' | 'postgres' | 'sources' | 'versions';

/** What faults break. */
export type FaultContext = {
  readonly stack: ChaosStack;
  readonly world: ChaosWorld;
  readonly clients: readonly ChaosClient[];
  readonly tally: Tally;
};

/** One kind of fault. */
export type FaultKind = {
  readonly name: string;
  readonly track: Track;
  /** How long it lasts in milliseconds: in a short plan, and at most in one of ten minutes or more. */
  readonly forMs: readonly [short: number, longest: number];
  /** What it can be done to. */
  readonly targets: readonly string[];
  /** What nobody else may break meanwhile, beside its target. */
  readonly holds?: readonly string[];
  /** Why it cannot be made on this machine. */
  readonly impossible?: (context: FaultContext) => string | undefined;
  /** Breaks it. @returns how to mend it. */
  readonly begin: (context: FaultContext, target: string) => Promise<() => Promise<void>>;
};

/** Nothing to mend: it is over by itself. */
export const nothing = async (): Promise<void> => undefined;

/** Finds what a plan names. */
export function required<T>(found: T | undefined, name: string): T {
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}
