-- What drizzle's schema can not say: partitions, exclusion constraints, triggers, the functions that the record
-- statement calls, the staff view and the default rate card.

-- Sixteen hash partitions: identity stays global because the key is the event, not the day, and vacuum and index
-- builds work on a sixteenth at a time. Row level security is set on each of them too: a partition can be named
-- directly, and then its parent's setting does not apply.
DO $$
BEGIN
  FOR remainder IN 0..15 LOOP
    EXECUTE format(
      'CREATE TABLE usage_events_p%s PARTITION OF usage_events FOR VALUES WITH (MODULUS 16, REMAINDER %s)',
      lpad(remainder::text, 2, '0'), remainder);
    EXECUTE format('ALTER TABLE usage_events_p%s ENABLE ROW LEVEL SECURITY', lpad(remainder::text, 2, '0'));
  END LOOP;
END
$$;
--> statement-breakpoint

-- Periods never overlap: one owner, one project owner and one assignment per cluster at any moment.
CREATE EXTENSION IF NOT EXISTS btree_gist;
--> statement-breakpoint
ALTER TABLE account_ownerships ADD CONSTRAINT account_ownerships_no_overlap
  EXCLUDE USING gist (user_id WITH =, tstzrange(started_at, ended_at) WITH &&);
--> statement-breakpoint
ALTER TABLE projects ADD CONSTRAINT projects_no_overlap
  EXCLUDE USING gist (hopsworks_cluster_id WITH =, namespace WITH =, tstzrange(started_at, ended_at) WITH &&);
--> statement-breakpoint
ALTER TABLE user_hopsworks_assignments ADD CONSTRAINT user_hopsworks_assignments_no_overlap
  EXCLUDE USING gist (user_id WITH =, tstzrange(started_at, ended_at) WITH &&);
--> statement-breakpoint
CREATE UNIQUE INDEX rate_cards_one_default ON rate_cards (is_default) WHERE is_default;
--> statement-breakpoint

-- The directory is everything that attributes and prices. Workers read it into memory, so a recorded event must prove
-- that its copy was current: the record statement holds a shared lock while it compares versions, a change of the
-- directory holds the same lock alone until it commits. A change therefore waits for statements that began before it,
-- and statements that come after it see its version.
INSERT INTO directory_versions (id, version) VALUES (true, 1);
--> statement-breakpoint
CREATE FUNCTION change_directory() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  PERFORM pg_catalog.pg_advisory_xact_lock(7367, 1);
  UPDATE public.directory_versions SET version = version + 1;
  RETURN NULL;
END
$$;
--> statement-breakpoint
DO $$
DECLARE
  directory_table text;
BEGIN
  FOREACH directory_table IN ARRAY ARRAY[
    'users', 'account_ownerships', 'projects', 'user_hopsworks_assignments', 'meters', 'rate_cards', 'rates'
  ] LOOP
    -- BEFORE: the lock comes before any row lock, so that a change and a record statement can not wait for each other.
    EXECUTE format(
      'CREATE TRIGGER change_directory BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I '
      'FOR EACH STATEMENT EXECUTE FUNCTION change_directory()', directory_table);
  END LOOP;
END
$$;
--> statement-breakpoint

-- Called by the record statement. HM001: the caller's directory is not current; nothing was recorded.
CREATE FUNCTION require_directory_version(expected bigint) RETURNS bigint LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
  current_version bigint;
BEGIN
  PERFORM pg_catalog.pg_advisory_xact_lock_shared(7367, 1);
  SELECT version INTO STRICT current_version FROM public.directory_versions;
  IF current_version <> expected THEN
    RAISE EXCEPTION 'the directory has version %, not %', current_version, expected USING ERRCODE = 'HM001';
  END IF;
  RETURN current_version;
END
$$;
--> statement-breakpoint

-- Called by the record statement when a copy of an event was committed while it ran: whether that copy is equal can
-- only be seen by a new snapshot. 40001 is what callers retry.
CREATE FUNCTION require_seen_copies(unseen bigint) RETURNS boolean LANGUAGE plpgsql SET search_path = '' AS $$
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
CREATE FUNCTION require_no_conflicts(positions integer[]) RETURNS boolean LANGUAGE plpgsql SET search_path = '' AS $$
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
CREATE FUNCTION counted_content_hash(key uuid) RETURNS bigint LANGUAGE plpgsql STABLE SET search_path = '' AS $$
BEGIN
  RETURN (SELECT content_hash FROM public.usage_events WHERE event_key = key AND part = 0);
END
$$;
--> statement-breakpoint

-- Two levels only. The directory lock makes concurrent attempts take turns.
CREATE FUNCTION check_account_levels() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF NEW.account_owner_id IS NULL THEN
    RETURN NEW;
  END IF;
  IF EXISTS (SELECT FROM public.users WHERE id = NEW.account_owner_id AND account_owner_id IS NOT NULL) THEN
    RAISE EXCEPTION 'a member can not own members' USING ERRCODE = '23514', CONSTRAINT = 'users_two_levels';
  END IF;
  IF EXISTS (SELECT FROM public.users WHERE account_owner_id = NEW.id) THEN
    RAISE EXCEPTION 'an owner with members can not become a member'
      USING ERRCODE = '23514', CONSTRAINT = 'users_two_levels';
  END IF;
  RETURN NEW;
END
$$;
--> statement-breakpoint
CREATE TRIGGER check_account_levels BEFORE INSERT OR UPDATE OF account_owner_id ON users
  FOR EACH ROW EXECUTE FUNCTION check_account_levels();
--> statement-breakpoint

-- Every change of owner writes history. The first owner is taken to have owned the user always: usage that was
-- reported before the user was registered has nobody else to go to.
CREATE FUNCTION keep_account_ownerships() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO public.account_ownerships (user_id, account_owner_id, started_at)
    VALUES (NEW.id, coalesce(NEW.account_owner_id, NEW.id), '-infinity');
  ELSIF NEW.account_owner_id IS DISTINCT FROM OLD.account_owner_id THEN
    UPDATE public.account_ownerships SET ended_at = now() WHERE user_id = NEW.id AND ended_at IS NULL;
    INSERT INTO public.account_ownerships (user_id, account_owner_id, started_at)
    VALUES (NEW.id, coalesce(NEW.account_owner_id, NEW.id), now());
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER keep_account_ownerships AFTER INSERT OR UPDATE OF account_owner_id ON users
  FOR EACH ROW EXECUTE FUNCTION keep_account_ownerships();
--> statement-breakpoint

-- The wide shape that staff know. Storage is the average GB over the day: its GB-hours divided by 24.
CREATE VIEW usage_daily_by_user WITH (security_invoker = true) AS
SELECT
  usage_date AS date,
  user_id,
  account_owner_id,
  coalesce(sum(quantity) FILTER (WHERE meter = 'cpu_hours'), 0) AS cpu_hours,
  coalesce(sum(quantity) FILTER (WHERE meter = 'gpu_hours' OR meter LIKE 'gpu\_hours\_%'), 0) AS gpu_hours,
  coalesce(sum(quantity) FILTER (WHERE meter = 'ram_gb_hours'), 0) AS ram_gb_hours,
  coalesce(sum(quantity) FILTER (WHERE meter = 'online_storage_gb_hours') / 24, 0) AS online_storage_gb,
  coalesce(sum(quantity) FILTER (WHERE meter = 'offline_storage_gb_hours') / 24, 0) AS offline_storage_gb,
  coalesce(sum(quantity) FILTER (WHERE meter = 'network_egress_gb'), 0) AS network_egress_gb,
  round(sum(cost), 2)::numeric(10, 2) AS total_cost
FROM usage_daily
GROUP BY usage_date, user_id, account_owner_id;
--> statement-breakpoint

INSERT INTO meters (meter, unit, description) VALUES
  ('cpu_hours', 'core-hour', 'CPU cores over time'),
  ('gpu_hours', 'GPU-hour', 'GPUs over time, of every model without a meter of its own'),
  ('ram_gb_hours', 'GB-hour', 'Memory over time; 1 GB is 2^30 bytes'),
  ('online_storage_gb_hours', 'GB-hour', 'Online feature store over time; a GB-month is 720 GB-hours'),
  ('offline_storage_gb_hours', 'GB-hour', 'Offline feature store over time; a GB-month is 720 GB-hours'),
  ('network_egress_gb', 'GB', 'Data sent out of the cluster');
--> statement-breakpoint
WITH card AS (
  INSERT INTO rate_cards (name, credit_usd, is_default) VALUES ('default', 0.35, true) RETURNING id
)
INSERT INTO rates (rate_card_id, meter, valid_from, price, price_quantity)
SELECT card.id, rate.meter, DATE '2020-01-01', rate.price, rate.price_quantity
FROM card, (VALUES
  ('cpu_hours', 0.35, 1),
  ('gpu_hours', 3.50, 1),
  ('ram_gb_hours', 0.035, 1),
  ('online_storage_gb_hours', 0.50, 720),
  ('offline_storage_gb_hours', 0.03, 720),
  ('network_egress_gb', 0.14, 1)
) AS rate (meter, price, price_quantity);
