import type { UsageEvent } from '@hopsmeter/client';
import {
  CLUSTER_SOURCE_PREFIX,
  type ExactUnits,
  isDeferred,
  parseEvent,
  parseTime,
  toExactUnits,
} from '@hopsmeter/usage';

/** Quantities by the name of their meter, without zeros; the GPUs of all models are on `gpu_hours`. */
export type Quantities = ReadonlyMap<string, ExactUnits>;

export type EventUsage = {
  readonly event: UsageEvent;
  readonly namespace: string;
  readonly gpuModel: string | undefined;
  readonly quantities: Quantities;
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
  const quantities = new Map(usages.map(({ meter, quantity }) => [meter, toExactUnits(quantity)]));
  return { event, namespace, gpuModel, quantities };
}
