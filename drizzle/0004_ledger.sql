-- The ledger and its rollup: partitions, what the record statement calls, and the view that staff know.

-- Sixteen hash partitions: identity stays global because the key is the event, not the day, and vacuum and index
-- builds work on a sixteenth at a time. Row level security is set on each of them too: a partition can be named
-- directly, and then its parent's setting does not apply.
DO $$
BEGIN
  FOR remainder IN 0..15 LOOP
    EXECUTE format(
      'CREATE TABLE hopsmeter.usage_events_p%s PARTITION OF hopsmeter.usage_events '
      'FOR VALUES WITH (MODULUS 16, REMAINDER %s)',
      lpad(remainder::text, 2, '0'), remainder);
    EXECUTE format('ALTER TABLE hopsmeter.usage_events_p%s ENABLE ROW LEVEL SECURITY', lpad(remainder::text, 2, '0'));
  END LOOP;
END
$$;
--> statement-breakpoint

-- The rows of today are added to with every batch: with room on their pages they are changed in place, and their
-- indexes are left alone.
ALTER TABLE hopsmeter.usage_daily SET (fillfactor = 60);
--> statement-breakpoint

-- Called by the record statement. HM001: the caller's directory is not current; nothing was recorded.
CREATE FUNCTION hopsmeter.require_directory_version(expected bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
  current_version bigint;
BEGIN
  PERFORM pg_catalog.pg_advisory_xact_lock_shared(7367, 1);
  SELECT version INTO STRICT current_version FROM hopsmeter.directory_versions;
  IF current_version <> expected THEN
    RAISE EXCEPTION 'the directory has version %, not %', current_version, expected USING ERRCODE = 'HM001';
  END IF;
  RETURN current_version;
END
$$;
--> statement-breakpoint

-- Called by the record statement when a copy of an event was committed while it ran: only a new snapshot can see
-- whether that copy is equal. 40001 is what callers retry.
CREATE FUNCTION hopsmeter.require_seen_copies(unseen bigint) RETURNS boolean
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF unseen > 0 THEN
    RAISE EXCEPTION '% events were recorded by another statement meanwhile', unseen USING ERRCODE = '40001';
  END IF;
  RETURN true;
END
$$;
--> statement-breakpoint

-- Called by the record statement with the positions of events that the ledger holds with another content. HM002: the
-- caller parks them and runs again.
CREATE FUNCTION hopsmeter.require_no_conflicts(positions integer[]) RETURNS boolean
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF positions IS NOT NULL THEN
    RAISE EXCEPTION 'the ledger holds other contents under the same identities'
      USING ERRCODE = 'HM002', DETAIL = pg_catalog.to_json(positions)::text;
  END IF;
  RETURN true;
END
$$;
--> statement-breakpoint

-- What the ledger holds under an identity; NULL when nothing. Called by the record statement for the few events that
-- need it: a function keeps its plan for the session, where a join would plan sixteen partitions with every batch and
-- could be planned as a scan of the whole ledger. STABLE: it sees what the calling statement sees.
CREATE FUNCTION hopsmeter.counted_content_hash(key uuid) RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = '' AS $$
BEGIN
  RETURN (SELECT content_hash FROM hopsmeter.usage_events WHERE event_key = key AND part = 0);
END
$$;
--> statement-breakpoint

-- The wide shape that staff know. The date is the day on which usage is booked, so that months add up to their
-- statements. Storage is the average GB over the day: its GB-hours divided by 24. Quantities are rounded as everywhere.
-- Of a day that was imported and metered too, the quantity is what was metered.
CREATE VIEW hopsmeter.usage_daily_by_user AS
SELECT
  date,
  user_id,
  account_owner_id,
  coalesce(round(round(cpu_hours, 22), 12), 0) AS cpu_hours,
  coalesce(round(round(gpu_hours, 22), 12), 0) AS gpu_hours,
  coalesce(round(round(ram_gb_hours, 22), 12), 0) AS ram_gb_hours,
  coalesce(round(round(online_storage_gb_hours / 24, 22), 12), 0) AS online_storage_gb,
  coalesce(round(round(offline_storage_gb_hours / 24, 22), 12), 0) AS offline_storage_gb,
  coalesce(round(round(network_egress_gb, 22), 12), 0) AS network_egress_gb,
  total_cost
FROM (
  SELECT
    booked_on AS date,
    user_id,
    account_owner_id,
    coalesce(
      sum(quantity) FILTER (WHERE meter = 'cpu_hours'),
      sum(quantity) FILTER (WHERE meter = 'imported_cpu_hours')) AS cpu_hours,
    coalesce(
      sum(quantity) FILTER (WHERE meter = 'gpu_hours' OR meter LIKE 'gpu\_hours\_%'),
      sum(quantity) FILTER (WHERE meter = 'imported_gpu_hours')) AS gpu_hours,
    coalesce(
      sum(quantity) FILTER (WHERE meter = 'ram_gb_hours'),
      sum(quantity) FILTER (WHERE meter = 'imported_ram_gb_hours')) AS ram_gb_hours,
    coalesce(
      sum(quantity) FILTER (WHERE meter = 'online_storage_gb_hours'),
      sum(quantity) FILTER (WHERE meter = 'imported_online_storage_gb_hours')) AS online_storage_gb_hours,
    coalesce(
      sum(quantity) FILTER (WHERE meter = 'offline_storage_gb_hours'),
      sum(quantity) FILTER (WHERE meter = 'imported_offline_storage_gb_hours')) AS offline_storage_gb_hours,
    coalesce(
      sum(quantity) FILTER (WHERE meter = 'network_egress_gb'),
      sum(quantity) FILTER (WHERE meter = 'imported_network_egress_gb')) AS network_egress_gb,
    round(sum(cost), 2)::numeric(10, 2) AS total_cost
  FROM hopsmeter.usage_daily
  WHERE pg_catalog.has_function_privilege('hopsmeter.reads_totals()', 'execute')
  GROUP BY booked_on, user_id, account_owner_id
) AS sums;
