import type { ClientStats } from '@hopsmeter/client';
import type { CollectedWindow, Reach, SourceName } from '@hopsmeter/sources';
import { Counter, Gauge, type Registry } from 'prom-client';
import { HOUR_MS, type Hour } from './hours/hour.ts';
import { countUnfinished, type Marks } from './hours/marks.ts';

/** What a second look at a window found. */
export type RecheckCounts = {
  readonly corrected: number;
  readonly added: number;
  readonly vanished: number;
  readonly withheld: number;
};

export type CollectorMetrics = {
  noteCollected(source: SourceName, collected: CollectedWindow, hours: number): void;
  noteMissing(source: SourceName, hours: number): void;
  noteRecheck(counts: RecheckCounts): void;
  noteFailure(source: SourceName, code: string): void;
  /** `dueUntil` is the end of what is due; `reach` how far back the source goes. */
  noteHours(source: SourceName, marks: Marks, dueUntil: Hour, reach: Reach): void;
};

/** The metrics of a collector; docs/collector.md says what to watch. */
export function createCollectorMetrics(registry: Registry, readStats: () => ClientStats | undefined): CollectorMetrics {
  const registers = [registry];
  const labelNames = ['source'];
  const hours = new Counter({
    name: 'collector_windows_total',
    help: 'Hours that are finished, by whether they were collected or are missing',
    labelNames: [...labelNames, 'outcome'],
    registers,
  });
  const rows = new Counter({
    name: 'collector_rows_total',
    help: "Rows of answers: events that were sent, rows that are quarantined or nobody's, by reason",
    labelNames: [...labelNames, 'outcome', 'reason'],
    registers,
  });
  const rechecked = new Counter({
    name: 'collector_rechecked_events_total',
    help: 'Events by what the second look at their window found: corrected, added, vanished or withheld',
    labelNames: ['outcome'],
    registers,
  });
  const failures = new Counter({
    name: 'collector_failures_total',
    help: 'Attempts that failed and are made again, by code',
    labelNames: [...labelNames, 'code'],
    registers,
  });
  const behind = new Gauge({
    name: 'collector_behind_seconds',
    help: 'How long all hours are together that are due and neither collected nor missing',
    labelNames,
    registers,
  });
  const finished = new Gauge({
    name: 'collector_finished_timestamp_seconds',
    help: 'All hours before this moment are finished',
    labelNames,
    registers,
  });
  const untilLoss = new Gauge({
    name: 'collector_until_loss_seconds',
    help: 'How long the oldest unfinished hour can still be collected; NaN while none is due or no end is known',
    labelNames,
    registers,
  });
  addSpoolMetrics(registry, readStats);
  return {
    noteCollected(source, { events, quarantined, ignored }, count) {
      hours.inc({ source, outcome: 'collected' }, count);
      rows.inc({ source, outcome: 'sent', reason: '' }, events.length);
      for (const { reason } of quarantined) rows.inc({ source, outcome: 'quarantined', reason });
      for (const { reason } of ignored) rows.inc({ source, outcome: 'ignored', reason });
    },
    noteMissing(source, count) {
      hours.inc({ source, outcome: 'missing' }, count);
    },
    noteRecheck(counts) {
      for (const [outcome, count] of Object.entries(counts)) rechecked.inc({ outcome }, count);
    },
    noteFailure(source, code) {
      failures.inc({ source, code });
    },
    noteHours(source, marks, dueUntil, reach) {
      const count = countUnfinished(marks, dueUntil);
      behind.set({ source }, (count * HOUR_MS) / 1_000);
      finished.set({ source }, marks.done / 1_000);
      const isBounded = count > 0 && reach.hours !== undefined;
      untilLoss.set({ source }, isBounded ? (marks.done - (reach.hours ?? 0)) / 1_000 : Number.NaN);
    },
  };
}

/** What the client has done and has to do; a gauge that nobody can read is NaN. */
function addSpoolMetrics(registry: Registry, readStats: () => ClientStats | undefined): void {
  const gauge = (name: string, help: string, read: (stats: ClientStats) => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        const stats = readStats();
        this.set(stats === undefined ? Number.NaN : read(stats));
      },
    });
  };
  gauge('spool_waiting_bytes', 'Bytes of events that ingest has not acknowledged', (stats) => stats.waitingBytes);
  gauge('spool_oldest_seconds', 'How long the oldest of them waits', (stats) => stats.oldestAgeMs / 1_000);
  gauge('spool_refusal_bytes', 'Bytes of events that ingest refused for good', (stats) => stats.refusalBytes);
  gauge('spool_damaged_bytes', 'Bytes of the spool that could not be read', (stats) => stats.damagedBytes);
  gauge('spool_accepted_events', 'Events that ingest acknowledged since the start', (stats) => stats.accepted);
  gauge('spool_refused_events', 'Events that ingest refused since the start', (stats) => stats.refused);
}
