import { type BookedRow, type CorrectionRow, formatTime, formatUsageDay } from '@hopsmeter/usage';

/** A row of a parked event; without an adjustment it is usage as it was reported. */
type Entry = BookedRow & Partial<Pick<CorrectionRow, 'adjustment'>>;

type EntryColumn = { readonly type: string; readonly read: (row: Entry) => unknown };

/**
 * Booked rows as JSON, by the names of the ledger's columns: the few hundred rows of parked events do not need the
 * arrays of the record statement.
 */
const COLUMNS: Readonly<Record<string, EntryColumn>> = {
  event_key: { type: 'uuid', read: ({ eventKey }) => eventKey },
  // As text: JSON has no whole numbers of 64 bits.
  content_hash: { type: 'bigint', read: ({ contentHash }) => String(contentHash) },
  part: { type: 'smallint', read: ({ part }) => part },
  usage_date: { type: 'date', read: ({ day }) => formatUsageDay(day) },
  event_type: { type: 'text', read: ({ eventType }) => eventType },
  account_owner_id: { type: 'text', read: ({ accountOwnerId }) => accountOwnerId },
  user_id: { type: 'text', read: ({ userId }) => userId },
  project_id: { type: 'uuid', read: ({ projectId }) => projectId },
  attributed_by: { type: 'text', read: ({ attributedBy }) => attributedBy },
  window_started_at: { type: 'timestamptz', read: ({ start }) => formatTime(start) },
  window_ended_at: { type: 'timestamptz', read: ({ end }) => formatTime(end) },
  meters: { type: 'text[]', read: ({ usages }) => usages.map(({ meter }) => meter) },
  quantities: { type: 'numeric[]', read: ({ usages }) => usages.map(({ quantity }) => quantity) },
  booked_on: { type: 'date', read: ({ bookedOn }) => (bookedOn === undefined ? undefined : formatUsageDay(bookedOn)) },
  adjustment: { type: 'text', read: ({ adjustment }) => adjustment },
};

export function writeBookedEntries(rows: readonly Entry[]): string {
  const columns = Object.entries(COLUMNS);
  return JSON.stringify(rows.map((row) => Object.fromEntries(columns.map(([name, { read }]) => [name, read(row)]))));
}

/**
 * Rows of parked events that are pending, as a query of all columns of the ledger, and of the parked event's `id`. Each
 * row names the batch and the position that its event came with, so it is found where it was parked.
 *
 * @param parameter what {@link writeBookedEntries} wrote.
 */
export function bookedEntries(parameter: string): string {
  const types = Object.entries(COLUMNS).map(([name, { type }]) => `${name} ${type}`);
  return `
    select entry.*, usage_batch_id, position, hopsworks_cluster_id, source_path, event_id, parked.id
    from jsonb_to_recordset(${parameter}) as entry (${types.join(', ')})
    join hopsmeter.parked_events as parked using (event_key, content_hash)
    where parked.status = 'pending'`;
}
