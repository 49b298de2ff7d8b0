import type { UsageEvent } from '@hopsmeter/client';
import {
  CLUSTER_SOURCE_PREFIX,
  type ExactUnits,
  gpuMeterOf,
  isDeferred,
  METERS,
  parseEvent,
  parseTime,
  toExactUnits,
} from '@hopsmeter/usage';

/** Quantities by the name of their meter, without zeros. */
export type Quantities = ReadonlyMap<string, ExactUnits>;

export type EventUsage = {
  readonly event: UsageEvent;
  readonly namespace: string;
  /** By the meters that they are counted on: those of a GPU model that bears its own are on `gpu_hours_h100`. */
  readonly quantities: Quantities;
  /** The same with the GPUs of all models on `gpu_hours`. */
  readonly sums: Quantities;
};

/**
 * Reads what an event reports as ingest reads it, to the last digit; `undefined` where it is no usage.
 *
 * @throws RangeError when ingest would refuse it.
 */
export function readUsage(event: UsageEvent): EventUsage | undefined {
  const clusterId = event.source.slice(CLUSTER_SOURCE_PREFIX.length).split(/[/:]/)[0] ?? '';
  const parsed = parseEvent(event, { clusterId, now: parseTime(event.time ?? '') ?? 0 });
  if (!parsed.ok)
    throw new RangeError(`${event.id} is no event: ${parsed.problems.map(({ detail }) => detail).join('; ')}`);
  if (isDeferred(parsed.event)) return undefined;
  const { usages, gpuModel, namespace = '' } = parsed.event;
  const own = (meter: string) => (meter === METERS.gpu && gpuModel !== undefined ? gpuMeterOf(gpuModel) : meter);
  const read = usages.map(({ meter, quantity }) => [meter, toExactUnits(quantity)] as const);
  return {
    event,
    namespace,
    quantities: new Map(read.map(([meter, units]) => [own(meter), units])),
    sums: new Map(read),
  };
}
