-- Who may do what, and the two functions that say so for each table and function; 0091_rights.sql calls them for all of
-- them. docs/decisions/0005-*.md says why the services own nothing.
--
-- Nobody has any right in this schema beside its owner and hopsmeter_app: not anon, authenticated or service_role of
-- Supabase, whose REST interface has no business here.
--
-- Where the role is missing and may not be created, everything goes on as the owner. Once somebody has created it, run
-- this file and 0091_rights.sql again with psql: they may run any number of times.
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
    RAISE WARNING USING MESSAGE = format(
      'the role hopsmeter_app is missing and %s may not create roles: the services have to log in as the owner of '
      'the schema hopsmeter until someone creates the role and runs drizzle/0000_roles.sql and '
      'drizzle/0091_rights.sql again',
      current_user);
END
$$;
--> statement-breakpoint

-- Without the right to use the schema, nothing in it can be named, whatever other rights somebody was given.
DO $$
DECLARE
  role_name name;
BEGIN
  REVOKE ALL ON SCHEMA hopsmeter FROM PUBLIC;
  FOR role_name IN
    SELECT rolname FROM pg_catalog.pg_roles
    WHERE rolname IN ('anon', 'authenticated', 'service_role', 'hopsmeter_app')
  LOOP
    EXECUTE pg_catalog.format('REVOKE ALL ON SCHEMA hopsmeter FROM %I', role_name);
    IF role_name = 'hopsmeter_app' THEN
      GRANT USAGE ON SCHEMA hopsmeter TO hopsmeter_app;
    END IF;
  END LOOP;
END
$$;
--> statement-breakpoint

-- Makes these the rights on a table, partition or view: `update (name)` is the right to update that column. For tables,
-- a policy for each right: without one, row level security shows no row. Whatever was given before, here or by default
-- privileges, is taken away; row level security alone would not stop TRUNCATE.
--
-- A migration that adds a table calls this for it; one that changes what the services do calls it again.
CREATE OR REPLACE FUNCTION hopsmeter.set_table_rights(target regclass, VARIADIC rights text[]) RETURNS void
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
    SELECT rolname FROM pg_catalog.pg_roles
    WHERE rolname IN ('anon', 'authenticated', 'service_role', 'hopsmeter_app')
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

-- Takes a function from everybody, who may execute every new function by Postgres' default, and gives it to the
-- services where they call it. Nobody calls the functions of triggers.
CREATE OR REPLACE FUNCTION hopsmeter.set_function_rights(target regprocedure, is_called boolean) RETURNS void
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
    IF is_called AND role_name = 'hopsmeter_app' THEN
      EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO %I', target, role_name);
    END IF;
  END LOOP;
END
$$;
