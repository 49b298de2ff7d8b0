-- Every change of owner writes history. The first owner is taken to have owned the user always: usage that was
-- reported before the user was registered has nobody else to go to.
--
-- The moment of a change is the clock's, read behind the directory lock, and never before the period that it ends. now()
-- is when the transaction began: one that waited for the lock would end a period before its begin and be refused.
--
-- Whoever rewrites the history beforehand (changeOwner does, for changes that lie in the past) leaves an open period of
-- the new owner, and nothing is added to it.
CREATE OR REPLACE FUNCTION keep_account_ownerships() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
  new_owner_id text := coalesce(NEW.account_owner_id, NEW.id);
  current_period record;
  changed_at timestamptz;
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO public.account_ownerships (user_id, account_owner_id, started_at)
    VALUES (NEW.id, new_owner_id, '-infinity');
    RETURN NULL;
  END IF;
  SELECT id, account_owner_id, started_at INTO current_period
  FROM public.account_ownerships WHERE user_id = NEW.id AND ended_at IS NULL;
  IF NEW.account_owner_id IS DISTINCT FROM OLD.account_owner_id
    AND current_period.account_owner_id IS DISTINCT FROM new_owner_id
  THEN
    changed_at := greatest(clock_timestamp(), current_period.started_at + interval '1 microsecond');
    UPDATE public.account_ownerships SET ended_at = changed_at WHERE id = current_period.id;
    INSERT INTO public.account_ownerships (user_id, account_owner_id, started_at)
    VALUES (NEW.id, new_owner_id, changed_at);
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint

-- Lists of the audit log are read from the newest row back.
CREATE INDEX audit_log_happened_at_idx ON audit_log (happened_at, id);
