-- Stripe. docs/decisions/0011-*.md says why it is as it is.

-- One customer at a time pays for an account, and a customer pays for one account only: what was sent to it is one sum.
ALTER TABLE hopsmeter.stripe_customers ADD CONSTRAINT stripe_customers_no_overlap
  EXCLUDE USING gist (account_owner_id WITH =, daterange(billed_from, billed_to) WITH &&);
--> statement-breakpoint
ALTER TABLE hopsmeter.stripe_customers ADD CONSTRAINT stripe_customers_one_account
  EXCLUDE USING gist (stripe_customer_id WITH =, account_owner_id WITH <>);
--> statement-breakpoint

-- Every meter has a Stripe meter of its own from the moment on that it exists: a new meter must not be left unsent only
-- because nobody thought of it. But those of imported usage, which another system has billed.
CREATE FUNCTION hopsmeter.add_stripe_meter() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  INSERT INTO hopsmeter.stripe_meters (meter, event_name) VALUES (NEW.meter, 'hopsmeter_' || NEW.meter);
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER add_stripe_meter AFTER INSERT ON hopsmeter.meters
  FOR EACH ROW WHEN (NOT starts_with(NEW.meter, 'imported_')) EXECUTE FUNCTION hopsmeter.add_stripe_meter();
