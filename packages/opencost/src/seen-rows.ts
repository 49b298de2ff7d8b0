import { MICROS_PER_HOUR } from '@hopsmeter/usage';
import type { Allocation } from './allocation-answer.ts';
import type { Span } from './fault.ts';
import { findTimeFaults, TOLERANCE_MINUTES } from './find-faults.ts';

const MICROS_PER_MINUTE = MICROS_PER_HOUR / 60;

/** How much of the cluster and of the window an answer knows: of all its pods, those of the platform included. */
export type SeenRows = {
  /** Rows about the cluster. None: the answer knows nothing of the window, for there is no cluster without pods. */
  readonly count: number;
  /** Minutes of the row that ran the longest: fewer than the window has where OpenCost did not see all of it. */
  readonly minutesMax: number;
  /** Whether `minutesMax` is less than the window by more than what sampling by the minute loses. */
  readonly isPart: boolean;
  /** Other clusters that the answer is about. */
  readonly otherClusters: readonly string[];
};

export function createSeenRows(span: Span, clusterName: string) {
  const windowMinutes = (span.end - span.start) / MICROS_PER_MINUTE;
  const others = new Set<string>();
  let [count, minutesMax] = [0, 0];
  return {
    add(row: Allocation): void {
      const cluster = row.properties?.cluster;
      if (cluster && cluster !== clusterName) others.add(cluster);
      if (cluster !== clusterName) return;
      count++;
      if (findTimeFaults(row, span).length === 0) minutesMax = Math.max(minutesMax, row.minutes ?? 0);
    },
    read: (): SeenRows => ({
      count,
      minutesMax,
      isPart: minutesMax < windowMinutes - TOLERANCE_MINUTES,
      otherClusters: [...others].sort(),
    }),
  };
}
