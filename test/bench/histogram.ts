/** Below it a value cannot be told from zero. */
const LEAST_MS = 0.02;

/** Neighbouring buckets differ by one percent, which is finer than two runs of anything are alike. */
const GROWTH = 1.01;

/** Up to some minutes. */
const BUCKETS = 1_650;

/** Counts latencies in a fixed number of buckets, so that a load may run for hours in the same memory. */
export type Histogram = {
  add(ms: number): void;
  /** The latency below which `share` of them lie, exact to one percent; 0 when there is none. */
  percentile(share: number): number;
  /** The longest one, exactly. */
  max(): number;
  count(): number;
  /** Forgets all. */
  clear(): void;
};

export function createHistogram(): Histogram {
  const buckets = new Uint32Array(BUCKETS);
  let count = 0;
  let max = 0;
  return {
    add(ms) {
      const bucket = ms <= LEAST_MS ? 0 : Math.ceil(Math.log(ms / LEAST_MS) / Math.log(GROWTH));
      const place = Math.min(bucket, BUCKETS - 1);
      buckets[place] = (buckets[place] ?? 0) + 1;
      count += 1;
      max = Math.max(max, ms);
    },
    percentile(share) {
      const rank = Math.min(count, Math.floor(count * share) + 1);
      let seen = 0;
      for (let bucket = 0; bucket < BUCKETS && count > 0; bucket++) {
        seen += buckets[bucket] ?? 0;
        if (seen >= rank) return Math.min(max, LEAST_MS * GROWTH ** bucket);
      }
      return 0;
    },
    max: () => max,
    count: () => count,
    clear() {
      buckets.fill(0);
      count = 0;
      max = 0;
    },
  };
}
