CREATE TABLE "stripe_customers" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"account_owner_id" text NOT NULL,
	"stripe_customer_id" text NOT NULL,
	"billed_from" date NOT NULL,
	"billed_to" date,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "stripe_customers_ends_after_start" CHECK ("stripe_customers"."billed_to" > "stripe_customers"."billed_from"),
	CONSTRAINT "stripe_customers_id_form" CHECK ("stripe_customers"."stripe_customer_id" ~ '^cus_[A-Za-z0-9]{1,64}$')
);
--> statement-breakpoint
ALTER TABLE "stripe_customers" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "stripe_meters" (
	"meter" text PRIMARY KEY NOT NULL,
	"event_name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "stripe_meters_event_name_unique" UNIQUE("event_name")
);
--> statement-breakpoint
ALTER TABLE "stripe_meters" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "stripe_remittances" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"identifier" text GENERATED ALWAYS AS ('hopsmeter-' || id::text) STORED NOT NULL,
	"account_owner_id" text NOT NULL,
	"stripe_customer_id" text NOT NULL,
	"meter" text NOT NULL,
	"event_name" text NOT NULL,
	"month" date NOT NULL,
	"sequence" bigint NOT NULL,
	"value" bigint NOT NULL,
	"cumulative_after" bigint NOT NULL,
	"usage_total" numeric(38, 12) NOT NULL,
	"stamped_at" timestamp with time zone,
	"status" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"key_number" integer DEFAULT 1 NOT NULL,
	"next_attempt_at" timestamp with time zone,
	"uncertain_since" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"sent_at" timestamp with time zone,
	"last_error" text,
	"resolved_at" timestamp with time zone,
	"resolved_by" text,
	"resolution" text,
	CONSTRAINT "stripe_remittances_one_per_sequence" UNIQUE("stripe_customer_id","meter","sequence"),
	CONSTRAINT "stripe_remittances_status_known" CHECK ("stripe_remittances"."status" in ('pending', 'sent', 'uncertain', 'rejected', 'too_old', 'not_sent')),
	CONSTRAINT "stripe_remittances_value_positive" CHECK ("stripe_remittances"."value" > 0 and "stripe_remittances"."value" <= "stripe_remittances"."cumulative_after"),
	CONSTRAINT "stripe_remittances_within_usage" CHECK ("stripe_remittances"."cumulative_after" <= "stripe_remittances"."usage_total" * 1000),
	CONSTRAINT "stripe_remittances_month_is_first_day" CHECK (extract(day from "stripe_remittances"."month") = 1),
	CONSTRAINT "stripe_remittances_due_while_pending" CHECK (("stripe_remittances"."status" = 'pending') = ("stripe_remittances"."next_attempt_at" is not null)),
	CONSTRAINT "stripe_remittances_resolved_with_reason" CHECK (("stripe_remittances"."resolved_at" is null) = ("stripe_remittances"."resolved_by" is null) and ("stripe_remittances"."resolved_at" is null) = ("stripe_remittances"."resolution" is null)),
	CONSTRAINT "stripe_remittances_ends_by_someone" CHECK (case "stripe_remittances"."status" when 'sent' then "stripe_remittances"."sent_at" is not null or "stripe_remittances"."resolved_at" is not null when 'not_sent' then "stripe_remittances"."resolved_at" is not null else "stripe_remittances"."resolved_at" is null end)
);
--> statement-breakpoint
ALTER TABLE "stripe_remittances" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "stripe_customers" ADD CONSTRAINT "stripe_customers_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "stripe_meters" ADD CONSTRAINT "stripe_meters_meter_meters_meter_fk" FOREIGN KEY ("meter") REFERENCES "public"."meters"("meter") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "stripe_remittances" ADD CONSTRAINT "stripe_remittances_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "stripe_remittances" ADD CONSTRAINT "stripe_remittances_meter_meters_meter_fk" FOREIGN KEY ("meter") REFERENCES "public"."meters"("meter") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "stripe_remittances_one_at_a_time" ON "stripe_remittances" USING btree ("stripe_customer_id","meter") WHERE status in ('pending', 'rejected');--> statement-breakpoint
CREATE INDEX "stripe_remittances_due_idx" ON "stripe_remittances" USING btree ("next_attempt_at","id") WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX "stripe_remittances_open_idx" ON "stripe_remittances" USING btree ("status") WHERE status in ('pending', 'uncertain', 'rejected', 'too_old');--> statement-breakpoint
CREATE INDEX "stripe_remittances_account_idx" ON "stripe_remittances" USING btree ("account_owner_id","month");--> statement-breakpoint
CREATE INDEX "stripe_remittances_created_at_idx" ON "stripe_remittances" USING btree ("created_at","id");--> statement-breakpoint

-- From here on by hand: what a schema can not say. docs/decisions/0011-*.md says why.

-- One customer at a time pays for an account, and a customer pays for one account only: what was sent to it is one sum.
ALTER TABLE stripe_customers ADD CONSTRAINT stripe_customers_no_overlap
  EXCLUDE USING gist (account_owner_id WITH =, daterange(billed_from, billed_to) WITH &&);
--> statement-breakpoint
ALTER TABLE stripe_customers ADD CONSTRAINT stripe_customers_one_account
  EXCLUDE USING gist (stripe_customer_id WITH =, account_owner_id WITH <>);
--> statement-breakpoint

-- Every meter has a Stripe meter of its own from the moment on that it exists: a new meter must not be left unsent only
-- because nobody thought of it.
CREATE FUNCTION add_stripe_meter() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  INSERT INTO public.stripe_meters (meter, event_name) VALUES (NEW.meter, 'hopsmeter_' || NEW.meter);
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER add_stripe_meter AFTER INSERT ON meters
  FOR EACH ROW EXECUTE FUNCTION add_stripe_meter();
--> statement-breakpoint
INSERT INTO stripe_meters (meter, event_name) SELECT meter, 'hopsmeter_' || meter FROM meters;
