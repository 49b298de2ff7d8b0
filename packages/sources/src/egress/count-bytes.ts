import { parseDecimal, type Quantity, toQuantity } from '@hopsmeter/usage';
import type { Sample } from '../prometheus/read-answer.ts';

/** What a counter says of a window. */
export type CounterWindow = {
  /** The last sample of before: none where the counter is new. */
  readonly before: string | undefined;
  /** In the order of time, none of them of before. */
  readonly samples: readonly Sample[];
  /** Whether a counter without a sample of before began at zero, rather than being seen for the first time. */
  readonly isNewFromZero: boolean;
};

/**
 * Adds up what a counter of bytes counted: the differences of its samples, the first to that of before the window. So
 * the windows of a counter add up to all that it counted, whatever lies between its samples. A smaller value than the
 * one before it is a reset: it counts from zero.
 *
 * @returns what is wrong, where a sample is no number of bytes.
 */
export function countBytes({ before, samples, isNewFromZero }: CounterWindow): Quantity | string {
  let last = before === undefined ? (isNewFromZero ? 0n : undefined) : readBytes(before);
  let sum = 0n;
  for (const { value } of samples) {
    const bytes = readBytes(value);
    if (typeof bytes === 'string') return bytes;
    if (typeof last === 'bigint') sum += bytes >= last ? bytes - last : bytes;
    last = bytes;
  }
  return sum;
}

/** A counter may be kept as a float; none counts less than 10⁻¹² of a byte. */
function readBytes(value: string): Quantity | string {
  const decimal = parseDecimal(value);
  const bytes = decimal === undefined ? undefined : toQuantity(decimal);
  if (bytes === undefined) return `the counter is ${value}`;
  return bytes < 0n ? `the counter is ${value}, below zero` : bytes;
}
