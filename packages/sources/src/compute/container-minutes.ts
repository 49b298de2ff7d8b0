import { type ExactUnits, ONE_EXACT, parseDecimal, scaleDecimal } from '@hopsmeter/usage';
import type { Series } from '../prometheus/read-answer.ts';

/** What is wrong with a sample. */
export type SampleFault = { readonly reason: 'missing_number' | 'negative_number'; readonly detail: string };

export type Pod = { readonly namespace: string; readonly pod: string };

/** A quantity of a pod over its minutes: exact, in minutes of a unit. */
export type PodMinutes = Pod & { readonly sum: ExactUnits; readonly faults: readonly SampleFault[] };

/**
 * Adds up, for each pod, the greater of what each of its containers asked for and used in each minute. Exact: samples
 * are read from the texts that Prometheus wrote, and never rounded before the end.
 */
export function addUpGreater(
  what: string,
  requested: readonly Series[],
  used: readonly Series[],
): readonly PodMinutes[] {
  const containers = new Map<string, { readonly pod: Pod; readonly minutes: Map<number, ExactUnits> }>();
  const faults = new Map<string, SampleFault[]>();
  for (const { labels, samples } of [...requested, ...used]) {
    const pod = readPod(labels);
    const key = JSON.stringify([pod.namespace, pod.pod, labels.container]);
    const container = containers.get(key) ?? { pod, minutes: new Map<number, ExactUnits>() };
    containers.set(key, container);
    for (const { time, value } of samples) {
      const read = readUnits(value, what);
      if (typeof read !== 'bigint') faults.set(keyOf(pod), [...(faults.get(keyOf(pod)) ?? []), read]);
      else if (read > (container.minutes.get(time) ?? -1n)) container.minutes.set(time, read);
    }
  }
  const sums = new Map<string, { readonly pod: Pod; sum: ExactUnits }>();
  for (const { pod, minutes } of containers.values()) {
    const sum = sums.get(keyOf(pod)) ?? { pod, sum: 0n };
    sums.set(keyOf(pod), sum);
    for (const units of minutes.values()) sum.sum += units;
  }
  return [...sums].map(([key, { pod, sum }]) => ({ ...pod, sum, faults: faults.get(key) ?? [] }));
}

export function keyOf({ namespace, pod }: Pod): string {
  return `${namespace}/${pod}`;
}

export function readPod({ namespace = '', pod = '' }: Series['labels']): Pod {
  return { namespace, pod };
}

/** Reads a sample; what is wrong with it where it is no quantity. */
export function readUnits(value: string, what: string): ExactUnits | SampleFault {
  const decimal = parseDecimal(value);
  if (decimal === undefined) return { reason: 'missing_number', detail: `${what} is ${value}` };
  if (decimal.digits < 0n) return { reason: 'negative_number', detail: `${what} is ${value}` };
  return scaleDecimal(decimal, ONE_EXACT);
}
