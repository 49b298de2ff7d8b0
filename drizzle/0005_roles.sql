-- Who may do what. The services log in as members of hopsmeter_app: a role that owns nothing and is held to row level
-- security like everybody else. Each table says below what it is given. Nobody else has any right on a table or function
-- of ours, beside their owner and Supabase's service_role. docs/decisions/0005-*.md says why.
--
-- Where the role is missing and may not be created, everything goes on as the owner. Once somebody has created it, run
-- this file again with psql: it may run however often.
DO $$
BEGIN
  IF to_regrole('hopsmeter_app') IS NULL THEN
    CREATE ROLE hopsmeter_app NOLOGIN NOBYPASSRLS;
  END IF;
EXCEPTION
  -- Roles belong to the whole server: the migration of another database was faster.
  WHEN duplicate_object OR unique_violation THEN
    NULL;
  WHEN insufficient_privilege THEN
    RAISE WARNING 'the role hopsmeter_app is missing and % may not create roles: services have to log in as the owner of the tables until someone creates it and runs drizzle/0005_roles.sql again', current_user;
END
$$;
--> statement-breakpoint

-- Makes these the rights on a table, partition or view: `update (name)` is the right to update that column. For tables,
-- a policy for each right: without one, row level security shows no row. Whatever was given before, here or by Supabase's
-- default privileges, is taken away; row level security alone would not stop TRUNCATE.
--
-- A migration that adds a table calls this for it; one that changes what the services do calls it again.
CREATE OR REPLACE FUNCTION set_table_rights(target regclass, VARIADIC rights text[]) RETURNS void
LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
  has_policies boolean;
  role_name name;
  policy name;
  granted text;
  command text;
BEGIN
  SELECT relkind IN ('r', 'p') INTO STRICT has_policies FROM pg_catalog.pg_class WHERE oid = target;
  FOR role_name IN
    SELECT rolname FROM pg_catalog.pg_roles WHERE rolname IN ('anon', 'authenticated', 'hopsmeter_app')
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON TABLE %s FROM %I', target, role_name);
  END LOOP;
  FOR policy IN
    SELECT polname FROM pg_catalog.pg_policy WHERE polrelid = target AND polname LIKE 'hopsmeter\_app\_%'
  LOOP
    EXECUTE pg_catalog.format('DROP POLICY %I ON %s', policy, target);
  END LOOP;
  IF pg_catalog.to_regrole('hopsmeter_app') IS NULL THEN
    RETURN;
  END IF;
  FOREACH granted IN ARRAY rights LOOP
    EXECUTE pg_catalog.format('GRANT %s ON TABLE %s TO hopsmeter_app', granted, target);
    CONTINUE WHEN NOT has_policies;
    command := pg_catalog.split_part(granted, ' ', 1);
    EXECUTE pg_catalog.format(
      'CREATE POLICY %I ON %s FOR %s TO hopsmeter_app %s %s', 'hopsmeter_app_' || command, target, command,
      CASE WHEN command <> 'insert' THEN 'USING (true)' END,
      CASE WHEN command IN ('insert', 'update') THEN 'WITH CHECK (true)' END);
  END LOOP;
END
$$;
--> statement-breakpoint

-- Takes a function from everybody, who may execute every new function by Postgres' default, and gives it to the services
-- where they call it. Functions of triggers are called by nobody.
CREATE OR REPLACE FUNCTION set_function_rights(target regprocedure, is_called boolean) RETURNS void
LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
  role_name name;
BEGIN
  EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', target);
  FOR role_name IN
    SELECT rolname FROM pg_catalog.pg_roles
    WHERE rolname IN ('anon', 'authenticated', 'service_role', 'hopsmeter_app')
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON FUNCTION %s FROM %I', target, role_name);
    IF is_called AND role_name IN ('service_role', 'hopsmeter_app') THEN
      EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO %I', target, role_name);
    END IF;
  END LOOP;
END
$$;
--> statement-breakpoint

SELECT
  set_function_rights('set_table_rights(regclass, text[])', is_called => false),
  set_function_rights('set_function_rights(regprocedure, boolean)', is_called => false),
  set_function_rights('change_directory()', is_called => false),
  set_function_rights('check_account_levels()', is_called => false),
  set_function_rights('keep_account_ownerships()', is_called => false),
  set_function_rights('refuse_change()', is_called => false),
  set_function_rights('require_directory_version(bigint)', is_called => true),
  set_function_rights('require_seen_copies(bigint)', is_called => true),
  set_function_rights('require_no_conflicts(integer[])', is_called => true),
  set_function_rights('counted_content_hash(uuid)', is_called => true),
  set_function_rights('current_directory_version()', is_called => true);
--> statement-breakpoint

-- The directory. Only the history of owners loses rows: a change that lies in the past replaces later periods. Nothing
-- of the services writes meters or prices.
SELECT
  set_table_rights('users', 'select', 'insert', 'update'),
  set_table_rights('account_ownerships', 'select', 'insert', 'update', 'delete'),
  set_table_rights('team_invites', 'select', 'insert', 'update'),
  set_table_rights('hopsworks_clusters', 'select', 'insert', 'update'),
  set_table_rights('user_hopsworks_assignments', 'select', 'insert', 'update'),
  set_table_rights('projects', 'select', 'insert', 'update'),
  -- A key is replaced, never changed.
  set_table_rights('cluster_keys', 'select', 'insert', 'update (expires_at, revoked_at, last_used_at)'),
  set_table_rights('meters', 'select'),
  set_table_rights('rate_cards', 'select'),
  set_table_rights('rates', 'select'),
  set_table_rights('directory_versions', 'select', 'update (version)');
--> statement-breakpoint

-- Usage. Who used it and who pays can be corrected in the ledger, what was used can not; rows leave it by the purge. The
-- rollup's prices stay as they were when its rows were made; rows without usage leave it.
SELECT
  set_table_rights(
    'usage_events', 'select', 'insert', 'update (account_owner_id, user_id, project_id)', 'delete'),
  set_table_rights(
    'usage_daily', 'select', 'insert',
    'update (quantity, event_count, first_event_at, last_event_at, updated_at)', 'delete'),
  set_table_rights('usage_daily_by_user', 'select'),
  set_table_rights('usage_batches', 'select', 'insert'),
  -- What becomes of a parked event can change, the event itself can not.
  set_table_rights(
    'parked_events', 'select', 'insert',
    'update (reason, detail, status, resolved_at, resolved_by, resolution, tried_at, try_count, tried_version, due_at, released_at, release_reason)'),
  set_table_rights('audit_log', 'select', 'insert');
--> statement-breakpoint

-- Rows of the ledger are reached through their parent, whose rights and policies hold then; a partition named directly
-- is nobody's.
SELECT set_table_rights(inhrelid, VARIADIC '{}') FROM pg_inherits WHERE inhparent = 'usage_events'::regclass;
