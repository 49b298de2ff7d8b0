import type { FailureKind, RecordedCounts, SettledCounts } from '@hopsmeter/db';
import type { Progress } from '@hopsmeter/queue';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** From an idle queue's few milliseconds to an outage's hour. */
const SECONDS_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 600, 3_600];

export type WorkerMetrics = {
  noteRecorded(counts: RecordedCounts | undefined, eventCount: number): void;
  /** What became of parked events that were tried again. */
  noteRetried(counts: SettledCounts): void;
  noteFailure(kind: FailureKind): void;
  noteProgress(progress: Progress): void;
};

/** The worker's metrics. `events_recorded_total` counts deliveries; the exact account is the table usage_batches. */
export function createWorkerMetrics(registry: Registry, waitingCount: () => number): WorkerMetrics {
  const registers = [registry];
  const events = new Counter({
    name: 'events_recorded_total',
    help: 'Events by what became of them; redelivered: their batch had been recorded before',
    labelNames: ['outcome'],
    registers,
  });
  const retried = new Counter({
    name: 'parked_events_retried_total',
    help: 'Parked events that were tried again, by what became of them',
    labelNames: ['outcome'],
    registers,
  });
  const failures = new Counter({
    name: 'record_failures_total',
    help: 'Attempts to record a batch that failed and are made again',
    labelNames: ['kind'],
    registers,
  });
  const waited = new Histogram({
    name: 'batch_wait_seconds',
    help: 'Time from the acknowledgement of a batch to the start of its recording',
    buckets: SECONDS_BUCKETS,
    registers,
  });
  const took = new Histogram({
    name: 'batch_record_seconds',
    help: 'Time that recording a batch took, outages included',
    buckets: SECONDS_BUCKETS,
    registers,
  });
  new Gauge({
    name: 'batches_waiting_for_database',
    help: 'Batches in work whose last attempt failed',
    registers,
    collect() {
      this.set(waitingCount());
    },
  });
  return {
    noteRecorded(counts, eventCount) {
      if (counts === undefined) {
        events.inc({ outcome: 'redelivered' }, eventCount);
        return;
      }
      events.inc({ outcome: 'counted' }, counts.counted);
      events.inc({ outcome: 'duplicate' }, counts.duplicates);
      events.inc({ outcome: 'parked' }, counts.parked);
    },
    noteRetried(counts) {
      retried.inc({ outcome: 'counted' }, counts.counted);
      retried.inc({ outcome: 'duplicate' }, counts.duplicates);
      retried.inc({ outcome: 'pending' }, counts.pending);
    },
    noteFailure: (kind) => failures.inc({ kind }),
    noteProgress({ waitedMs, tookMs }) {
      waited.observe(waitedMs / 1_000);
      took.observe(tookMs / 1_000);
    },
  };
}
