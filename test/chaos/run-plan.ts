import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultContext, FaultKind } from './faults/fault.ts';
import { required } from './faults/fault.ts';
import type { PlannedFault } from './plan.ts';
import { createTurns } from './turns.ts';

/** A fault as it was made; milliseconds since the load began. */
export type MadeFault = PlannedFault & { readonly begunAtMs: number; readonly mendedAtMs: number };

export type PlanLimits = {
  /** No fault begins later; on a busy machine a plan falls behind, and its rest is left out. */
  readonly untilMs: number;
  readonly signal: AbortSignal;
  /** Told how many faults were made and mended so far. */
  readonly onMade?: (count: number) => void;
};

/**
 * Makes the faults of a plan. Those of a track follow each other, kills come whenever their moment is; what is broken
 * by one is left alone by the others until it is mended. In the end everything is mended.
 *
 */
export async function runPlan(
  plan: readonly PlannedFault[],
  kinds: readonly FaultKind[],
  context: FaultContext,
  { untilMs, signal, onMade }: PlanLimits,
): Promise<readonly MadeFault[]> {
  const startedAt = performance.now();
  const made: MadeFault[] = [];
  const turns = createTurns();
  // Every kill that is planned waits for its moment.
  setMaxListeners(0, signal);
  const byName = new Map(kinds.map((kind) => [kind.name, kind]));

  const make = async (planned: PlannedFault): Promise<void> => {
    const kind = required(byName.get(planned.fault), planned.fault);
    const why = kind.impossible?.(context);
    if (why !== undefined) return context.tally.noteImpossible(kind.name, why);
    await untilMoment(startedAt + planned.atMs, signal);
    const isOver = (): boolean => signal.aborted || performance.now() - startedAt > untilMs;
    await turns.take([planned.target, ...(kind.holds ?? [])], async () => {
      if (isOver()) return;
      const begunAtMs = performance.now() - startedAt;
      const end = context.tally.begin(kind.name);
      const mend = await kind.begin(context, planned.target);
      await untilMoment(performance.now() + planned.forMs, signal);
      await mend();
      end();
      made.push({ ...planned, begunAtMs, mendedAtMs: performance.now() - startedAt });
      onMade?.(made.length);
    });
  };

  const makeInOrder = async (track: readonly PlannedFault[]): Promise<void> => {
    for (const planned of track) await make(planned);
  };

  const kills = plan.filter(({ track }) => track === 'kills');
  const tracks = new Set(plan.map(({ track }) => track));
  tracks.delete('kills');
  await Promise.all([
    ...kills.map(make),
    ...[...tracks].map((track) => makeInOrder(plan.filter((planned) => planned.track === track))),
  ]);
  return made;
}

async function untilMoment(moment: number, signal: AbortSignal): Promise<void> {
  // An end before the time only means that the next step comes at once.
  await delay(Math.max(0, moment - performance.now()), undefined, { signal }).catch(() => undefined);
}
