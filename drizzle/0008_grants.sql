-- What was paid ahead: draws from grants, and what statements say of them.

-- A grant gives what it has, to its own account, for months in which it is valid. It gets back no more than it gave,
-- and only when it is valid after the month: nobody could draw it otherwise. The grant's row is locked before its draws
-- are added up: whoever draws from it at the same time waits, and sees this draw. Not FOR UPDATE: both may hold the
-- weaker lock of the foreign key already, and would wait for each other.
CREATE FUNCTION hopsmeter.check_grant_draw() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
  granted record;
  billed record;
  drawn numeric;
BEGIN
  SELECT * INTO STRICT granted FROM hopsmeter.credit_grants WHERE id = NEW.credit_grant_id FOR NO KEY UPDATE;
  SELECT account_owner_id, month,
    CASE WHEN NEW.amount < 0 THEN (month + interval '1 month')::date ELSE month END AS valid_after
    INTO STRICT billed FROM hopsmeter.statements WHERE id = NEW.statement_id;
  IF billed.account_owner_id <> granted.account_owner_id OR granted.revoked_at IS NOT NULL
    OR granted.valid_from >= billed.month + interval '1 month' OR granted.expires_on <= billed.valid_after
  THEN
    RAISE EXCEPTION 'the grant % is not for the statement %', NEW.credit_grant_id, NEW.statement_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'grant_draws_of_valid_grant', TABLE = 'grant_draws';
  END IF;
  SELECT sum(amount) INTO STRICT drawn FROM hopsmeter.grant_draws WHERE credit_grant_id = NEW.credit_grant_id;
  IF drawn NOT BETWEEN 0 AND granted.amount THEN
    RAISE EXCEPTION 'the draws from the grant % are %, not between 0 and its %',
      NEW.credit_grant_id, drawn, granted.amount
      USING ERRCODE = 'check_violation', CONSTRAINT = 'grant_draws_within_grant', TABLE = 'grant_draws';
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER check_grant_draw AFTER INSERT ON hopsmeter.grant_draws
  FOR EACH ROW EXECUTE FUNCTION hopsmeter.check_grant_draw();
--> statement-breakpoint

-- What a statement says was prepaid is what it drew, less what it carried forward, to the cent; asked when the
-- transaction commits, because the statement has to be there before its draws. The argument is the column with the
-- statement's id.
CREATE FUNCTION hopsmeter.check_statement_prepaid() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
  statement uuid := pg_catalog.to_jsonb(NEW) ->> TG_ARGV[0];
  prepaid numeric;
  drawn numeric;
  carried numeric;
BEGIN
  IF statement IS NULL THEN
    -- A grant that a person made.
    RETURN NULL;
  END IF;
  SELECT statements.prepaid INTO STRICT prepaid FROM hopsmeter.statements WHERE id = statement;
  SELECT coalesce(sum(amount), 0) INTO drawn FROM hopsmeter.grant_draws WHERE statement_id = statement;
  SELECT coalesce(sum(amount), 0) INTO carried FROM hopsmeter.credit_grants WHERE carried_from_statement_id = statement;
  IF prepaid <> drawn - carried THEN
    RAISE EXCEPTION 'the statement % says % prepaid, drew % and carried % forward', statement, prepaid, drawn, carried
      USING ERRCODE = 'check_violation', CONSTRAINT = 'statements_prepaid_drawn', TABLE = 'statements';
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER check_statement_prepaid AFTER INSERT ON hopsmeter.statements DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION hopsmeter.check_statement_prepaid('id');
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER check_statement_prepaid AFTER INSERT ON hopsmeter.grant_draws DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION hopsmeter.check_statement_prepaid('statement_id');
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER check_statement_prepaid AFTER INSERT ON hopsmeter.credit_grants DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION hopsmeter.check_statement_prepaid('carried_from_statement_id');
