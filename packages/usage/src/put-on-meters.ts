import type { Directory, Unattributed } from './directory.ts';
import type { Usage, UsageEvent } from './event.ts';

/** An event with its GPU usage on the meter of its model; says why not when the model has none. */
export function putOnMeters(directory: Directory, event: UsageEvent): UsageEvent | Unattributed {
  const { gpuModel } = event;
  if (gpuModel === undefined) return event;
  const usages: Usage[] = [];
  for (const { meter, quantity } of event.usages) {
    const own = directory.meterOf(meter, gpuModel);
    if (typeof own !== 'string') return own;
    usages.push({ meter: own, quantity });
  }
  return { ...event, usages };
}
