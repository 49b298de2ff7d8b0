import type { UsageEvent } from '@hopsmeter/client';
import { type ExactUnits, formatExactUnits } from '@hopsmeter/usage';
import { type EventUsage, readUsage } from './event-usage.ts';
import { addUp } from './quantities.ts';

/** How far two sources differ on a meter; the GPUs of all models are one. */
export type SourceDifference = {
  readonly meter: string;
  readonly sent: string;
  readonly other: string;
  /** Of the larger of both, from 0 to 1, to six decimals: for a metric, nothing is billed by it. */
  readonly ratio: number;
  /** The namespace that they differ on the most, by quantity. */
  readonly worst: {
    readonly namespace: string;
    readonly sent: string;
    readonly other: string;
    readonly ratio: number;
  };
};

/**
 * Compares what two sources say of a window, meter by meter.
 *
 * @param sent of the source whose events are sent.
 */
export function compareSources(sent: readonly UsageEvent[], other: readonly UsageEvent[]): readonly SourceDifference[] {
  const [sentUse, otherUse] = [read(sent), read(other)];
  const [sentSums, otherSums] = [addUp(sentUse), addUp(otherUse)];
  const namespaces = [...new Set([...sentUse, ...otherUse].map(({ namespace }) => namespace))].sort();
  const byNamespace = namespaces.map((namespace) => ({
    namespace,
    sent: addUp(sentUse.filter((usage) => usage.namespace === namespace)),
    other: addUp(otherUse.filter((usage) => usage.namespace === namespace)),
  }));
  return [...new Set([...sentSums.keys(), ...otherSums.keys()])].sort().map((meter) => {
    const [worst] = byNamespace
      .map((one) => ({ namespace: one.namespace, a: one.sent.get(meter) ?? 0n, b: one.other.get(meter) ?? 0n }))
      .sort((one, another) => compare(distance(another), distance(one)));
    const { namespace = '', a = 0n, b = 0n } = worst ?? {};
    return {
      meter,
      ...describe(sentSums.get(meter) ?? 0n, otherSums.get(meter) ?? 0n),
      worst: { namespace, ...describe(a, b) },
    };
  });
}

const MILLION = 1_000_000n;

function describe(sent: ExactUnits, other: ExactUnits) {
  const larger = sent > other ? sent : other;
  const ratio = larger === 0n ? 0 : Number((distance({ a: sent, b: other }) * MILLION) / larger) / Number(MILLION);
  return { sent: formatExactUnits(sent), other: formatExactUnits(other), ratio };
}

function distance({ a, b }: { readonly a: ExactUnits; readonly b: ExactUnits }): ExactUnits {
  return a > b ? a - b : b - a;
}

function compare(a: bigint, b: bigint): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function read(events: readonly UsageEvent[]): readonly EventUsage[] {
  return events.flatMap((event) => readUsage(event) ?? []);
}
