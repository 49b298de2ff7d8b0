import { createTestClient } from '../harness/client.ts';
import type { PostedEvent } from '../harness/events.ts';
import { LOAD_EVENT } from './load.ts';
import type { Stage } from './stage.ts';
import { percentile } from './statistics.ts';

export type Freshness = {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
};

/** The load beside which freshness is measured. */
const FRESHNESS_PACE = 5_000;

/** A user whom the load does not name: only the probes are counted for it. */
const PROBE_USER = 'auth0|probe';
const PROBE_NAMESPACE = 'probe';

/** How often the total is looked at. */
const LOOK_MS = 2;

/** Measures, beside a paced load, the time from an acknowledgement until the event is in `usage_daily`. */
export async function measureFreshness(stage: Stage, seconds: number): Promise<Freshness> {
  const { pool, cluster, pipeline } = stage;
  await pool.query(`insert into hopsmeter.users (id) values ($1)`, [PROBE_USER]);
  await pool.query(
    `insert into hopsmeter.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at)
      values ($1, $2, '-infinity')`,
    [PROBE_USER, cluster.id],
  );
  await pool.query(
    `insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at)
      values ($1, $2, $3, '-infinity')`,
    [cluster.id, PROBE_NAMESPACE, PROBE_USER],
  );
  const client = createTestClient(pipeline.ingests[0]?.url ?? '', cluster.key);
  const window = createWindow();
  const latenciesMs: number[] = [];
  const load = stage.load({ eventsPerBatch: 100, connections: 16, seconds, pace: FRESHNESS_PACE });
  let isLoading = true;
  void load.finally(() => {
    isLoading = false;
  });
  for (let probe = 1; isLoading; probe++) {
    const { accepted } = await client.send([createProbe(cluster.id, window, probe)]);
    stage.expectMore(accepted);
    const acknowledgedAt = performance.now();
    while ((await countProbes(stage)) < probe) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    latenciesMs.push(performance.now() - acknowledgedAt);
  }
  await load;
  await stage.drained();
  return {
    p50Ms: percentile(latenciesMs, 0.5),
    p95Ms: percentile(latenciesMs, 0.95),
    p99Ms: percentile(latenciesMs, 0.99),
    maxMs: percentile(latenciesMs, 1),
  };
}

async function countProbes({ pool }: Stage): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `select coalesce(max(event_count), 0)::integer as n from hopsmeter.usage_daily
      where account_owner_id = $1 and meter = 'cpu_hours'`,
    [PROBE_USER],
  );
  return rows[0]?.n ?? 0;
}

/** The same usage as an event of the load, so that the sums stay what they should be. */
function createProbe(clusterId: string, { start, end }: Window, probe: number): PostedEvent {
  return {
    id: `probe/${probe}`,
    source: `urn:hopsworks:cluster:${clusterId}`,
    specversion: '1.0',
    type: 'ai.hopsworks.usage.compute.v1',
    time: end,
    data: { namespace: PROBE_NAMESPACE, window: { start, end }, gpuHours: 0, ...LOAD_EVENT },
  };
}

type Window = { readonly start: string; readonly end: string };

/** One hour for all probes, so that they share a row. */
function createWindow(): Window {
  const hour = (hoursAgo: number): string =>
    `${new Date(Date.now() - hoursAgo * 3_600_000).toISOString().slice(0, 13)}:00:00Z`;
  return { start: hour(2), end: hour(1) };
}
