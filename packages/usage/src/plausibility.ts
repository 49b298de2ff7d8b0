import { METERS, type UsageEvent } from './event.ts';
import { type ExactQuantity, ONE_EXACT, toExactUnits } from './exact-quantity.ts';
import { PLAUSIBLE_WINDOW_MAX, type PlausibleLimits } from './limits.ts';
import { MICROS_PER_DAY, MICROS_PER_HOUR } from './time.ts';

/**
 * Why an event is implausible, in words for the person who decides about it; `undefined` when it is not.
 * Nothing is clamped: an implausible event is parked as it came.
 */
export function findImplausible(
  event: Pick<UsageEvent, 'start' | 'end' | 'usages'>,
  { coresMax, gpusMax }: PlausibleLimits,
): string | undefined {
  const duration = event.end - event.start;
  if (duration > PLAUSIBLE_WINDOW_MAX) return `the window is longer than ${PLAUSIBLE_WINDOW_MAX / MICROS_PER_DAY} days`;
  if (duration === 0) return undefined;
  for (const { meter, quantity } of event.usages) {
    if (meter === METERS.cpu && isAbove(quantity, coresMax, duration))
      return `more than ${coresMax} cores over the window`;
    if (isGpuMeter(meter) && isAbove(quantity, gpusMax, duration)) return `more than ${gpusMax} GPUs over the window`;
  }
  return undefined;
}

/** Corrections and plain quantities name the meter of a GPU model itself. */
function isGpuMeter(meter: string): boolean {
  return meter === METERS.gpu || meter.startsWith(`${METERS.gpu}_`);
}

function isAbove(hours: ExactQuantity, countMax: bigint, duration: number): boolean {
  // Whole hours decide nearly always; `parseInt` stops at the point.
  if ((Number.parseInt(hours, 10) + 1) * MICROS_PER_HOUR <= Number(countMax) * duration) return false;
  return toExactUnits(hours) * BigInt(MICROS_PER_HOUR) > countMax * ONE_EXACT * BigInt(duration);
}
