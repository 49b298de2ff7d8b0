CREATE TABLE "spending_alerts" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"account_owner_id" text NOT NULL,
	"month" date NOT NULL,
	"threshold" smallint NOT NULL,
	"cap" numeric(10, 2) NOT NULL,
	"spent" numeric(38, 12) NOT NULL,
	"raised_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "spending_alerts_one_per_threshold" UNIQUE("account_owner_id","month","threshold"),
	CONSTRAINT "spending_alerts_threshold_known" CHECK ("spending_alerts"."threshold" in (80, 90, 100)),
	CONSTRAINT "spending_alerts_month_is_first_day" CHECK (extract(day from "spending_alerts"."month") = 1),
	CONSTRAINT "spending_alerts_reached" CHECK ("spending_alerts"."cap" > 0 and "spending_alerts"."cap" <> 'NaN' and "spending_alerts"."spent" <> 'NaN' and "spending_alerts"."spent" * 100 >= "spending_alerts"."cap" * "spending_alerts"."threshold")
);
--> statement-breakpoint
ALTER TABLE "spending_alerts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "spending_caps" (
	"account_owner_id" text PRIMARY KEY NOT NULL,
	"amount" numeric(10, 2) NOT NULL,
	"set_at" timestamp with time zone DEFAULT now() NOT NULL,
	"set_by" text NOT NULL,
	"checked_at" timestamp with time zone,
	CONSTRAINT "spending_caps_amount_positive" CHECK ("spending_caps"."amount" > 0 and "spending_caps"."amount" <> 'NaN')
);
--> statement-breakpoint
ALTER TABLE "spending_caps" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "webhook_deliveries" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"spending_alert_id" uuid NOT NULL,
	"webhook_endpoint_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"last_attempt_at" timestamp with time zone,
	"next_attempt_at" timestamp with time zone DEFAULT now(),
	"leased_until" timestamp with time zone,
	"delivered_at" timestamp with time zone,
	"dead_at" timestamp with time zone,
	"last_status" integer,
	"last_error" text,
	CONSTRAINT "webhook_deliveries_one_per_endpoint" UNIQUE("spending_alert_id","webhook_endpoint_id"),
	CONSTRAINT "webhook_deliveries_one_state" CHECK (num_nonnulls("webhook_deliveries"."next_attempt_at", "webhook_deliveries"."delivered_at", "webhook_deliveries"."dead_at") = 1),
	CONSTRAINT "webhook_deliveries_attempts_not_negative" CHECK ("webhook_deliveries"."attempts" >= 0)
);
--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "webhook_endpoints" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"url" text NOT NULL,
	"account_owner_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_by" text NOT NULL,
	"disabled_at" timestamp with time zone,
	CONSTRAINT "webhook_endpoints_url_form" CHECK ("webhook_endpoints"."url" ~ '^https?://' and length("webhook_endpoints"."url") <= 2048)
);
--> statement-breakpoint
ALTER TABLE "webhook_endpoints" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "credit_grants" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"account_owner_id" text NOT NULL,
	"reference" text,
	"amount" numeric(10, 2) NOT NULL,
	"valid_from" date NOT NULL,
	"expires_on" date,
	"reason" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_by" text NOT NULL,
	"revoked_at" timestamp with time zone,
	"revoked_by" text,
	"revoke_reason" text,
	CONSTRAINT "credit_grants_one_per_reference" UNIQUE("account_owner_id","reference"),
	CONSTRAINT "credit_grants_amount_positive" CHECK ("credit_grants"."amount" > 0 and "credit_grants"."amount" <> 'NaN'),
	CONSTRAINT "credit_grants_expires_after_start" CHECK ("credit_grants"."expires_on" > "credit_grants"."valid_from"),
	CONSTRAINT "credit_grants_reason_not_empty" CHECK (length(btrim("credit_grants"."reason")) > 0),
	CONSTRAINT "credit_grants_revoked_with_reason" CHECK (("credit_grants"."revoked_at" is null) = ("credit_grants"."revoked_by" is null) and ("credit_grants"."revoked_at" is null) = ("credit_grants"."revoke_reason" is null))
);
--> statement-breakpoint
ALTER TABLE "credit_grants" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "grant_draws" (
	"credit_grant_id" uuid NOT NULL,
	"statement_id" uuid NOT NULL,
	"amount" numeric(10, 2) NOT NULL,
	CONSTRAINT "grant_draws_pkey" PRIMARY KEY("credit_grant_id","statement_id"),
	CONSTRAINT "grant_draws_amount_positive" CHECK ("grant_draws"."amount" > 0 and "grant_draws"."amount" <> 'NaN')
);
--> statement-breakpoint
ALTER TABLE "grant_draws" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "spending_alerts" ADD CONSTRAINT "spending_alerts_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "spending_caps" ADD CONSTRAINT "spending_caps_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_spending_alert_id_spending_alerts_id_fk" FOREIGN KEY ("spending_alert_id") REFERENCES "public"."spending_alerts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_webhook_endpoint_id_webhook_endpoints_id_fk" FOREIGN KEY ("webhook_endpoint_id") REFERENCES "public"."webhook_endpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_endpoints" ADD CONSTRAINT "webhook_endpoints_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "credit_grants" ADD CONSTRAINT "credit_grants_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "grant_draws" ADD CONSTRAINT "grant_draws_credit_grant_id_credit_grants_id_fk" FOREIGN KEY ("credit_grant_id") REFERENCES "public"."credit_grants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "grant_draws" ADD CONSTRAINT "grant_draws_statement_id_statements_id_fk" FOREIGN KEY ("statement_id") REFERENCES "public"."statements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "spending_alerts_raised_at_idx" ON "spending_alerts" USING btree ("raised_at","id");--> statement-breakpoint
CREATE INDEX "spending_caps_checked_at_idx" ON "spending_caps" USING btree ("checked_at");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_due_idx" ON "webhook_deliveries" USING btree ("next_attempt_at") WHERE next_attempt_at is not null;--> statement-breakpoint
CREATE INDEX "webhook_deliveries_endpoint_idx" ON "webhook_deliveries" USING btree ("webhook_endpoint_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_endpoints_one_per_url" ON "webhook_endpoints" USING btree ("url",coalesce("account_owner_id", '')) WHERE disabled_at is null;--> statement-breakpoint
CREATE INDEX "credit_grants_account_owner_id_idx" ON "credit_grants" USING btree ("account_owner_id","created_at");--> statement-breakpoint
CREATE INDEX "grant_draws_statement_id_idx" ON "grant_draws" USING btree ("statement_id");
--> statement-breakpoint

-- What a schema can not say.

-- A draw and an alert are final.
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON grant_draws
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON spending_alerts
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint

-- A grant gives what it has, to its own account, for months in which it is valid. The grant's row is locked before its draws
-- are added up: whoever draws from it at the same time waits, and sees this draw. Not FOR UPDATE: both may hold the weaker
-- lock of the foreign key already, and would wait for each other.
CREATE FUNCTION check_grant_draw() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
  granted record;
  billed record;
  drawn numeric;
BEGIN
  SELECT * INTO STRICT granted FROM public.credit_grants WHERE id = NEW.credit_grant_id FOR NO KEY UPDATE;
  SELECT account_owner_id, month INTO STRICT billed FROM public.statements WHERE id = NEW.statement_id;
  IF billed.account_owner_id <> granted.account_owner_id OR granted.revoked_at IS NOT NULL
    OR granted.valid_from >= billed.month + interval '1 month' OR granted.expires_on <= billed.month
  THEN
    RAISE EXCEPTION 'the grant % is not for the statement %', NEW.credit_grant_id, NEW.statement_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'grant_draws_of_valid_grant', TABLE = 'grant_draws';
  END IF;
  SELECT sum(amount) INTO STRICT drawn FROM public.grant_draws WHERE credit_grant_id = NEW.credit_grant_id;
  IF drawn > granted.amount THEN
    RAISE EXCEPTION 'the draws from the grant % are %, more than its %', NEW.credit_grant_id, drawn, granted.amount
      USING ERRCODE = 'check_violation', CONSTRAINT = 'grant_draws_within_grant', TABLE = 'grant_draws';
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER check_grant_draw AFTER INSERT ON grant_draws FOR EACH ROW EXECUTE FUNCTION check_grant_draw();
--> statement-breakpoint

-- What a statement says was prepaid is what it drew, to the cent; asked when the transaction commits, because the
-- statement has to be there before its draws. The argument is the column with the statement's id.
CREATE FUNCTION check_statement_prepaid() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
  statement uuid := pg_catalog.to_jsonb(NEW) ->> TG_ARGV[0];
  prepaid numeric;
  drawn numeric;
BEGIN
  SELECT statements.prepaid INTO STRICT prepaid FROM public.statements WHERE id = statement;
  SELECT coalesce(sum(amount), 0) INTO drawn FROM public.grant_draws WHERE statement_id = statement;
  IF prepaid <> drawn THEN
    RAISE EXCEPTION 'the statement % says % prepaid and drew %', statement, prepaid, drawn
      USING ERRCODE = 'check_violation', CONSTRAINT = 'statements_prepaid_drawn', TABLE = 'statements';
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER check_statement_prepaid AFTER INSERT ON statements DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION check_statement_prepaid('id');
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER check_statement_prepaid AFTER INSERT ON grant_draws DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION check_statement_prepaid('statement_id');
