/**
 * The columns of the ledger that every way of counting writes, in the order in which it writes them. `adjustment` is
 * not among them: only what takes back or books anew has one, and names it after these.
 */
export const LEDGER_COLUMNS = `
  event_key, part, usage_date, content_hash, usage_batch_id, position, hopsworks_cluster_id, source_path, event_id,
  event_type, account_owner_id, user_id, project_id, attributed_by, window_started_at, window_ended_at, meters,
  quantities, booked_on`;
