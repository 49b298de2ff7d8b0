import type { Sample } from './soak-sample.ts';
import { percentile } from './statistics.ts';

/** What a run must keep, and whether it did: the median of the last quarter beside that of the second quarter. */
export type Rule = {
  readonly name: string;
  readonly before: number;
  readonly after: number;
  readonly limit: number;
  readonly unit: 'MB' | 'ms' | 'bytes' | 'events';
  readonly isKept: boolean;
};

const MIB = 2 ** 20;

/** A process may have that much more, by whichever is more: V8 takes and gives back young generations of 16 MB. */
const MEMORY_GROWTH = 1.1;
const MEMORY_STEP_MB = 20;

/** On two cores that others use as well, the p99 of five seconds moves by that much without any trend. */
const P99_GROWTH = 1.25;
const P99_STEP_MS = 10;

/** Dead versions are reused and taken away, so a row may take half as much again as it did, or two pages more. */
const BLOAT_GROWTH = 1.5;
const BLOAT_STEP_BYTES = 16_384;

/** What may wait at the end beside what waited before: a second of the load. */
const BACKLOG_SECONDS = 1;

/** The rules, in words: printed with every verdict. */
export const RULES = `medians of the last quarter may be, beside those of the second quarter:
memory of a process +${Math.round((MEMORY_GROWTH - 1) * 100)} % or +${MEMORY_STEP_MB} MB, p99
+${Math.round((P99_GROWTH - 1) * 100)} % or +${P99_STEP_MS} ms, bytes of usage_daily per row
+${Math.round((BLOAT_GROWTH - 1) * 100)} % or +${BLOAT_STEP_BYTES / 1_024} kB, waiting events +${BACKLOG_SECONDS} s of
the load`;

export function judge(samples: readonly Sample[], pace: number): readonly Rule[] {
  const quarter = Math.floor(samples.length / 4);
  const second = samples.slice(quarter, 2 * quarter);
  const last = samples.slice(samples.length - quarter);
  const rule = (
    name: string,
    unit: Rule['unit'],
    value: (sample: Sample) => number,
    limitOf: (before: number) => number,
  ): Rule => {
    const [before, after] = [percentile(second.map(value), 0.5), percentile(last.map(value), 0.5)];
    const limit = limitOf(before);
    return { name, unit, before, after, limit, isKept: quarter > 0 && after <= limit };
  };
  const either = (growth: number, step: number) => (before: number) => Math.max(before * growth, before + step);
  return [
    ...['ingest', 'worker', 'redis', 'load'].map((name) =>
      rule(`memory of ${name}`, 'MB', ({ memory }) => (memory[name] ?? 0) / MIB, either(MEMORY_GROWTH, MEMORY_STEP_MB)),
    ),
    rule('p99 of an answer', 'ms', ({ p99Ms }) => p99Ms, either(P99_GROWTH, P99_STEP_MS)),
    rule('usage_daily per row', 'bytes', rollupBytesPerRow, either(BLOAT_GROWTH, BLOAT_STEP_BYTES)),
    rule(
      'waiting events',
      'events',
      ({ waitingEvents }) => waitingEvents,
      (before) => before + pace * BACKLOG_SECONDS,
    ),
  ];
}

export function rollupBytesPerRow({ rollupBytes, rollupIndexBytes, rollupRows }: Sample): number {
  return rollupRows === 0 ? 0 : (rollupBytes + rollupIndexBytes) / rollupRows;
}

export function formatRule({ name, before, after, limit, unit, isKept }: Rule): string {
  const figure = (value: number): string =>
    value.toLocaleString('en-US', { maximumFractionDigits: unit === 'ms' ? 1 : 0 });
  return (
    `${name}: ${figure(before)} to ${figure(after)} ${unit}, at most ${figure(limit)}: ` +
    `${isKept ? 'kept' : 'BROKEN'}`
  );
}
