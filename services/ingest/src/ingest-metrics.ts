import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { AdmissionGate, GateReason } from './admission-gate.ts';
import type { ClusterKeySnapshot } from './cluster-key-snapshot.ts';
import type { GroupReport } from './group-commit.ts';
import type { ValidatedEvents } from './validate-events.ts';

export type IngestMetrics = {
  noteEvents(events: ValidatedEvents): void;
  noteGroup(report: GroupReport): void;
  noteRefusal(reason: GateReason): void;
  /** Adds what is read when it is asked for. */
  watch(gate: AdmissionGate, keys: ClusterKeySnapshot): void;
};

const ADD_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2];
const REQUEST_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_000];
const EVENT_BUCKETS = [1, 10, 50, 100, 250, 500, 1_000, 2_500, 5_000];

/** Creates the metrics of ingest. Requests by route and status are counted by the HTTP shell. */
export function createIngestMetrics(registry: Registry): IngestMetrics {
  const registers = [registry];
  const accepted = new Counter({
    name: 'ingest_events_accepted_total',
    help: 'Events that passed every check; they are durable when their request was answered with 202',
    registers,
  });
  const rejected = new Counter({
    name: 'ingest_events_rejected_total',
    help: 'Events refused, by the code of their first problem',
    labelNames: ['code'],
    registers,
  });
  const adds = new Histogram({
    name: 'ingest_queue_add_seconds',
    help: 'Time until Redis confirmed a batch on disk, or until that failed',
    labelNames: ['outcome'],
    buckets: ADD_BUCKETS,
    registers,
  });
  const groupRequests = new Histogram({
    name: 'ingest_group_requests',
    help: 'Requests that shared one batch',
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const groupEvents = new Histogram({
    name: 'ingest_group_events',
    help: 'Events of one batch',
    buckets: EVENT_BUCKETS,
    registers,
  });
  const refusals = new Counter({
    name: 'ingest_gate_refusals_total',
    help: 'Requests refused by the gate before they were read',
    labelNames: ['reason'],
    registers,
  });
  return {
    noteEvents(events) {
      accepted.inc(events.accepted.length);
      for (const { problems } of events.rejected) rejected.inc({ code: problems[0]?.code ?? 'UNKNOWN' });
    },
    noteGroup({ requestCount, eventCount, tookMs, isDurable }) {
      adds.observe({ outcome: isDurable ? 'durable' : 'failed' }, tookMs / 1_000);
      groupRequests.observe(requestCount);
      groupEvents.observe(eventCount);
    },
    noteRefusal: (reason) => refusals.inc({ reason }),
    watch(gate, keys) {
      const gauge = (name: string, help: string, read: () => number): void => {
        new Gauge({
          name,
          help,
          registers,
          collect() {
            this.set(read());
          },
        });
      };
      gauge('ingest_gate_open', '1 while requests are let in', () => (gate.closedReason() === undefined ? 1 : 0));
      gauge('ingest_in_flight_bytes', 'Bodies held in memory', () => gate.inFlightBytes());
      gauge(
        'ingest_key_snapshot_age_seconds',
        'Since the cluster keys were last read; -1 when they never were',
        () => keys.ageSeconds() ?? -1,
      );
      gauge('ingest_queue_waiting_jobs', 'Batches that no worker has taken', () => gate.status()?.waiting ?? 0);
      gauge(
        'ingest_queue_oldest_waiting_seconds',
        'Age of the oldest of them',
        () => (gate.status()?.oldestWaitingAgeMs ?? 0) / 1_000,
      );
      gauge('ingest_redis_memory_used_bytes', 'Memory that Redis uses', () => gate.status()?.memoryUsedBytes ?? 0);
      gauge('ingest_redis_memory_limit_bytes', 'Memory that Redis may use', () => gate.status()?.memoryLimitBytes ?? 0);
    },
  };
}
