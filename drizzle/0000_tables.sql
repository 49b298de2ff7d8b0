CREATE TABLE "account_ownerships" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"user_id" text NOT NULL,
	"account_owner_id" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "account_ownerships_ends_after_start" CHECK ("account_ownerships"."ended_at" > "account_ownerships"."started_at")
);
--> statement-breakpoint
ALTER TABLE "account_ownerships" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "cluster_keys" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"hopsworks_cluster_id" uuid NOT NULL,
	"prefix" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "cluster_keys_hash_unique" UNIQUE("hash"),
	CONSTRAINT "cluster_keys_hash_is_sha256" CHECK (octet_length("cluster_keys"."hash") = 32)
);
--> statement-breakpoint
ALTER TABLE "cluster_keys" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "directory_versions" (
	"id" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"version" bigint NOT NULL,
	CONSTRAINT "directory_versions_one_row" CHECK ("directory_versions"."id")
);
--> statement-breakpoint
ALTER TABLE "directory_versions" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsworks_clusters" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"max_users" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "hopsworks_clusters_name_unique" UNIQUE("name"),
	CONSTRAINT "hopsworks_clusters_status_known" CHECK ("hopsworks_clusters"."status" in ('active', 'inactive')),
	CONSTRAINT "hopsworks_clusters_max_users_positive" CHECK ("hopsworks_clusters"."max_users" > 0)
);
--> statement-breakpoint
ALTER TABLE "hopsworks_clusters" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "meters" (
	"meter" text PRIMARY KEY NOT NULL,
	"unit" text NOT NULL,
	"description" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "meters_name_form" CHECK ("meters"."meter" ~ '^[a-z0-9]+(_[a-z0-9]+)*$' and length("meters"."meter") <= 64)
);
--> statement-breakpoint
ALTER TABLE "meters" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "projects" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"hopsworks_cluster_id" uuid NOT NULL,
	"namespace" text NOT NULL,
	"user_id" text NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "projects_ends_after_start" CHECK ("projects"."ended_at" > "projects"."started_at")
);
--> statement-breakpoint
ALTER TABLE "projects" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "rate_cards" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"currency" text DEFAULT 'USD' NOT NULL,
	"credit_usd" numeric(38, 12) NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "rate_cards_name_unique" UNIQUE("name"),
	CONSTRAINT "rate_cards_currency_is_usd" CHECK ("rate_cards"."currency" = 'USD'),
	CONSTRAINT "rate_cards_credit_usd_positive" CHECK ("rate_cards"."credit_usd" > 0 and "rate_cards"."credit_usd" <> 'NaN')
);
--> statement-breakpoint
ALTER TABLE "rate_cards" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "rates" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"rate_card_id" uuid NOT NULL,
	"meter" text NOT NULL,
	"valid_from" date NOT NULL,
	"price" numeric(38, 12) NOT NULL,
	"price_quantity" numeric(38, 12) DEFAULT '1' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "rates_one_per_day" UNIQUE("rate_card_id","meter","valid_from"),
	CONSTRAINT "rates_price_not_negative" CHECK ("rates"."price" >= 0 and "rates"."price" <> 'NaN'),
	CONSTRAINT "rates_price_quantity_positive" CHECK ("rates"."price_quantity" > 0 and "rates"."price_quantity" <> 'NaN')
);
--> statement-breakpoint
ALTER TABLE "rates" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "user_hopsworks_assignments" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"user_id" text NOT NULL,
	"hopsworks_cluster_id" uuid NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "user_hopsworks_assignments_ends_after_start" CHECK ("user_hopsworks_assignments"."ended_at" > "user_hopsworks_assignments"."started_at")
);
--> statement-breakpoint
ALTER TABLE "user_hopsworks_assignments" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "users" (
	"id" text PRIMARY KEY NOT NULL,
	"email" text,
	"name" text,
	"account_owner_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_not_own_owner" CHECK ("users"."account_owner_id" <> "users"."id")
);
--> statement-breakpoint
ALTER TABLE "users" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "parked_events" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"event_key" uuid NOT NULL,
	"content_hash" bigint NOT NULL,
	"usage_batch_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"hopsworks_cluster_id" uuid,
	"source_path" text NOT NULL,
	"event_id" text NOT NULL,
	"reason" text NOT NULL,
	"detail" text NOT NULL,
	"event" jsonb NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"parked_at" timestamp with time zone DEFAULT now() NOT NULL,
	"resolved_at" timestamp with time zone,
	CONSTRAINT "parked_events_one_per_content" UNIQUE("event_key","content_hash"),
	CONSTRAINT "parked_events_status_known" CHECK ("parked_events"."status" in ('pending', 'counted', 'given_up'))
);
--> statement-breakpoint
ALTER TABLE "parked_events" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "usage_batches" (
	"id" uuid PRIMARY KEY NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"event_count" integer NOT NULL,
	"counted_count" integer NOT NULL,
	"duplicate_count" integer NOT NULL,
	"parked_count" integer NOT NULL,
	"requests" jsonb NOT NULL,
	CONSTRAINT "usage_batches_add_up" CHECK ("usage_batches"."event_count" = "usage_batches"."counted_count" + "usage_batches"."duplicate_count" + "usage_batches"."parked_count")
);
--> statement-breakpoint
ALTER TABLE "usage_batches" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "usage_daily" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"usage_date" date NOT NULL,
	"account_owner_id" text NOT NULL,
	"user_id" text NOT NULL,
	"hopsworks_cluster_id" uuid NOT NULL,
	"project_id" uuid,
	"meter" text NOT NULL,
	"quantity" numeric(38, 12) NOT NULL,
	"rate_id" uuid NOT NULL,
	"price" numeric(38, 12) NOT NULL,
	"price_quantity" numeric(38, 12) NOT NULL,
	"cost" numeric(38, 12) GENERATED ALWAYS AS (round(quantity * price / price_quantity, 12)) STORED NOT NULL,
	"event_count" bigint NOT NULL,
	"first_event_at" timestamp with time zone NOT NULL,
	"last_event_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "usage_daily_one_row" UNIQUE NULLS NOT DISTINCT("account_owner_id","usage_date","user_id","hopsworks_cluster_id","project_id","meter"),
	CONSTRAINT "usage_daily_quantity_valid" CHECK ("usage_daily"."quantity" >= 0 and "usage_daily"."quantity" <> 'NaN'),
	CONSTRAINT "usage_daily_price_valid" CHECK ("usage_daily"."price" >= 0 and "usage_daily"."price" <> 'NaN' and "usage_daily"."price_quantity" > 0 and "usage_daily"."price_quantity" <> 'NaN')
) WITH (fillfactor = 60);
--> statement-breakpoint
ALTER TABLE "usage_daily" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "usage_events" (
	"event_key" uuid NOT NULL,
	"part" smallint NOT NULL,
	"usage_date" date NOT NULL,
	"content_hash" bigint NOT NULL,
	"usage_batch_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"hopsworks_cluster_id" uuid NOT NULL,
	"source_path" text NOT NULL,
	"event_id" text NOT NULL,
	"event_type" text NOT NULL,
	"account_owner_id" text NOT NULL,
	"user_id" text NOT NULL,
	"project_id" uuid,
	"attributed_by" text NOT NULL,
	"window_started_at" timestamp with time zone NOT NULL,
	"window_ended_at" timestamp with time zone NOT NULL,
	"meters" text[] NOT NULL,
	"quantities" numeric(38, 12)[] NOT NULL,
	CONSTRAINT "usage_events_pkey" PRIMARY KEY("event_key","part"),
	CONSTRAINT "usage_events_quantities_valid" CHECK (cardinality("usage_events"."meters") = cardinality("usage_events"."quantities") and 0 <= all ("usage_events"."quantities") and 'NaN' <> all ("usage_events"."quantities") and array_position("usage_events"."quantities", null) is null)
) PARTITION BY HASH ("event_key");
--> statement-breakpoint
ALTER TABLE "usage_events" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "account_ownerships" ADD CONSTRAINT "account_ownerships_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_ownerships" ADD CONSTRAINT "account_ownerships_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "cluster_keys" ADD CONSTRAINT "cluster_keys_hopsworks_cluster_id_hopsworks_clusters_id_fk" FOREIGN KEY ("hopsworks_cluster_id") REFERENCES "public"."hopsworks_clusters"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_hopsworks_cluster_id_hopsworks_clusters_id_fk" FOREIGN KEY ("hopsworks_cluster_id") REFERENCES "public"."hopsworks_clusters"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rates" ADD CONSTRAINT "rates_rate_card_id_rate_cards_id_fk" FOREIGN KEY ("rate_card_id") REFERENCES "public"."rate_cards"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rates" ADD CONSTRAINT "rates_meter_meters_meter_fk" FOREIGN KEY ("meter") REFERENCES "public"."meters"("meter") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_hopsworks_assignments" ADD CONSTRAINT "user_hopsworks_assignments_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_hopsworks_assignments" ADD CONSTRAINT "user_hopsworks_assignments_hopsworks_cluster_id_hopsworks_clusters_id_fk" FOREIGN KEY ("hopsworks_cluster_id") REFERENCES "public"."hopsworks_clusters"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_daily" ADD CONSTRAINT "usage_daily_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_daily" ADD CONSTRAINT "usage_daily_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_daily" ADD CONSTRAINT "usage_daily_hopsworks_cluster_id_hopsworks_clusters_id_fk" FOREIGN KEY ("hopsworks_cluster_id") REFERENCES "public"."hopsworks_clusters"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_daily" ADD CONSTRAINT "usage_daily_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_daily" ADD CONSTRAINT "usage_daily_meter_meters_meter_fk" FOREIGN KEY ("meter") REFERENCES "public"."meters"("meter") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_daily" ADD CONSTRAINT "usage_daily_rate_id_rates_id_fk" FOREIGN KEY ("rate_id") REFERENCES "public"."rates"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "users_account_owner_id_idx" ON "users" USING btree ("account_owner_id");--> statement-breakpoint
CREATE INDEX "parked_events_status_reason_idx" ON "parked_events" USING btree ("status","reason","parked_at");--> statement-breakpoint
CREATE INDEX "usage_batches_received_at_idx" ON "usage_batches" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "usage_batches_recorded_at_idx" ON "usage_batches" USING btree ("recorded_at");--> statement-breakpoint
CREATE INDEX "usage_daily_usage_date_idx" ON "usage_daily" USING btree ("usage_date");--> statement-breakpoint
CREATE INDEX "usage_events_usage_date_idx" ON "usage_events" USING brin ("usage_date" date_minmax_multi_ops);