-- The directory: who owned whom, which project and which cluster when, and the version that recorded usage must match.

-- Periods never overlap: one owner, one project owner and one assignment at any moment. The exclusion constraints need
-- the extension btree_gist. Where it is there already, it is used wherever it is; a new one goes to the schema
-- `extensions`, as at Supabase, or else into ours, so that nothing is added to `public`.
DO $$
BEGIN
  EXECUTE format(
    'CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA %I',
    CASE WHEN has_schema_privilege(to_regnamespace('extensions'), 'CREATE') THEN 'extensions' ELSE 'hopsmeter' END);
EXCEPTION
  WHEN insufficient_privilege THEN
    RAISE EXCEPTION USING MESSAGE = format(
      'the extension btree_gist is missing and %s may not create it: let an administrator run '
      '"create extension btree_gist" in this database, then migrate again', current_user),
      ERRCODE = 'insufficient_privilege';
END
$$;
--> statement-breakpoint
ALTER TABLE hopsmeter.account_ownerships ADD CONSTRAINT account_ownerships_no_overlap
  EXCLUDE USING gist (user_id WITH =, tstzrange(started_at, ended_at) WITH &&);
--> statement-breakpoint
ALTER TABLE hopsmeter.projects ADD CONSTRAINT projects_no_overlap
  EXCLUDE USING gist (hopsworks_cluster_id WITH =, namespace WITH =, tstzrange(started_at, ended_at) WITH &&);
--> statement-breakpoint
ALTER TABLE hopsmeter.user_hopsworks_assignments ADD CONSTRAINT user_hopsworks_assignments_no_overlap
  EXCLUDE USING gist (user_id WITH =, tstzrange(started_at, ended_at) WITH &&);
--> statement-breakpoint
ALTER TABLE hopsmeter.user_aliases ADD CONSTRAINT user_aliases_no_overlap
  EXCLUDE USING gist (hopsworks_cluster_id WITH =, alias WITH =, tstzrange(started_at, ended_at) WITH &&);
--> statement-breakpoint

-- The directory is everything that attributes and prices, and the months that are closed. Workers read it into memory,
-- so a recorded event must prove that its copy was current: the record statement holds a shared lock while it compares
-- versions, a change of the directory holds the same lock alone until it commits. A change therefore waits for
-- statements that began before it, and statements that come after it see its version.
INSERT INTO hopsmeter.directory_versions (id, version) VALUES (true, 1);
--> statement-breakpoint
CREATE FUNCTION hopsmeter.change_directory() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  PERFORM pg_catalog.pg_advisory_xact_lock(7367, 1);
  UPDATE hopsmeter.directory_versions SET version = version + 1;
  RETURN NULL;
END
$$;
--> statement-breakpoint
DO $$
DECLARE
  directory_table text;
BEGIN
  FOREACH directory_table IN ARRAY ARRAY[
    'users', 'account_ownerships', 'projects', 'namespace_rules', 'hopsworks_clusters', 'user_hopsworks_assignments',
    'user_aliases', 'meters', 'gpu_models', 'rate_cards', 'rates', 'price_overrides', 'statements'
  ] LOOP
    -- BEFORE: the lock comes before any row lock, so that a change and a record statement cannot wait for each other.
    EXECUTE format(
      'CREATE TRIGGER change_directory BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON hopsmeter.%I '
      'FOR EACH STATEMENT EXECUTE FUNCTION hopsmeter.change_directory()', directory_table);
  END LOOP;
END
$$;
--> statement-breakpoint

-- Two levels only. The directory lock makes concurrent attempts take turns.
CREATE FUNCTION hopsmeter.check_account_levels() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF NEW.account_owner_id IS NULL THEN
    RETURN NEW;
  END IF;
  IF EXISTS (SELECT FROM hopsmeter.users WHERE id = NEW.account_owner_id AND account_owner_id IS NOT NULL) THEN
    RAISE EXCEPTION 'a member cannot own members' USING ERRCODE = '23514', CONSTRAINT = 'users_two_levels';
  END IF;
  IF EXISTS (SELECT FROM hopsmeter.users WHERE account_owner_id = NEW.id) THEN
    RAISE EXCEPTION 'an owner with members cannot become a member'
      USING ERRCODE = '23514', CONSTRAINT = 'users_two_levels';
  END IF;
  RETURN NEW;
END
$$;
--> statement-breakpoint
CREATE TRIGGER check_account_levels BEFORE INSERT OR UPDATE OF account_owner_id ON hopsmeter.users
  FOR EACH ROW EXECUTE FUNCTION hopsmeter.check_account_levels();
--> statement-breakpoint

-- Every change of owner writes history. The first owner is taken to have owned the user always: usage that was
-- reported before the user was registered has nobody else to go to.
--
-- The moment of a change is the clock's, read behind the directory lock, and never before the period that it ends.
-- now() is when the transaction began: one that waited for the lock would end a period before its begin and be refused.
--
-- Whoever rewrites the history beforehand (changeOwner does, for changes that lie in the past) leaves an open period of
-- the new owner, and nothing is added to it.
CREATE FUNCTION hopsmeter.keep_account_ownerships() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
  new_owner_id text := coalesce(NEW.account_owner_id, NEW.id);
  current_period record;
  changed_at timestamptz;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO hopsmeter.account_ownerships (user_id, account_owner_id, started_at)
    VALUES (NEW.id, new_owner_id, '-infinity');
    RETURN NULL;
  END IF;
  SELECT id, account_owner_id, started_at INTO current_period
  FROM hopsmeter.account_ownerships WHERE user_id = NEW.id AND ended_at IS NULL;
  IF NEW.account_owner_id IS DISTINCT FROM OLD.account_owner_id
    AND current_period.account_owner_id IS DISTINCT FROM new_owner_id
  THEN
    changed_at := greatest(clock_timestamp(), current_period.started_at + interval '1 microsecond');
    UPDATE hopsmeter.account_ownerships SET ended_at = changed_at WHERE id = current_period.id;
    INSERT INTO hopsmeter.account_ownerships (user_id, account_owner_id, started_at)
    VALUES (NEW.id, new_owner_id, changed_at);
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER keep_account_ownerships AFTER INSERT OR UPDATE OF account_owner_id ON hopsmeter.users
  FOR EACH ROW EXECUTE FUNCTION hopsmeter.keep_account_ownerships();
