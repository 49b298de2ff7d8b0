-- Generated from packages/db/src/schema by drizzle-kit; by hand only how usage_events is partitioned.
CREATE TABLE "hopsmeter"."account_day_costs" (
	"booked_on" date NOT NULL,
	"account_owner_id" text NOT NULL,
	"cost" numeric(38, 12) NOT NULL,
	"row_count" bigint NOT NULL,
	CONSTRAINT "account_day_costs_pkey" PRIMARY KEY("booked_on","account_owner_id")
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."account_day_costs" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."account_days" (
	"booked_on" date NOT NULL,
	"account_owner_id" text NOT NULL,
	"meter" text NOT NULL,
	"quantity" numeric(58, 32) NOT NULL,
	"cost" numeric(38, 12) NOT NULL,
	"event_count" bigint NOT NULL,
	"row_count" bigint NOT NULL,
	CONSTRAINT "account_days_pkey" PRIMARY KEY("booked_on","account_owner_id","meter")
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."account_days" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."spending_alerts" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"account_owner_id" text NOT NULL,
	"month" date NOT NULL,
	"threshold" smallint NOT NULL,
	"cap" numeric(10, 2) NOT NULL,
	"spent" numeric(38, 12) NOT NULL,
	"raised_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "spending_alerts_one_per_threshold" UNIQUE("account_owner_id","month","threshold"),
	CONSTRAINT "spending_alerts_threshold_known" CHECK ("hopsmeter"."spending_alerts"."threshold" in (80, 90, 100)),
	CONSTRAINT "spending_alerts_month_is_first_day" CHECK (extract(day from "hopsmeter"."spending_alerts"."month") = 1),
	CONSTRAINT "spending_alerts_reached" CHECK ("hopsmeter"."spending_alerts"."cap" > 0 and "hopsmeter"."spending_alerts"."cap" <> 'NaN' and "hopsmeter"."spending_alerts"."spent" <> 'NaN'
        and "hopsmeter"."spending_alerts"."spent" * 100 >= "hopsmeter"."spending_alerts"."cap" * "hopsmeter"."spending_alerts"."threshold")
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."spending_alerts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."spending_caps" (
	"account_owner_id" text PRIMARY KEY NOT NULL,
	"amount" numeric(10, 2) NOT NULL,
	"set_at" timestamp with time zone DEFAULT now() NOT NULL,
	"set_by" text NOT NULL,
	"checked_at" timestamp with time zone,
	CONSTRAINT "spending_caps_amount_positive" CHECK ("hopsmeter"."spending_caps"."amount" > 0 and "hopsmeter"."spending_caps"."amount" <> 'NaN')
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."spending_caps" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."webhook_deliveries" (
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
	CONSTRAINT "webhook_deliveries_one_state" CHECK (num_nonnulls("hopsmeter"."webhook_deliveries"."next_attempt_at", "hopsmeter"."webhook_deliveries"."delivered_at", "hopsmeter"."webhook_deliveries"."dead_at") = 1),
	CONSTRAINT "webhook_deliveries_attempts_not_negative" CHECK ("hopsmeter"."webhook_deliveries"."attempts" >= 0)
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."webhook_deliveries" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."webhook_endpoints" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"url" text NOT NULL,
	"account_owner_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_by" text NOT NULL,
	"disabled_at" timestamp with time zone,
	CONSTRAINT "webhook_endpoints_url_form" CHECK ("hopsmeter"."webhook_endpoints"."url" ~ '^https?://' and length("hopsmeter"."webhook_endpoints"."url") <= 2048)
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."webhook_endpoints" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."cluster_manifests" (
	"event_key" uuid PRIMARY KEY NOT NULL,
	"content_hash" bigint NOT NULL,
	"hopsworks_cluster_id" uuid NOT NULL,
	"source_path" text NOT NULL,
	"window_started_at" timestamp with time zone NOT NULL,
	"window_ended_at" timestamp with time zone NOT NULL,
	"event_count" bigint NOT NULL,
	"sums" jsonb NOT NULL,
	"missing_reason" text,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "cluster_manifests_ends_after_start" CHECK ("hopsmeter"."cluster_manifests"."window_ended_at" > "hopsmeter"."cluster_manifests"."window_started_at"),
	CONSTRAINT "cluster_manifests_event_count_not_negative" CHECK ("hopsmeter"."cluster_manifests"."event_count" >= 0),
	CONSTRAINT "cluster_manifests_missing_counts_nothing" CHECK ("hopsmeter"."cluster_manifests"."missing_reason" is null or ("hopsmeter"."cluster_manifests"."event_count" = 0 and "hopsmeter"."cluster_manifests"."sums" = '{}'))
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."cluster_manifests" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."corrections" (
	"event_key" uuid PRIMARY KEY NOT NULL,
	"root_event_key" uuid NOT NULL,
	"replaces_event_key" uuid NOT NULL,
	"event_id" text NOT NULL,
	"corrected_at" timestamp with time zone NOT NULL,
	"quantities" jsonb NOT NULL,
	"reason" text,
	"applied_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "corrections_not_of_itself" CHECK ("hopsmeter"."corrections"."event_key" not in ("hopsmeter"."corrections"."root_event_key", "hopsmeter"."corrections"."replaces_event_key"))
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."corrections" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."project_reports" (
	"event_key" uuid PRIMARY KEY NOT NULL,
	"content_hash" bigint NOT NULL,
	"event_id" text NOT NULL,
	"hopsworks_cluster_id" uuid NOT NULL,
	"source_path" text NOT NULL,
	"namespace" text NOT NULL,
	"project_name" text NOT NULL,
	"project_number" bigint NOT NULL,
	"owner" text NOT NULL,
	"user_id" text NOT NULL,
	"reported_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "project_reports_created_before" CHECK ("hopsmeter"."project_reports"."created_at" <= "hopsmeter"."project_reports"."reported_at"),
	CONSTRAINT "project_reports_ends_after_start" CHECK ("hopsmeter"."project_reports"."ended_at" > "hopsmeter"."project_reports"."created_at")
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."project_reports" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."account_ownerships" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"user_id" text NOT NULL,
	"account_owner_id" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "account_ownerships_ends_after_start" CHECK ("hopsmeter"."account_ownerships"."ended_at" > "hopsmeter"."account_ownerships"."started_at")
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."account_ownerships" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."audit_log" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"happened_at" timestamp with time zone DEFAULT now() NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"action" text NOT NULL,
	"entity" text NOT NULL,
	"entity_id" text NOT NULL,
	"before" jsonb,
	"after" jsonb,
	"reason" text,
	"request_id" text,
	"user_ids" text[] GENERATED ALWAYS AS (array_remove(array[
          case when entity in ('users', 'spending_caps', 'stripe_customers') then entity_id end,
          before ->> 'accountOwnerId', after ->> 'accountOwnerId', before ->> 'userId', after ->> 'userId',
          after -> 'project' ->> 'userId'
        ], null)) STORED,
	CONSTRAINT "audit_log_actor_kind_known" CHECK ("hopsmeter"."audit_log"."actor_kind" in ('staff', 'owner', 'service', 'system'))
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."audit_log" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."cluster_keys" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"hopsworks_cluster_id" uuid NOT NULL,
	"prefix" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	"rotated_from_id" uuid,
	CONSTRAINT "cluster_keys_hash_unique" UNIQUE("hash"),
	CONSTRAINT "cluster_keys_hash_is_sha256" CHECK (octet_length("hopsmeter"."cluster_keys"."hash") = 32)
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."cluster_keys" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."directory_versions" (
	"id" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"version" bigint NOT NULL,
	CONSTRAINT "directory_versions_one_row" CHECK ("hopsmeter"."directory_versions"."id")
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."directory_versions" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."gpu_models" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"compared_name" text NOT NULL,
	"meter" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "gpu_models_compared_name_unique" UNIQUE("compared_name")
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."gpu_models" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."hopsworks_clusters" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"max_users" integer NOT NULL,
	"max_cores" integer DEFAULT 512 NOT NULL,
	"max_gpus" integer DEFAULT 64 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "hopsworks_clusters_name_unique" UNIQUE("name"),
	CONSTRAINT "hopsworks_clusters_status_known" CHECK ("hopsmeter"."hopsworks_clusters"."status" in ('active', 'inactive')),
	CONSTRAINT "hopsworks_clusters_max_users_positive" CHECK ("hopsmeter"."hopsworks_clusters"."max_users" > 0),
	CONSTRAINT "hopsworks_clusters_limits_valid" CHECK ("hopsmeter"."hopsworks_clusters"."max_cores" > 0 and "hopsmeter"."hopsworks_clusters"."max_gpus" >= 0)
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."hopsworks_clusters" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."meters" (
	"meter" text PRIMARY KEY NOT NULL,
	"unit" text NOT NULL,
	"description" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "meters_name_form" CHECK ("hopsmeter"."meters"."meter" ~ '^[a-z0-9]+(_[a-z0-9]+)*$' and length("hopsmeter"."meters"."meter") <= 64)
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."meters" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."namespace_rules" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"hopsworks_cluster_id" uuid NOT NULL,
	"pattern" text NOT NULL,
	"action" text NOT NULL,
	"user_id" text,
	"reason" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_by" text NOT NULL,
	"withdrawn_at" timestamp with time zone,
	"withdrawn_by" text,
	CONSTRAINT "namespace_rules_action_known" CHECK ("hopsmeter"."namespace_rules"."action" in ('ignore', 'book')),
	CONSTRAINT "namespace_rules_books_for_someone" CHECK (("hopsmeter"."namespace_rules"."action" = 'book') = ("hopsmeter"."namespace_rules"."user_id" is not null)),
	CONSTRAINT "namespace_rules_withdrawn_by_someone" CHECK (("hopsmeter"."namespace_rules"."withdrawn_at" is null) = ("hopsmeter"."namespace_rules"."withdrawn_by" is null))
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."namespace_rules" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."projects" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"hopsworks_cluster_id" uuid NOT NULL,
	"namespace" text NOT NULL,
	"user_id" text NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	"is_reported" boolean DEFAULT false NOT NULL,
	CONSTRAINT "projects_ends_after_start" CHECK ("hopsmeter"."projects"."ended_at" > "hopsmeter"."projects"."started_at")
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."projects" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."team_invites" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"account_owner_id" text NOT NULL,
	"email" text NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"accepted_at" timestamp with time zone,
	"accepted_by_user_id" text,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "team_invites_token_hash_unique" UNIQUE("token_hash"),
	CONSTRAINT "team_invites_token_hash_is_sha256" CHECK (octet_length("hopsmeter"."team_invites"."token_hash") = 32),
	CONSTRAINT "team_invites_ends_once" CHECK ("hopsmeter"."team_invites"."accepted_at" is null or "hopsmeter"."team_invites"."revoked_at" is null),
	CONSTRAINT "team_invites_accepted_by_someone" CHECK (("hopsmeter"."team_invites"."accepted_at" is null) = ("hopsmeter"."team_invites"."accepted_by_user_id" is null))
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."team_invites" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."user_aliases" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"hopsworks_cluster_id" uuid NOT NULL,
	"alias" text NOT NULL,
	"user_id" text NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "user_aliases_ends_after_start" CHECK ("hopsmeter"."user_aliases"."ended_at" > "hopsmeter"."user_aliases"."started_at")
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."user_aliases" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."user_hopsworks_assignments" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"user_id" text NOT NULL,
	"hopsworks_cluster_id" uuid NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "user_hopsworks_assignments_ends_after_start" CHECK ("hopsmeter"."user_hopsworks_assignments"."ended_at" > "hopsmeter"."user_hopsworks_assignments"."started_at")
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."user_hopsworks_assignments" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."users" (
	"id" text PRIMARY KEY NOT NULL,
	"email" text,
	"name" text,
	"billing_address" text,
	"account_owner_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_not_own_owner" CHECK ("hopsmeter"."users"."account_owner_id" <> "hopsmeter"."users"."id")
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."users" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."followed_rows" (
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"application_table" text NOT NULL,
	"key" text NOT NULL,
	"content" jsonb NOT NULL,
	"agreed" jsonb,
	"boundary" text,
	"problem_kind" text,
	"problem" text,
	"problem_since" timestamp with time zone,
	CONSTRAINT "followed_rows_application_table_key_pk" PRIMARY KEY("application_table","key"),
	CONSTRAINT "followed_rows_id_unique" UNIQUE("id"),
	CONSTRAINT "followed_rows_problem_kind_known" CHECK ("hopsmeter"."followed_rows"."problem_kind" in ('contradiction', 'refused', 'gone')),
	CONSTRAINT "followed_rows_problem_whole" CHECK (num_nonnulls("hopsmeter"."followed_rows"."problem_kind", "hopsmeter"."followed_rows"."problem", "hopsmeter"."followed_rows"."problem_since") in (0, 3))
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."followed_rows" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."followings" (
	"id" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"state" text NOT NULL,
	"reason" text,
	"looked_at" timestamp with time zone,
	"current_at" timestamp with time zone,
	"compared_at" timestamp with time zone,
	"missing" jsonb,
	"confirmed" jsonb,
	"turn_id" uuid,
	"turn_until" timestamp with time zone,
	CONSTRAINT "followings_one_row" CHECK ("hopsmeter"."followings"."id"),
	CONSTRAINT "followings_state_known" CHECK ("hopsmeter"."followings"."state" in ('current', 'held', 'unreadable')),
	CONSTRAINT "followings_reason_unless_current" CHECK (("hopsmeter"."followings"."state" = 'current') = ("hopsmeter"."followings"."reason" is null))
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."followings" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."credit_grants" (
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
	"carried_from_statement_id" uuid,
	CONSTRAINT "credit_grants_one_per_statement" UNIQUE("carried_from_statement_id"),
	CONSTRAINT "credit_grants_one_per_reference" UNIQUE("account_owner_id","reference"),
	CONSTRAINT "credit_grants_amount_positive" CHECK ("hopsmeter"."credit_grants"."amount" > 0 and "hopsmeter"."credit_grants"."amount" <> 'NaN'),
	CONSTRAINT "credit_grants_expires_after_start" CHECK ("hopsmeter"."credit_grants"."expires_on" > "hopsmeter"."credit_grants"."valid_from"),
	CONSTRAINT "credit_grants_reason_not_empty" CHECK (length(btrim("hopsmeter"."credit_grants"."reason")) > 0),
	CONSTRAINT "credit_grants_revoked_with_reason" CHECK (("hopsmeter"."credit_grants"."revoked_at" is null) = ("hopsmeter"."credit_grants"."revoked_by" is null)
        and ("hopsmeter"."credit_grants"."revoked_at" is null) = ("hopsmeter"."credit_grants"."revoke_reason" is null))
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."credit_grants" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."grant_draws" (
	"credit_grant_id" uuid NOT NULL,
	"statement_id" uuid NOT NULL,
	"amount" numeric(10, 2) NOT NULL,
	CONSTRAINT "grant_draws_pkey" PRIMARY KEY("credit_grant_id","statement_id"),
	CONSTRAINT "grant_draws_amount_not_zero" CHECK ("hopsmeter"."grant_draws"."amount" <> 0 and "hopsmeter"."grant_draws"."amount" <> 'NaN')
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."grant_draws" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."price_changes" (
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
	CONSTRAINT "price_changes_status_known" CHECK ("hopsmeter"."price_changes"."status" in ('applying', 'applied')),
	CONSTRAINT "price_changes_applied_at_the_end" CHECK (("hopsmeter"."price_changes"."status" = 'applied') = ("hopsmeter"."price_changes"."applied_at" is not null)),
	CONSTRAINT "price_changes_reason_not_empty" CHECK (length(btrim("hopsmeter"."price_changes"."reason")) > 0),
	CONSTRAINT "price_changes_done_up_to_somebody" CHECK (("hopsmeter"."price_changes"."done_account_owner_id" is null) = ("hopsmeter"."price_changes"."done_user_id" is null))
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."price_changes" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."price_overrides" (
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
	CONSTRAINT "price_overrides_ends_after_start" CHECK ("hopsmeter"."price_overrides"."valid_to" > "hopsmeter"."price_overrides"."valid_from"),
	CONSTRAINT "price_overrides_model_known" CHECK ("hopsmeter"."price_overrides"."model" in ('flat', 'graduated', 'volume', 'package')),
	CONSTRAINT "price_overrides_tiers_where_needed" CHECK (("hopsmeter"."price_overrides"."model" in ('graduated', 'volume')) = ("hopsmeter"."price_overrides"."tiers" is not null)),
	CONSTRAINT "price_overrides_tiers_valid" CHECK (hopsmeter.are_tiers("hopsmeter"."price_overrides"."tiers")),
	CONSTRAINT "price_overrides_included_not_negative" CHECK ("hopsmeter"."price_overrides"."included_quantity" >= 0 and "hopsmeter"."price_overrides"."included_quantity" <> 'NaN'),
	CONSTRAINT "price_overrides_one_kind" CHECK (case "hopsmeter"."price_overrides"."kind"
        when 'price' then "hopsmeter"."price_overrides"."meter" is not null and "hopsmeter"."price_overrides"."price" >= 0 and "hopsmeter"."price_overrides"."price" <> 'NaN'
          and "hopsmeter"."price_overrides"."price_quantity" > 0 and "hopsmeter"."price_overrides"."price_quantity" <> 'NaN'
          and "hopsmeter"."price_overrides"."discount_percent" is null and "hopsmeter"."price_overrides"."rate_card_id" is null
        when 'discount' then "hopsmeter"."price_overrides"."discount_percent" > 0 and "hopsmeter"."price_overrides"."discount_percent" <= 100
          and "hopsmeter"."price_overrides"."price" is null and "hopsmeter"."price_overrides"."price_quantity" is null and "hopsmeter"."price_overrides"."rate_card_id" is null
          and "hopsmeter"."price_overrides"."model" = 'flat' and "hopsmeter"."price_overrides"."included_quantity" = 0
        when 'card' then "hopsmeter"."price_overrides"."rate_card_id" is not null and "hopsmeter"."price_overrides"."meter" is null and "hopsmeter"."price_overrides"."discount_percent" is null
          and "hopsmeter"."price_overrides"."price" is null and "hopsmeter"."price_overrides"."price_quantity" is null
          and "hopsmeter"."price_overrides"."model" = 'flat' and "hopsmeter"."price_overrides"."included_quantity" = 0
        else false
      end is true)
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."price_overrides" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."rate_cards" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"currency" text DEFAULT 'USD' NOT NULL,
	"credit_usd" numeric(38, 12) NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "rate_cards_name_unique" UNIQUE("name"),
	CONSTRAINT "rate_cards_currency_is_usd" CHECK ("hopsmeter"."rate_cards"."currency" = 'USD'),
	CONSTRAINT "rate_cards_credit_usd_positive" CHECK ("hopsmeter"."rate_cards"."credit_usd" > 0 and "hopsmeter"."rate_cards"."credit_usd" <> 'NaN')
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."rate_cards" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."rates" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"rate_card_id" uuid NOT NULL,
	"meter" text NOT NULL,
	"valid_from" date NOT NULL,
	"price" numeric(38, 12) NOT NULL,
	"price_quantity" numeric(38, 12) DEFAULT '1' NOT NULL,
	"model" text DEFAULT 'flat' NOT NULL,
	"tiers" jsonb,
	"included_quantity" numeric(38, 12) DEFAULT '0' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"withdrawn_at" timestamp with time zone,
	"price_change_id" uuid,
	CONSTRAINT "rates_price_not_negative" CHECK ("hopsmeter"."rates"."price" >= 0 and "hopsmeter"."rates"."price" <> 'NaN'),
	CONSTRAINT "rates_price_quantity_positive" CHECK ("hopsmeter"."rates"."price_quantity" > 0 and "hopsmeter"."rates"."price_quantity" <> 'NaN'),
	CONSTRAINT "rates_included_not_negative" CHECK ("hopsmeter"."rates"."included_quantity" >= 0 and "hopsmeter"."rates"."included_quantity" <> 'NaN'),
	CONSTRAINT "rates_model_known" CHECK ("hopsmeter"."rates"."model" in ('flat', 'graduated', 'volume', 'package')),
	CONSTRAINT "rates_tiers_where_needed" CHECK (("hopsmeter"."rates"."model" in ('graduated', 'volume')) = ("hopsmeter"."rates"."tiers" is not null)),
	CONSTRAINT "rates_tiers_valid" CHECK (hopsmeter.are_tiers("hopsmeter"."rates"."tiers"))
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."rates" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."queue_statuses" (
	"queue" text PRIMARY KEY NOT NULL,
	"waiting_jobs" integer NOT NULL,
	"active_jobs" integer NOT NULL,
	"delayed_jobs" integer NOT NULL,
	"added_jobs" bigint NOT NULL,
	"missing_jobs" integer NOT NULL,
	"lost_jobs" integer DEFAULT 0 NOT NULL,
	"is_paused" boolean NOT NULL,
	"oldest_waiting_at" timestamp with time zone,
	"measured_at" timestamp with time zone NOT NULL,
	CONSTRAINT "queue_statuses_counts_valid" CHECK (least("hopsmeter"."queue_statuses"."waiting_jobs", "hopsmeter"."queue_statuses"."active_jobs", "hopsmeter"."queue_statuses"."delayed_jobs", "hopsmeter"."queue_statuses"."missing_jobs",
        "hopsmeter"."queue_statuses"."lost_jobs") >= 0),
	CONSTRAINT "queue_statuses_oldest_of_waiting" CHECK (("hopsmeter"."queue_statuses"."waiting_jobs" = 0) = ("hopsmeter"."queue_statuses"."oldest_waiting_at" is null))
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."queue_statuses" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."cluster_hours" (
	"hopsworks_cluster_id" uuid NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"source_path" text NOT NULL,
	"usage_date" date NOT NULL,
	"event_count" bigint NOT NULL,
	"overlapping_count" bigint DEFAULT 0 NOT NULL,
	"sums" jsonb NOT NULL,
	"last_window_ended_at" timestamp with time zone NOT NULL,
	"checked_at" timestamp with time zone NOT NULL,
	CONSTRAINT "cluster_hours_pkey" PRIMARY KEY("hopsworks_cluster_id","hour","source_path","usage_date")
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."cluster_hours" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."reconciled_days" (
	"day" date PRIMARY KEY NOT NULL,
	"checked_at" timestamp with time zone NOT NULL,
	"reconciliation_id" uuid NOT NULL,
	"differing_rows" bigint NOT NULL,
	"cost_difference" numeric(38, 12) NOT NULL
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."reconciled_days" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."reconciliation_differences" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"reconciliation_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"usage_date" date NOT NULL,
	"booked_on" date NOT NULL,
	"account_owner_id" text NOT NULL,
	"user_id" text NOT NULL,
	"hopsworks_cluster_id" uuid NOT NULL,
	"project_id" uuid,
	"meter" text NOT NULL,
	"ledger_quantity" numeric(58, 32),
	"rollup_quantity" numeric(58, 32),
	"ledger_event_count" bigint,
	"rollup_event_count" bigint,
	"expected_rate_id" uuid,
	"expected_override_id" uuid,
	"expected_price" numeric(38, 12),
	"expected_price_quantity" numeric(38, 12),
	"expected_price_adjustment" numeric(38, 12) NOT NULL,
	"rate_id" uuid,
	"price_override_id" uuid,
	"price" numeric(38, 12),
	"price_quantity" numeric(38, 12),
	"price_adjustment" numeric(38, 12),
	"expected_cost" numeric(38, 12),
	"cost" numeric(38, 12),
	"is_closed" boolean NOT NULL,
	CONSTRAINT "reconciliation_differences_kind_known" CHECK ("hopsmeter"."reconciliation_differences"."kind" in ('missing', 'unexpected', 'usage', 'price'))
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."reconciliation_differences" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."reconciliations" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"kind" text NOT NULL,
	"requested_by" text NOT NULL,
	"requested_at" timestamp with time zone DEFAULT now() NOT NULL,
	"status" text DEFAULT 'waiting' NOT NULL,
	"days" date[] NOT NULL,
	"checked_days" integer DEFAULT 0 NOT NULL,
	"checked_rows" bigint DEFAULT 0 NOT NULL,
	"differing_rows" bigint DEFAULT 0 NOT NULL,
	"differing_days" date[] DEFAULT '{}' NOT NULL,
	"cost_difference" numeric(38, 12) DEFAULT '0' NOT NULL,
	"statement_differences" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"statement_difference_count" integer,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	CONSTRAINT "reconciliations_kind_known" CHECK ("hopsmeter"."reconciliations"."kind" in ('scheduled', 'requested')),
	CONSTRAINT "reconciliations_status_known" CHECK ("hopsmeter"."reconciliations"."status" in ('waiting', 'running', 'done')),
	CONSTRAINT "reconciliations_finished_at_the_end" CHECK (("hopsmeter"."reconciliations"."status" = 'done') = ("hopsmeter"."reconciliations"."finished_at" is not null)),
	CONSTRAINT "reconciliations_within_days" CHECK ("hopsmeter"."reconciliations"."checked_days" between 0 and cardinality("hopsmeter"."reconciliations"."days"))
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."reconciliations" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."statement_lines" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"statement_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"kind" text NOT NULL,
	"usage_month" date NOT NULL,
	"meter" text NOT NULL,
	"user_id" text,
	"user_name" text,
	"quantity" numeric(38, 12),
	"unit_prices" jsonb,
	"amount_exact" numeric(38, 12) NOT NULL,
	"amount" numeric(10, 2) NOT NULL,
	"original_statement_id" uuid,
	CONSTRAINT "statement_lines_one_per_position" UNIQUE("statement_id","position"),
	CONSTRAINT "statement_lines_amounts_are_numbers" CHECK ('NaN' not in (coalesce("hopsmeter"."statement_lines"."quantity", 0), "hopsmeter"."statement_lines"."amount_exact", "hopsmeter"."statement_lines"."amount")),
	CONSTRAINT "statement_lines_effect_is_of_account" CHECK (("hopsmeter"."statement_lines"."kind" = 'model_effect') = ("hopsmeter"."statement_lines"."user_id" is null)
        and ("hopsmeter"."statement_lines"."user_id" is not null or "hopsmeter"."statement_lines"."quantity" is null)),
	CONSTRAINT "statement_lines_kind_known" CHECK ("hopsmeter"."statement_lines"."kind" in ('usage', 'late_usage', 're_rating', 'model_effect'))
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."statement_lines" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."statements" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"number" integer NOT NULL,
	"account_owner_id" text NOT NULL,
	"month" date NOT NULL,
	"currency" text DEFAULT 'USD' NOT NULL,
	"total_exact" numeric(38, 12) NOT NULL,
	"total" numeric(10, 2) NOT NULL,
	"prepaid" numeric(10, 2) DEFAULT '0' NOT NULL,
	"imported" numeric(10, 2) DEFAULT '0' NOT NULL,
	"amount_due" numeric(10, 2) NOT NULL,
	"credit_usd" numeric(38, 12) NOT NULL,
	"issuer" text,
	"customer_name" text,
	"customer_email" text,
	"billing_address" text,
	"closed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"closed_by" text NOT NULL,
	CONSTRAINT "statements_number_unique" UNIQUE("number"),
	CONSTRAINT "statements_one_per_month" UNIQUE("account_owner_id","month"),
	CONSTRAINT "statements_month_is_first_day" CHECK (extract(day from "hopsmeter"."statements"."month") = 1),
	CONSTRAINT "statements_currency_is_usd" CHECK ("hopsmeter"."statements"."currency" = 'USD'),
	CONSTRAINT "statements_amounts_are_numbers" CHECK ('NaN' not in ("hopsmeter"."statements"."total_exact", "hopsmeter"."statements"."total", "hopsmeter"."statements"."imported", "hopsmeter"."statements"."amount_due",
        "hopsmeter"."statements"."credit_usd")),
	CONSTRAINT "statements_total_rounded_once" CHECK ("hopsmeter"."statements"."total" = round("hopsmeter"."statements"."total_exact", 2)),
	CONSTRAINT "statements_add_up" CHECK ("hopsmeter"."statements"."amount_due" = "hopsmeter"."statements"."total" - "hopsmeter"."statements"."imported" - "hopsmeter"."statements"."prepaid"),
	CONSTRAINT "statements_prepaid_within_total" CHECK ("hopsmeter"."statements"."prepaid" between least("hopsmeter"."statements"."total" - "hopsmeter"."statements"."imported", 0)
        and greatest("hopsmeter"."statements"."total" - "hopsmeter"."statements"."imported", 0))
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."statements" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."stripe_customers" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"account_owner_id" text NOT NULL,
	"stripe_customer_id" text NOT NULL,
	"billed_from" date NOT NULL,
	"billed_to" date,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "stripe_customers_ends_after_start" CHECK ("hopsmeter"."stripe_customers"."billed_to" > "hopsmeter"."stripe_customers"."billed_from"),
	CONSTRAINT "stripe_customers_id_form" CHECK ("hopsmeter"."stripe_customers"."stripe_customer_id" ~ '^cus_[A-Za-z0-9]{1,64}$')
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."stripe_customers" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."stripe_meters" (
	"meter" text PRIMARY KEY NOT NULL,
	"event_name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "stripe_meters_event_name_unique" UNIQUE("event_name")
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."stripe_meters" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."stripe_remittances" (
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
	CONSTRAINT "stripe_remittances_status_known" CHECK ("hopsmeter"."stripe_remittances"."status" in ('pending', 'sent', 'uncertain', 'rejected', 'too_old', 'not_sent')),
	CONSTRAINT "stripe_remittances_value_positive" CHECK ("hopsmeter"."stripe_remittances"."value" > 0 and "hopsmeter"."stripe_remittances"."value" <= "hopsmeter"."stripe_remittances"."cumulative_after"),
	CONSTRAINT "stripe_remittances_within_usage" CHECK ("hopsmeter"."stripe_remittances"."cumulative_after" <= "hopsmeter"."stripe_remittances"."usage_total" * 1000 and "hopsmeter"."stripe_remittances"."usage_total" <> 'NaN'),
	CONSTRAINT "stripe_remittances_month_is_first_day" CHECK (extract(day from "hopsmeter"."stripe_remittances"."month") = 1),
	CONSTRAINT "stripe_remittances_due_while_pending" CHECK (("hopsmeter"."stripe_remittances"."status" = 'pending') = ("hopsmeter"."stripe_remittances"."next_attempt_at" is not null)),
	CONSTRAINT "stripe_remittances_resolved_with_reason" CHECK (("hopsmeter"."stripe_remittances"."resolved_at" is null) = ("hopsmeter"."stripe_remittances"."resolved_by" is null)
        and ("hopsmeter"."stripe_remittances"."resolved_at" is null) = ("hopsmeter"."stripe_remittances"."resolution" is null)),
	CONSTRAINT "stripe_remittances_ends_by_someone" CHECK (case "hopsmeter"."stripe_remittances"."status" when 'sent' then "hopsmeter"."stripe_remittances"."sent_at" is not null or "hopsmeter"."stripe_remittances"."resolved_at" is not null
        when 'not_sent' then "hopsmeter"."stripe_remittances"."resolved_at" is not null else "hopsmeter"."stripe_remittances"."resolved_at" is null end)
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."stripe_remittances" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."imported_days" (
	"usage_date" date NOT NULL,
	"user_id" text NOT NULL,
	"content_hash" bigint NOT NULL,
	"usage_batch_id" uuid NOT NULL,
	CONSTRAINT "imported_days_pkey" PRIMARY KEY("usage_date","user_id")
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."imported_days" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."parked_events" (
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
	"resolved_by" text,
	"resolution" text,
	"tried_at" timestamp with time zone,
	"try_count" integer DEFAULT 0 NOT NULL,
	"tried_version" bigint DEFAULT hopsmeter.current_directory_version() NOT NULL,
	"due_at" timestamp with time zone,
	"released_at" timestamp with time zone,
	"release_reason" text,
	"deferred" text GENERATED ALWAYS AS (case when event ->> 'type' in ('correction', 'manifest', 'project') then event ->> 'type' end) STORED,
	"namespace" text GENERATED ALWAYS AS (event ->> 'namespace') STORED,
	"replaces_key" uuid GENERATED ALWAYS AS (case when event ->> 'type' = 'correction' then (event ->> 'replacesKey')::uuid end) STORED,
	CONSTRAINT "parked_events_one_per_content" UNIQUE("event_key","content_hash"),
	CONSTRAINT "parked_events_status_known" CHECK ("hopsmeter"."parked_events"."status" in ('pending', 'counted', 'given_up', 'ignored')),
	CONSTRAINT "parked_events_resolved_at_the_end" CHECK (("hopsmeter"."parked_events"."status" = 'pending') = ("hopsmeter"."parked_events"."resolved_at" is null)),
	CONSTRAINT "parked_events_due_while_pending" CHECK ("hopsmeter"."parked_events"."due_at" is null or "hopsmeter"."parked_events"."status" = 'pending'),
	CONSTRAINT "parked_events_released_with_reason" CHECK (("hopsmeter"."parked_events"."released_at" is null) = ("hopsmeter"."parked_events"."release_reason" is null)),
	CONSTRAINT "parked_events_counted_once" CHECK ("hopsmeter"."parked_events"."status" <> 'counted' or ("hopsmeter"."parked_events"."resolution" is not null
        and "hopsmeter"."parked_events"."resolution" in ('counted', 'duplicate'))),
	CONSTRAINT "parked_events_given_up_with_reason" CHECK ("hopsmeter"."parked_events"."status" <> 'given_up' or ("hopsmeter"."parked_events"."resolved_by" is not null and "hopsmeter"."parked_events"."resolution" is not null))
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."parked_events" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."usage_batches" (
	"id" uuid PRIMARY KEY NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"event_count" integer NOT NULL,
	"counted_count" integer NOT NULL,
	"duplicate_count" integer NOT NULL,
	"parked_count" integer NOT NULL,
	"requests" jsonb NOT NULL,
	CONSTRAINT "usage_batches_add_up" CHECK ("hopsmeter"."usage_batches"."event_count" = "hopsmeter"."usage_batches"."counted_count" + "hopsmeter"."usage_batches"."duplicate_count" + "hopsmeter"."usage_batches"."parked_count")
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."usage_batches" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."usage_daily" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"usage_date" date NOT NULL,
	"booked_on" date NOT NULL,
	"account_owner_id" text NOT NULL,
	"user_id" text NOT NULL,
	"hopsworks_cluster_id" uuid NOT NULL,
	"project_id" uuid,
	"meter" text NOT NULL,
	"quantity" numeric(58, 32) NOT NULL,
	"rate_id" uuid,
	"price_override_id" uuid,
	"price" numeric(38, 12) NOT NULL,
	"price_quantity" numeric(38, 12) NOT NULL,
	"price_adjustment" numeric(38, 12) DEFAULT '0' NOT NULL,
	"cost" numeric(38, 12) GENERATED ALWAYS AS (round(round(round(quantity, 22), 12) * price / price_quantity, 12) + price_adjustment) STORED NOT NULL,
	"event_count" bigint NOT NULL,
	"first_event_at" timestamp with time zone NOT NULL,
	"last_event_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "usage_daily_one_row" UNIQUE NULLS NOT DISTINCT("account_owner_id","booked_on","user_id","hopsworks_cluster_id","project_id","meter","usage_date"),
	CONSTRAINT "usage_daily_quantity_valid" CHECK (("hopsmeter"."usage_daily"."quantity" >= 0 or "hopsmeter"."usage_daily"."booked_on" > "hopsmeter"."usage_daily"."usage_date") and "hopsmeter"."usage_daily"."quantity" <> 'NaN'),
	CONSTRAINT "usage_daily_booked_on_valid" CHECK ("hopsmeter"."usage_daily"."booked_on" = "hopsmeter"."usage_daily"."usage_date"
        or ("hopsmeter"."usage_daily"."booked_on" > "hopsmeter"."usage_daily"."usage_date" and extract(day from "hopsmeter"."usage_daily"."booked_on") = 1)),
	CONSTRAINT "usage_daily_price_adjustment_valid" CHECK ("hopsmeter"."usage_daily"."price_adjustment" = 0 or ("hopsmeter"."usage_daily"."booked_on" > "hopsmeter"."usage_daily"."usage_date"
        and "hopsmeter"."usage_daily"."price_adjustment" <> 'NaN')),
	CONSTRAINT "usage_daily_priced_by_something" CHECK ("hopsmeter"."usage_daily"."rate_id" is not null or "hopsmeter"."usage_daily"."price_override_id" is not null
        or starts_with("hopsmeter"."usage_daily"."meter", 'imported_')),
	CONSTRAINT "usage_daily_price_valid" CHECK ("hopsmeter"."usage_daily"."price" >= 0 and "hopsmeter"."usage_daily"."price" <> 'NaN' and "hopsmeter"."usage_daily"."price_quantity" > 0
        and "hopsmeter"."usage_daily"."price_quantity" <> 'NaN')
);
--> statement-breakpoint
ALTER TABLE "hopsmeter"."usage_daily" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "hopsmeter"."usage_events" (
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
	"quantities" numeric(58, 32)[] NOT NULL,
	"booked_on" date,
	"adjustment" text,
	CONSTRAINT "usage_events_pkey" PRIMARY KEY("event_key","part"),
	CONSTRAINT "usage_events_quantities_valid" CHECK (cardinality("meters") = cardinality("quantities")
        and (0 <= all ("quantities") or "adjustment" is not distinct from 'reversal') and 'NaN' <> all ("quantities")
        and array_position("quantities", null) is null),
	CONSTRAINT "usage_events_adjustment_known" CHECK ("adjustment" in ('reversal', 'correction', 'move'))
) PARTITION BY HASH ("event_key");
--> statement-breakpoint
ALTER TABLE "hopsmeter"."usage_events" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "hopsmeter"."spending_alerts" ADD CONSTRAINT "spending_alerts_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "hopsmeter"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."spending_caps" ADD CONSTRAINT "spending_caps_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "hopsmeter"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_spending_alert_id_spending_alerts_id_fk" FOREIGN KEY ("spending_alert_id") REFERENCES "hopsmeter"."spending_alerts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_webhook_endpoint_id_webhook_endpoints_id_fk" FOREIGN KEY ("webhook_endpoint_id") REFERENCES "hopsmeter"."webhook_endpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."webhook_endpoints" ADD CONSTRAINT "webhook_endpoints_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "hopsmeter"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."cluster_manifests" ADD CONSTRAINT "cluster_manifests_hopsworks_cluster_id_hopsworks_clusters_id_fk" FOREIGN KEY ("hopsworks_cluster_id") REFERENCES "hopsmeter"."hopsworks_clusters"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."project_reports" ADD CONSTRAINT "project_reports_hopsworks_cluster_id_hopsworks_clusters_id_fk" FOREIGN KEY ("hopsworks_cluster_id") REFERENCES "hopsmeter"."hopsworks_clusters"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."project_reports" ADD CONSTRAINT "project_reports_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "hopsmeter"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."account_ownerships" ADD CONSTRAINT "account_ownerships_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "hopsmeter"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."account_ownerships" ADD CONSTRAINT "account_ownerships_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "hopsmeter"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."cluster_keys" ADD CONSTRAINT "cluster_keys_hopsworks_cluster_id_hopsworks_clusters_id_fk" FOREIGN KEY ("hopsworks_cluster_id") REFERENCES "hopsmeter"."hopsworks_clusters"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."cluster_keys" ADD CONSTRAINT "cluster_keys_rotated_from_id_cluster_keys_id_fk" FOREIGN KEY ("rotated_from_id") REFERENCES "hopsmeter"."cluster_keys"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."gpu_models" ADD CONSTRAINT "gpu_models_meter_meters_meter_fk" FOREIGN KEY ("meter") REFERENCES "hopsmeter"."meters"("meter") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."namespace_rules" ADD CONSTRAINT "namespace_rules_hopsworks_cluster_id_hopsworks_clusters_id_fk" FOREIGN KEY ("hopsworks_cluster_id") REFERENCES "hopsmeter"."hopsworks_clusters"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."namespace_rules" ADD CONSTRAINT "namespace_rules_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "hopsmeter"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."projects" ADD CONSTRAINT "projects_hopsworks_cluster_id_hopsworks_clusters_id_fk" FOREIGN KEY ("hopsworks_cluster_id") REFERENCES "hopsmeter"."hopsworks_clusters"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."projects" ADD CONSTRAINT "projects_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "hopsmeter"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."team_invites" ADD CONSTRAINT "team_invites_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "hopsmeter"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."team_invites" ADD CONSTRAINT "team_invites_accepted_by_user_id_users_id_fk" FOREIGN KEY ("accepted_by_user_id") REFERENCES "hopsmeter"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."user_aliases" ADD CONSTRAINT "user_aliases_hopsworks_cluster_id_hopsworks_clusters_id_fk" FOREIGN KEY ("hopsworks_cluster_id") REFERENCES "hopsmeter"."hopsworks_clusters"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."user_aliases" ADD CONSTRAINT "user_aliases_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "hopsmeter"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."user_hopsworks_assignments" ADD CONSTRAINT "user_hopsworks_assignments_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "hopsmeter"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."user_hopsworks_assignments" ADD CONSTRAINT "user_hopsworks_assignments_hopsworks_cluster_id_hopsworks_clusters_id_fk" FOREIGN KEY ("hopsworks_cluster_id") REFERENCES "hopsmeter"."hopsworks_clusters"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."users" ADD CONSTRAINT "users_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "hopsmeter"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."credit_grants" ADD CONSTRAINT "credit_grants_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "hopsmeter"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."credit_grants" ADD CONSTRAINT "credit_grants_carried_from_statement_id_statements_id_fk" FOREIGN KEY ("carried_from_statement_id") REFERENCES "hopsmeter"."statements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."grant_draws" ADD CONSTRAINT "grant_draws_credit_grant_id_credit_grants_id_fk" FOREIGN KEY ("credit_grant_id") REFERENCES "hopsmeter"."credit_grants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."grant_draws" ADD CONSTRAINT "grant_draws_statement_id_statements_id_fk" FOREIGN KEY ("statement_id") REFERENCES "hopsmeter"."statements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."price_changes" ADD CONSTRAINT "price_changes_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "hopsmeter"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."price_changes" ADD CONSTRAINT "price_changes_meter_meters_meter_fk" FOREIGN KEY ("meter") REFERENCES "hopsmeter"."meters"("meter") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."price_overrides" ADD CONSTRAINT "price_overrides_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "hopsmeter"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."price_overrides" ADD CONSTRAINT "price_overrides_meter_meters_meter_fk" FOREIGN KEY ("meter") REFERENCES "hopsmeter"."meters"("meter") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."price_overrides" ADD CONSTRAINT "price_overrides_rate_card_id_rate_cards_id_fk" FOREIGN KEY ("rate_card_id") REFERENCES "hopsmeter"."rate_cards"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."price_overrides" ADD CONSTRAINT "price_overrides_price_change_id_price_changes_id_fk" FOREIGN KEY ("price_change_id") REFERENCES "hopsmeter"."price_changes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."rates" ADD CONSTRAINT "rates_rate_card_id_rate_cards_id_fk" FOREIGN KEY ("rate_card_id") REFERENCES "hopsmeter"."rate_cards"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."rates" ADD CONSTRAINT "rates_meter_meters_meter_fk" FOREIGN KEY ("meter") REFERENCES "hopsmeter"."meters"("meter") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."rates" ADD CONSTRAINT "rates_price_change_id_price_changes_id_fk" FOREIGN KEY ("price_change_id") REFERENCES "hopsmeter"."price_changes"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."cluster_hours" ADD CONSTRAINT "cluster_hours_hopsworks_cluster_id_hopsworks_clusters_id_fk" FOREIGN KEY ("hopsworks_cluster_id") REFERENCES "hopsmeter"."hopsworks_clusters"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."reconciled_days" ADD CONSTRAINT "reconciled_days_reconciliation_id_reconciliations_id_fk" FOREIGN KEY ("reconciliation_id") REFERENCES "hopsmeter"."reconciliations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."reconciliation_differences" ADD CONSTRAINT "reconciliation_differences_reconciliation_id_reconciliations_id_fk" FOREIGN KEY ("reconciliation_id") REFERENCES "hopsmeter"."reconciliations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."statement_lines" ADD CONSTRAINT "statement_lines_statement_id_statements_id_fk" FOREIGN KEY ("statement_id") REFERENCES "hopsmeter"."statements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."statement_lines" ADD CONSTRAINT "statement_lines_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "hopsmeter"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."statement_lines" ADD CONSTRAINT "statement_lines_original_statement_id_statements_id_fk" FOREIGN KEY ("original_statement_id") REFERENCES "hopsmeter"."statements"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."statements" ADD CONSTRAINT "statements_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "hopsmeter"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."stripe_customers" ADD CONSTRAINT "stripe_customers_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "hopsmeter"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."stripe_meters" ADD CONSTRAINT "stripe_meters_meter_meters_meter_fk" FOREIGN KEY ("meter") REFERENCES "hopsmeter"."meters"("meter") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."stripe_remittances" ADD CONSTRAINT "stripe_remittances_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "hopsmeter"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."stripe_remittances" ADD CONSTRAINT "stripe_remittances_meter_meters_meter_fk" FOREIGN KEY ("meter") REFERENCES "hopsmeter"."meters"("meter") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."usage_daily" ADD CONSTRAINT "usage_daily_account_owner_id_users_id_fk" FOREIGN KEY ("account_owner_id") REFERENCES "hopsmeter"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."usage_daily" ADD CONSTRAINT "usage_daily_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "hopsmeter"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."usage_daily" ADD CONSTRAINT "usage_daily_hopsworks_cluster_id_hopsworks_clusters_id_fk" FOREIGN KEY ("hopsworks_cluster_id") REFERENCES "hopsmeter"."hopsworks_clusters"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."usage_daily" ADD CONSTRAINT "usage_daily_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "hopsmeter"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."usage_daily" ADD CONSTRAINT "usage_daily_meter_meters_meter_fk" FOREIGN KEY ("meter") REFERENCES "hopsmeter"."meters"("meter") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."usage_daily" ADD CONSTRAINT "usage_daily_rate_id_rates_id_fk" FOREIGN KEY ("rate_id") REFERENCES "hopsmeter"."rates"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hopsmeter"."usage_daily" ADD CONSTRAINT "usage_daily_price_override_id_price_overrides_id_fk" FOREIGN KEY ("price_override_id") REFERENCES "hopsmeter"."price_overrides"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "spending_alerts_raised_at_idx" ON "hopsmeter"."spending_alerts" USING btree ("raised_at","id");--> statement-breakpoint
CREATE INDEX "spending_caps_checked_at_idx" ON "hopsmeter"."spending_caps" USING btree ("checked_at");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_due_idx" ON "hopsmeter"."webhook_deliveries" USING btree ("next_attempt_at") WHERE next_attempt_at is not null;--> statement-breakpoint
CREATE INDEX "webhook_deliveries_dead_idx" ON "hopsmeter"."webhook_deliveries" USING btree ("webhook_endpoint_id") WHERE dead_at is not null;--> statement-breakpoint
CREATE INDEX "webhook_deliveries_endpoint_idx" ON "hopsmeter"."webhook_deliveries" USING btree ("webhook_endpoint_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_endpoints_one_per_url" ON "hopsmeter"."webhook_endpoints" USING btree ("url",coalesce("account_owner_id", '')) WHERE disabled_at is null;--> statement-breakpoint
CREATE INDEX "cluster_manifests_window_idx" ON "hopsmeter"."cluster_manifests" USING btree ("hopsworks_cluster_id","window_started_at");--> statement-breakpoint
CREATE INDEX "cluster_manifests_source_idx" ON "hopsmeter"."cluster_manifests" USING btree ("hopsworks_cluster_id","source_path","window_started_at");--> statement-breakpoint
CREATE INDEX "corrections_root_event_key_idx" ON "hopsmeter"."corrections" USING btree ("root_event_key");--> statement-breakpoint
CREATE INDEX "project_reports_namespace_idx" ON "hopsmeter"."project_reports" USING btree ("hopsworks_cluster_id","namespace","reported_at");--> statement-breakpoint
CREATE INDEX "audit_log_user_ids_idx" ON "hopsmeter"."audit_log" USING gin ("user_ids");--> statement-breakpoint
CREATE INDEX "audit_log_entity_idx" ON "hopsmeter"."audit_log" USING btree ("entity","entity_id","happened_at");--> statement-breakpoint
CREATE INDEX "audit_log_happened_at_idx" ON "hopsmeter"."audit_log" USING btree ("happened_at","id");--> statement-breakpoint
CREATE INDEX "audit_log_actor_idx" ON "hopsmeter"."audit_log" USING btree ("actor_id","happened_at","id");--> statement-breakpoint
CREATE INDEX "audit_log_action_idx" ON "hopsmeter"."audit_log" USING btree ("action","happened_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "namespace_rules_one_in_force" ON "hopsmeter"."namespace_rules" USING btree ("hopsworks_cluster_id","pattern") WHERE withdrawn_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "team_invites_one_pending" ON "hopsmeter"."team_invites" USING btree ("account_owner_id",lower("email")) WHERE accepted_at is null and revoked_at is null;--> statement-breakpoint
CREATE INDEX "users_account_owner_id_idx" ON "hopsmeter"."users" USING btree ("account_owner_id");--> statement-breakpoint
CREATE INDEX "followed_rows_problems_idx" ON "hopsmeter"."followed_rows" USING btree ("problem_since","id") WHERE problem is not null;--> statement-breakpoint
CREATE INDEX "credit_grants_account_owner_id_idx" ON "hopsmeter"."credit_grants" USING btree ("account_owner_id","created_at");--> statement-breakpoint
CREATE INDEX "grant_draws_statement_id_idx" ON "hopsmeter"."grant_draws" USING btree ("statement_id");--> statement-breakpoint
CREATE INDEX "price_changes_applying_idx" ON "hopsmeter"."price_changes" USING btree ("created_at") WHERE status = 'applying';--> statement-breakpoint
CREATE INDEX "price_overrides_account_owner_id_idx" ON "hopsmeter"."price_overrides" USING btree ("account_owner_id");--> statement-breakpoint
CREATE UNIQUE INDEX "rate_cards_one_default" ON "hopsmeter"."rate_cards" USING btree ("is_default") WHERE is_default;--> statement-breakpoint
CREATE UNIQUE INDEX "rates_one_per_day" ON "hopsmeter"."rates" USING btree ("rate_card_id","meter","valid_from") WHERE withdrawn_at is null;--> statement-breakpoint
CREATE INDEX "cluster_hours_usage_date_idx" ON "hopsmeter"."cluster_hours" USING btree ("usage_date");--> statement-breakpoint
CREATE INDEX "cluster_hours_source_path_idx" ON "hopsmeter"."cluster_hours" USING btree ("hopsworks_cluster_id","source_path");--> statement-breakpoint
CREATE INDEX "reconciliation_differences_reconciliation_id_idx" ON "hopsmeter"."reconciliation_differences" USING btree ("reconciliation_id");--> statement-breakpoint
CREATE INDEX "reconciliations_requested_at_idx" ON "hopsmeter"."reconciliations" USING btree ("requested_at","id");--> statement-breakpoint
CREATE INDEX "reconciliations_unfinished_idx" ON "hopsmeter"."reconciliations" USING btree ("requested_at") WHERE status <> 'done';--> statement-breakpoint
CREATE UNIQUE INDEX "stripe_remittances_one_at_a_time" ON "hopsmeter"."stripe_remittances" USING btree ("stripe_customer_id","meter") WHERE status in ('pending', 'rejected');--> statement-breakpoint
CREATE INDEX "stripe_remittances_due_idx" ON "hopsmeter"."stripe_remittances" USING btree ("next_attempt_at","id") WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX "stripe_remittances_open_idx" ON "hopsmeter"."stripe_remittances" USING btree ("status") WHERE status in ('pending', 'uncertain', 'rejected', 'too_old');--> statement-breakpoint
CREATE INDEX "stripe_remittances_account_idx" ON "hopsmeter"."stripe_remittances" USING btree ("account_owner_id","month");--> statement-breakpoint
CREATE INDEX "stripe_remittances_created_at_idx" ON "hopsmeter"."stripe_remittances" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "parked_events_status_reason_idx" ON "hopsmeter"."parked_events" USING btree ("status","reason","parked_at");--> statement-breakpoint
CREATE INDEX "parked_events_status_parked_at_idx" ON "hopsmeter"."parked_events" USING btree ("status","parked_at","id");--> statement-breakpoint
CREATE INDEX "parked_events_due_idx" ON "hopsmeter"."parked_events" USING btree ("hopsworks_cluster_id","due_at","id") WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX "parked_events_retry_idx" ON "hopsmeter"."parked_events" USING btree ("hopsworks_cluster_id","tried_version","parked_at","id") WHERE status = 'pending' and reason in ('unknown_namespace', 'unknown_user', 'user_not_on_cluster',
          'unknown_meter', 'unknown_gpu_model', 'no_rate');--> statement-breakpoint
CREATE INDEX "parked_events_deferred_idx" ON "hopsmeter"."parked_events" USING btree ("reason","hopsworks_cluster_id","parked_at","id") WHERE status = 'pending' and reason in ('correction', 'manifest');--> statement-breakpoint
CREATE INDEX "parked_events_project_reports_idx" ON "hopsmeter"."parked_events" USING btree ("hopsworks_cluster_id","parked_at","id") WHERE status = 'pending' and deferred = 'project';--> statement-breakpoint
CREATE INDEX "parked_events_ignored_idx" ON "hopsmeter"."parked_events" USING btree ("hopsworks_cluster_id","namespace","tried_version") WHERE status = 'ignored';--> statement-breakpoint
CREATE INDEX "parked_events_event_id_idx" ON "hopsmeter"."parked_events" USING btree ("event_id");--> statement-breakpoint
CREATE INDEX "parked_events_replaces_key_idx" ON "hopsmeter"."parked_events" USING btree ("replaces_key") WHERE replaces_key is not null;--> statement-breakpoint
CREATE INDEX "usage_batches_received_at_idx" ON "hopsmeter"."usage_batches" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "usage_batches_recorded_at_idx" ON "hopsmeter"."usage_batches" USING btree ("recorded_at");--> statement-breakpoint
CREATE INDEX "usage_daily_booked_on_idx" ON "hopsmeter"."usage_daily" USING btree ("booked_on");--> statement-breakpoint
CREATE INDEX "usage_daily_usage_date_idx" ON "hopsmeter"."usage_daily" USING btree ("usage_date");--> statement-breakpoint
CREATE INDEX "usage_events_usage_date_idx" ON "hopsmeter"."usage_events" USING brin ("usage_date" date_minmax_multi_ops);
