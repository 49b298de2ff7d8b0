import { ONE, type Quantity } from './decimal.ts';
import { METERS, type UsageEvent } from './event.ts';
import { PLAUSIBLE_CORES_MAX, PLAUSIBLE_GPUS_MAX, PLAUSIBLE_WINDOW_MAX } from './limits.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from './time.ts';

/**
 * Why an event is implausible, in words for the person who decides about it; `undefined` when it is not.
 * Nothing is clamped: an implausible event is parked as it came.
 */
export function findImplausible(event: Pick<UsageEvent, 'start' | 'end' | 'usages'>): string | undefined {
  const duration = event.end - event.start;
  if (duration > PLAUSIBLE_WINDOW_MAX) return `the window is longer than ${PLAUSIBLE_WINDOW_MAX / MICROS_PER_DAY} days`;
  if (duration === 0) return undefined;
  for (const { meter, quantity } of event.usages) {
    if (meter === METERS.cpu && isAbove(quantity, PLAUSIBLE_CORES_MAX, duration))
      return `more than ${PLAUSIBLE_CORES_MAX} cores over the window`;
    if (meter === METERS.gpu && isAbove(quantity, PLAUSIBLE_GPUS_MAX, duration))
      return `more than ${PLAUSIBLE_GPUS_MAX} GPUs over the window`;
  }
  return undefined;
}

function isAbove(hours: Quantity, countMax: bigint, duration: number): boolean {
  return hours * BigInt(MICROS_PER_HOUR) > countMax * ONE * BigInt(duration);
}
