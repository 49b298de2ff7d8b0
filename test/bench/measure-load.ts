import type { Stage } from './stage.ts';

/** A load: batches of one size on some connections, as fast as they are answered or at a pace. */
export type Scenario = {
  readonly eventsPerBatch: number;
  readonly connections: number;
  readonly pace?: number;
  /** Half of the events are sent twice. */
  readonly isTwice?: boolean;
};

export type Figures = Scenario & {
  /** From the first request to the last event committed in `usage_daily`. */
  readonly eventsPerSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly refusals: number;
  readonly cpuSecondsPerMillion: Readonly<Record<string, number>>;
};

/** Each process is warm, and the rollup rows exist, after this time. */
const WARM_UP_SECONDS = 2;

/** Measures a scenario end to end. */
export async function measureLoad(stage: Stage, scenario: Scenario, seconds: number): Promise<Figures> {
  await stage.load({ ...scenario, seconds: WARM_UP_SECONDS });
  await stage.drained();
  const before = stage.cpu();
  const startedAt = performance.now();
  const { accepted, latencies, refusals } = await stage.load({ ...scenario, seconds });
  await stage.drained();
  const elapsed = (performance.now() - startedAt) / 1_000;
  const after = stage.cpu();
  const cpu = [...after].map(([name, used]) => [name, ((used - (before.get(name) ?? 0)) * 1e6) / accepted] as const);
  return {
    ...scenario,
    eventsPerSecond: accepted / elapsed,
    p50Ms: latencies.percentile(0.5),
    p95Ms: latencies.percentile(0.95),
    p99Ms: latencies.percentile(0.99),
    maxMs: latencies.max(),
    refusals,
    cpuSecondsPerMillion: Object.fromEntries(cpu),
  };
}
