import { formatMoment } from '../asking/utc-hour.ts';
import type { CollectedWindow, QuarantinedRow, Reach, Source } from '../source.ts';
import type { Check } from './check.ts';

const HOUR_MS = 3_600_000;

/** Rows that are named; the others are counted. */
const NAMED_ROWS_MAX = 3;

export type RecordedOptions = {
  readonly name: string;
  readonly advice: Check['advice'];
  readonly now: () => number;
  /** What else it says of itself: its version. */
  readonly describe?: (signal: AbortSignal) => Promise<string>;
};

/** Whether a source that knows the past answers for the last hour, and how far back it knows: read, and not sent. */
export function createRecordedCheck(source: Source, { name, advice, now, describe }: RecordedOptions): Check {
  return {
    name,
    advice,
    async run(signal) {
      const version = await describe?.(signal);
      const reach = await source.readReach?.(signal);
      const end = Math.floor((now() - source.delayMs) / HOUR_MS) * HOUR_MS;
      const window = { start: formatMoment(end - HOUR_MS), end: formatMoment(end) };
      const { events, quarantined, notes = [] } = await source.collect(window, signal);
      const parts = [version, `${events.length} events of the hour from ${window.start} on`, describeReach(reach)];
      const warnings = [...notes.map(({ detail }) => detail), ...describeQuarantined(quarantined)];
      const text = parts.filter((part) => part !== undefined).join(', ');
      return { text, warning: warnings.length === 0 ? undefined : warnings.join('; ') };
    },
  };
}

function describeReach(reach: Reach | undefined): string | undefined {
  if (reach?.hours === undefined) return undefined;
  const days = reach.days === undefined ? '' : ` and days since ${formatMoment(reach.days)}`;
  return `knows hours since ${formatMoment(reach.hours)}${days}`;
}

function describeQuarantined(rows: CollectedWindow['quarantined']): readonly string[] {
  if (rows.length === 0) return [];
  const named = rows.slice(0, NAMED_ROWS_MAX).map(({ name, reason }: QuarantinedRow) => `${name}: ${reason}`);
  const others = rows.length > named.length ? `, and ${rows.length - named.length} more` : '';
  return [`not billed until somebody looks: ${named.join(', ')}${others}`];
}
