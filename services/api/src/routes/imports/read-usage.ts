import type { ImportedRow } from '@hopsmeter/db';
import type { ProblemItem } from '@hopsmeter/runtime';
import {
  CLUSTER_SOURCE_PREFIX,
  EVENT_TYPES,
  type EventProblem,
  isDeferred,
  type Micros,
  parseEvent,
} from '@hopsmeter/usage';
import type { FileRow, ImportColumn } from './read-rows.ts';

/** Below the cluster, so that the ids of a file are not those of the cluster's own events. */
const IMPORTS_PATH = '/imports';

/** Where in an event the cells of a row stand. */
const COLUMNS_BY_POINTER: Readonly<Record<string, ImportColumn>> = {
  '/id': 'id',
  '/source': 'cluster',
  '/subject': 'subject',
  '/data/namespace': 'namespace',
  '/data/meter': 'meter',
  '/data/quantity': 'quantity',
  '/data/window/start': 'windowStart',
  '/data/window/end': 'windowEnd',
  '/data/window': 'windowEnd',
};

/** A problem of a cell: `/3/quantity` is in row 3. */
export type RowProblem = ProblemItem & { readonly pointer: string };

export type ReadUsage = { readonly rows: readonly ImportedRow[]; readonly problems: readonly RowProblem[] };

/**
 * Reads rows as usage, by the rules that events of clusters are read by.
 *
 * @param clusters ids by id and by name.
 */
export function readUsage(fileRows: readonly FileRow[], clusters: ReadonlyMap<string, string>, now: Micros): ReadUsage {
  const rows: ImportedRow[] = [];
  const problems: RowProblem[] = [];
  const seen = new Map<string, number>();
  for (const { row, cells } of fileRows) {
    const add = (column: string, code: string, detail: string): void => {
      problems.push({ pointer: `/${row}${column === '' ? '' : `/${column}`}`, code, detail });
    };
    const clusterId = clusters.get(cells.cluster ?? '');
    if (clusterId === undefined) add('cluster', 'UNKNOWN_REFERENCE', 'expected the id or the name of a cluster');
    const parsed = parseEvent(toEvent(cells, clusterId ?? NO_CLUSTER), { clusterId: clusterId ?? NO_CLUSTER, now });
    if (!parsed.ok) for (const problem of parsed.problems) add(columnOf(problem), problem.code, problem.detail);
    if (!parsed.ok || clusterId === undefined || isDeferred(parsed.event)) continue;
    const identity = JSON.stringify([clusterId, parsed.event.id]);
    const first = seen.get(identity);
    if (first !== undefined) add('id', 'REPEATED_ID', `row ${first} has this id on this cluster`);
    seen.set(identity, first ?? row);
    rows.push({ row, clusterId, event: parsed.event });
  }
  return { rows, problems };
}

/** Stands for a cluster that is not known, so that the other cells of its row are read too. */
const NO_CLUSTER = 'none';

function toEvent(cells: FileRow['cells'], clusterId: string): object {
  const { id, namespace, subject, meter, quantity, windowStart, windowEnd } = cells;
  return {
    id,
    source: `${CLUSTER_SOURCE_PREFIX}${clusterId}${IMPORTS_PATH}`,
    specversion: '1.0',
    type: EVENT_TYPES.meter,
    subject,
    data: { meter, quantity, namespace, window: { start: windowStart, end: windowEnd } },
  };
}

function columnOf({ pointer }: EventProblem): string {
  return COLUMNS_BY_POINTER[pointer] ?? '';
}
