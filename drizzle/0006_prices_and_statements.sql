-- Generated from packages/db/src/schema, and changed by hand where rows or views are there already: what was recorded
-- before is booked on its own day, and the views are made again by 0007.
DROP VIEW usage_daily_by_user;--> statement-breakpoint
CREATE TABLE "price_changes" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"change" jsonb NOT NULL,
	"reason" text NOT NULL,
	"account_owner_id" text,
	"meter" text,
	"first_day" date NOT NULL,
	"end_day" date,
	"status" text DEFAULT 'applying' NOT NULL,
	"next_day" date NOT NULL,
	"done_account_owner_id" text,
	"done_user_id" text,
	"changed_rows" bigint DEFAULT 0 NOT NULL,
	"cost_difference" numeric(38, 12) DEFAULT '0' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_by" text NOT NULL,
	"applied_at" timestamp with time zone,
	CONSTRAINT "price_changes_status_known" CHECK ("price_changes"."status" in ('applying', 'applied')),
	CONSTRAINT "price_changes_applied_at_the_end" CHECK (("price_changes"."status" = 'applied') = ("price_changes"."applied_at" is not null)),
	CONSTRAINT "price_changes_reason_not_empty" CHECK (length(btrim("price_changes"."reason")) > 0),
	CONSTRAINT "price_changes_done_up_to_somebody" CHECK (("price_changes"."done_account_owner_id" is null) = ("price_changes"."done_user_id" is null))
);
--> statement-breakpoint
ALTER TABLE "price_changes" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "price_overrides" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"account_owner_id" text NOT NULL,
	"kind" text NOT NULL,
	"meter" text,
	"price" numeric(38, 12),
	"price_quantity" numeric(38, 12),
	"model" text DEFAULT 'flat' NOT NULL,
	"tiers" jsonb,
	"included_quantity" numeric(38, 12) DEFAULT '0' NOT NULL,
	"discount_percent" numeric(7, 4),
	"rate_card_id" uuid,
	"valid_from" date NOT NULL,
	"valid_to" date,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"withdrawn_at" timestamp with time zone,
	"price_change_id" uuid,
	CONSTRAINT "price_overrides_ends_after_start" CHECK ("price_overrides"."valid_to" > "price_overrides"."valid_from"),
	CONSTRAINT "price_overrides_model_known" CHECK ("price_overrides"."model" in ('flat', 'graduated', 'volume', 'package')),
	CONSTRAINT "price_overrides_tiers_where_needed" CHECK (("price_overrides"."model" in ('graduated', 'volume')) = ("price_overrides"."tiers" is not null)),
	CONSTRAINT "price_overrides_included_not_negative" CHECK ("price_overrides"."included_quantity" >= 0 and "price_overrides"."included_quantity" <> 'NaN'),
	CONSTRAINT "price_overrides_one_kind" CHECK (case "price_overrides"."kind"
        when 'price' then "price_overrides"."meter" is not null and "price_overrides"."price" >= 0 and "price_overrides"."price" <> 'NaN'
          and "price_overrides"."price_quantity" > 0 and "price_overrides"."price_quantity" <> 'NaN'
          and "price_overrides"."discount_percent" is null and "price_overrides"."rate_card_id" is null
        when 'discount' then "price_overrides"."discount_percent" > 0 and "price_overrides"."discount_percent" <= 100
          and "price_overrides"."price" is null and "price_overrides"."price_quantity" is null and "price_overrides"."rate_card_id" is null
          and "price_overrides"."model" = 'flat' and "price_overrides"."included_quantity" = 0
        when 'card' then "price_overrides"."rate_card_id" is not null and "price_overrides"."meter" is null and "price_overrides"."discount_percent" is null
          and "price_overrides"."price" is null and "price_overrides"."price_quantity" is null
          and "price_overrides"."model" = 'flat' and "price_overrides"."included_quantity" = 0
        else false
      end is true)
);
--> statement-breakpoint
ALTER TABLE "price_overrides" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "statement_lines" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"statement_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"kind" text NOT NULL,
	"usage_month" date NOT NULL,
	"meter" text NOT NULL,
	"user_id" text,
	"user_name" text,
	"quantity" numeric(38, 12),
	"amount_exact" numeric(38, 12) NOT NULL,
	"amount" numeric(10, 2) NOT NULL,
	"original_statement_id" uuid,
	CONSTRAINT "statement_lines_one_per_position" UNIQUE("statement_id","position"),
	CONSTRAINT "statement_lines_kind_known" CHECK ("statement_lines"."kind" in ('usage', 'late_usage', 're_rating', 'model_effect'))
);
--> statement-breakpoint
ALTER TABLE "statement_lines" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "statements" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"number" integer NOT NULL,
	"account_owner_id" text NOT NULL,
	"month" date NOT NULL,
	"currency" text DEFAULT 'USD' NOT NULL,
	"total_exact" numeric(38, 12) NOT NULL,
	"total" numeric(10, 2) NOT NULL,
	"prepaid" numeric(10, 2) DEFAULT '0' NOT NULL,
	"amount_due" numeric(10, 2) NOT NULL,
	"credit_usd" numeric(38, 12) NOT NULL,
	"closed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"closed_by" text NOT NULL,
	CONSTRAINT "statements_number_unique" UNIQUE("number"),
	CONSTRAINT "statements_one_per_month" UNIQUE("account_owner_id","month"),
	CONSTRAINT "statements_month_is_first_day" CHECK (extract(day from "statements"."month") = 1),
	CONSTRAINT "statements_currency_is_usd" CHECK ("statements"."currency" = 'USD'),
	CONSTRAINT "statements_total_rounded_once" CHECK ("statements"."total" = round("statements"."total_exact", 2)),
	CONSTRAINT "statements_add_up" CHECK ("statements"."amount_due" = "statements"."total" - "statements"."prepaid"),
	CONSTRAINT "statements_prepaid_within_total" CHECK ("statements"."prepaid" between 0 and greatest("statements"."total", 0))
);
--> statement-breakpoint
ALTER TABLE "statements" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "rates" DROP CONSTRAINT "rates_one_per_day";--> statement-breakpoint
ALTER TABLE "usage_daily" DROP CONSTRAINT "usage_daily_one_row";--> statement-breakpoint
ALTER TABLE "usage_daily" DROP CONSTRAINT "usage_daily_quantity_valid";--> statement-breakpoint
ALTER TABLE "usage_events" DROP CONSTRAINT "usage_events_quantities_valid";--> statement-breakpoint
ALTER TABLE "usage_daily" ALTER COLUMN "rate_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "usage_daily" drop column "cost";--> statement-breakpoint
ALTER TABLE "rates" ADD COLUMN "model" text DEFAULT 'flat' NOT NULL;--> statement-breakpoint
ALTER TABLE "rates" ADD COLUMN "tiers" jsonb;--> statement-breakpoint
ALTER TABLE "rates" ADD COLUMN "included_quantity" numeric(38, 12) DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "rates" ADD COLUMN "withdrawn_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "rates" ADD COLUMN "price_change_id" uuid;--> statement-breakpoint
ALTER TABLE "usage_daily" ADD COLUMN "booked_on" date;--> statement-breakpoint
UPDATE "usage_daily" SET "booked_on" = "usage_date";--> statement-breakpoint
ALTER TABLE "usage_daily" ALTER COLUMN "booked_on" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "usage_daily" ADD COLUMN "price_override_id" uuid;--> statement-breakpoint
ALTER TABLE "usage_daily" ADD COLUMN "price_adjustment" numeric(38, 12) DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "usage_daily" ADD COLUMN "cost" numeric(38, 12) GENERATED ALWAYS AS (round(quantity * price / price_quantity, 12) + price_adjustment) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "usage_events" ADD COLUMN "booked_on" date;--> statement-breakpoint
ALTER TABLE "usage_events" ADD COLUMN "adjustment" text;--> statement-breakpoint
ALTER TABLE "price_changes" ADD CONSTRAINT "price_changes_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "price_changes" ADD CONSTRAINT "price_changes_meter_meters_meter_fk" FOREIGN KEY ("meter") REFERENCES "public"."meters"("meter") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "price_overrides" ADD CONSTRAINT "price_overrides_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "price_overrides" ADD CONSTRAINT "price_overrides_meter_meters_meter_fk" FOREIGN KEY ("meter") REFERENCES "public"."meters"("meter") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "price_overrides" ADD CONSTRAINT "price_overrides_rate_card_id_rate_cards_id_fk" FOREIGN KEY ("rate_card_id") REFERENCES "public"."rate_cards"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "price_overrides" ADD CONSTRAINT "price_overrides_price_change_id_price_changes_id_fk" FOREIGN KEY ("price_change_id") REFERENCES "public"."price_changes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "statement_lines" ADD CONSTRAINT "statement_lines_statement_id_statements_id_fk" FOREIGN KEY ("statement_id") REFERENCES "public"."statements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "statement_lines" ADD CONSTRAINT "statement_lines_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "statement_lines" ADD CONSTRAINT "statement_lines_original_statement_id_statements_id_fk" FOREIGN KEY ("original_statement_id") REFERENCES "public"."statements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "statements" ADD CONSTRAINT "statements_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "price_changes_applying_idx" ON "price_changes" USING btree ("created_at") WHERE status = 'applying';--> statement-breakpoint
CREATE INDEX "price_overrides_account_owner_id_idx" ON "price_overrides" USING btree ("account_owner_id");--> statement-breakpoint
ALTER TABLE "rates" ADD CONSTRAINT "rates_price_change_id_price_changes_id_fk" FOREIGN KEY ("price_change_id") REFERENCES "public"."price_changes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_daily" ADD CONSTRAINT "usage_daily_price_override_id_price_overrides_id_fk" FOREIGN KEY ("price_override_id") REFERENCES "public"."price_overrides"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "rates_one_per_day" ON "rates" USING btree ("rate_card_id","meter","valid_from") WHERE withdrawn_at is null;--> statement-breakpoint
CREATE INDEX "usage_daily_booked_on_idx" ON "usage_daily" USING btree ("booked_on");--> statement-breakpoint
ALTER TABLE "usage_daily" ADD CONSTRAINT "usage_daily_one_row" UNIQUE NULLS NOT DISTINCT("account_owner_id","booked_on","user_id","hopsworks_cluster_id","project_id","meter","usage_date");--> statement-breakpoint
ALTER TABLE "rates" ADD CONSTRAINT "rates_included_not_negative" CHECK ("rates"."included_quantity" >= 0 and "rates"."included_quantity" <> 'NaN');--> statement-breakpoint
ALTER TABLE "rates" ADD CONSTRAINT "rates_model_known" CHECK ("rates"."model" in ('flat', 'graduated', 'volume', 'package'));--> statement-breakpoint
ALTER TABLE "rates" ADD CONSTRAINT "rates_tiers_where_needed" CHECK (("rates"."model" in ('graduated', 'volume')) = ("rates"."tiers" is not null));--> statement-breakpoint
ALTER TABLE "usage_daily" ADD CONSTRAINT "usage_daily_booked_on_valid" CHECK ("usage_daily"."booked_on" = "usage_daily"."usage_date" or ("usage_daily"."booked_on" > "usage_daily"."usage_date" and extract(day from "usage_daily"."booked_on") = 1));--> statement-breakpoint
ALTER TABLE "usage_daily" ADD CONSTRAINT "usage_daily_price_adjustment_valid" CHECK ("usage_daily"."price_adjustment" = 0 or ("usage_daily"."booked_on" > "usage_daily"."usage_date" and "usage_daily"."price_adjustment" <> 'NaN'));--> statement-breakpoint
ALTER TABLE "usage_daily" ADD CONSTRAINT "usage_daily_priced_by_something" CHECK ("usage_daily"."rate_id" is not null or "usage_daily"."price_override_id" is not null);--> statement-breakpoint
ALTER TABLE "usage_daily" ADD CONSTRAINT "usage_daily_quantity_valid" CHECK (("usage_daily"."quantity" >= 0 or "usage_daily"."booked_on" > "usage_daily"."usage_date") and "usage_daily"."quantity" <> 'NaN');--> statement-breakpoint
ALTER TABLE "usage_events" ADD CONSTRAINT "usage_events_adjustment_known" CHECK ("adjustment" in ('reversal', 'correction', 'move'));--> statement-breakpoint
ALTER TABLE "usage_events" ADD CONSTRAINT "usage_events_quantities_valid" CHECK (cardinality("meters") = cardinality("quantities") and (0 <= all ("quantities") or "adjustment" is not distinct from 'reversal') and 'NaN' <> all ("quantities") and array_position("quantities", null) is null);