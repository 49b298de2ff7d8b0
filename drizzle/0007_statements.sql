-- Statements. docs/decisions/0009-*.md says why a closed month never changes.

-- The first day of the month in which usage of an account is booked at the earliest: the month after its last closed
-- one. -infinity while nothing is closed.
CREATE FUNCTION hopsmeter.open_since(account text) RETURNS date LANGUAGE sql STABLE SET search_path = '' AS $$
  SELECT coalesce(
    (SELECT (max(statements.month) + interval '1 month')::date FROM hopsmeter.statements
     WHERE statements.account_owner_id = account),
    '-infinity'::date)
$$;
--> statement-breakpoint

-- A statement is final, so its lines come with it, in one transaction.
CREATE FUNCTION hopsmeter.refuse_late_lines() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF EXISTS (
    SELECT FROM added JOIN hopsmeter.statements ON statements.id = added.statement_id
    WHERE statements.xmin <> pg_current_xact_id()::xid
  ) THEN
    RAISE EXCEPTION 'the lines of a statement are never changed' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER refuse_late_lines AFTER INSERT ON hopsmeter.statement_lines
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION hopsmeter.refuse_late_lines();
