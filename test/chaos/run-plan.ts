import { setTimeout as delay } from 'node:timers/promises';
import type { FaultContext, FaultKind } from './faults/fault.ts';
import { required } from './faults/fault.ts';
import type { PlannedFault } from './plan.ts';
import { createTurns } from './turns.ts';

/**
 * Makes the faults of a plan. Those of a track follow each other, kills come whenever their moment is; what is broken by
 * one is left alone by the others until it is mended. In the end everything is mended.
 */
export async function runPlan(
  plan: readonly PlannedFault[],
  kinds: readonly FaultKind[],
  context: FaultContext,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = performance.now();
  const turns = createTurns();
  const byName = new Map(kinds.map((kind) => [kind.name, kind]));

  const make = async (planned: PlannedFault): Promise<void> => {
    const kind = required(byName.get(planned.fault), planned.fault);
    const why = kind.impossible?.(context);
    if (why !== undefined) return context.tally.noteImpossible(kind.name, why);
    await untilMoment(startedAt + planned.atMs, signal);
    if (signal.aborted) return;
    await turns.take([planned.target, ...(kind.holds ?? [])], async () => {
      const end = context.tally.begin(kind.name);
      const mend = await kind.begin(context, planned.target);
      await untilMoment(performance.now() + planned.forMs, signal);
      await mend();
      end();
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
}

async function untilMoment(moment: number, signal: AbortSignal): Promise<void> {
  // An end before the time only means that the next step comes at once.
  await delay(Math.max(0, moment - performance.now()), undefined, { signal }).catch(() => undefined);
}
