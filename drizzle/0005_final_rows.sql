-- Rows that nobody changes, whatever rights they have: what was done, billed, drawn and told.
CREATE FUNCTION hopsmeter.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = '42501';
END
$$;
--> statement-breakpoint
DO $$
DECLARE
  final_table text;
BEGIN
  FOREACH final_table IN ARRAY ARRAY[
    'audit_log', 'statements', 'statement_lines', 'grant_draws', 'spending_alerts', 'imported_days'
  ] LOOP
    EXECUTE format(
      'CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON hopsmeter.%I '
      'FOR EACH STATEMENT EXECUTE FUNCTION hopsmeter.refuse_change()', final_table);
  END LOOP;
END
$$;
