import { hourAfter } from './cell-place.ts';
import type { ClusterCoverage, CoverageCell, CoverageState } from './coverage-schemas.ts';

/** Hours of a cluster that follow each other and are not right in the same way. */
export type Gap = {
  readonly clusterId: string;
  readonly clusterName: string;
  readonly state: CoverageState;
  /** The source that it is of; undefined where the whole cluster is silent, or says no more. */
  readonly sourcePath: string | undefined;
  readonly reason: string | null;
  /** First hour, and the end: `2026-11-22T13:00:00Z`. */
  readonly from: string;
  readonly to: string;
  readonly hourCount: number;
  /** Added up over its hours. */
  readonly counted: bigint;
  readonly reported: bigint;
  readonly parked: bigint;
};

/** The gaps of a month, the newest first: what is not complete, of each source, in hours that follow each other. */
export function findGaps(clusters: readonly ClusterCoverage[]): readonly Gap[] {
  const gaps = clusters.flatMap((cluster) => {
    const open = new Map<string, Gap>();
    const closed: Gap[] = [];
    for (const cell of cluster.cells)
      for (const part of partsOf(cell)) {
        const key = `${part.state} ${part.sourcePath} ${part.reason}`;
        const before = open.get(key);
        if (before !== undefined && before.to !== cell.hour) closed.push(before);
        open.set(key, add(before?.to === cell.hour ? before : undefined, cluster, cell, part));
      }
    return [...closed, ...open.values()];
  });
  return gaps.toSorted((a, b) => compareText(b.from, a.from) || compareText(a.clusterName, b.clusterName));
}

type Part = Pick<Gap, 'state' | 'sourcePath' | 'reason'>;

/** What is not right of an hour: each source that is not complete, or the hour itself where no source is named. */
function partsOf({ state, sources }: CoverageCell): readonly Part[] {
  if (state === 'complete' || state === 'none') return [];
  if (sources.length === 0) return [{ state, sourcePath: undefined, reason: null }];
  return sources;
}

function add(
  before: Gap | undefined,
  { clusterId, clusterName }: ClusterCoverage,
  cell: CoverageCell,
  { state, sourcePath, reason }: Part,
): Gap {
  return {
    clusterId,
    clusterName,
    state,
    sourcePath,
    reason,
    from: before?.from ?? cell.hour,
    to: hourAfter(cell.hour),
    hourCount: (before?.hourCount ?? 0) + 1,
    counted: (before?.counted ?? 0n) + BigInt(cell.counted),
    reported: (before?.reported ?? 0n) + BigInt(cell.reported ?? '0'),
    parked: (before?.parked ?? 0n) + BigInt(cell.parked),
  };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
