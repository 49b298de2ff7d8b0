CREATE TABLE "cluster_hours" (
	"hopsworks_cluster_id" uuid NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"source_path" text NOT NULL,
	"usage_date" date NOT NULL,
	"event_count" bigint NOT NULL,
	"sums" jsonb NOT NULL,
	"last_window_ended_at" timestamp with time zone NOT NULL,
	"checked_at" timestamp with time zone NOT NULL,
	CONSTRAINT "cluster_hours_pkey" PRIMARY KEY("hopsworks_cluster_id","hour","source_path","usage_date")
);
--> statement-breakpoint
ALTER TABLE "cluster_hours" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "reconciled_days" (
	"day" date PRIMARY KEY NOT NULL,
	"checked_at" timestamp with time zone NOT NULL,
	"reconciliation_id" uuid NOT NULL,
	"differing_rows" bigint NOT NULL,
	"cost_difference" numeric(38, 12) NOT NULL
);
--> statement-breakpoint
ALTER TABLE "reconciled_days" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "reconciliation_differences" (
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
	"ledger_quantity" numeric(38, 12),
	"rollup_quantity" numeric(38, 12),
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
	CONSTRAINT "reconciliation_differences_kind_known" CHECK ("reconciliation_differences"."kind" in ('missing', 'unexpected', 'usage', 'price'))
);
--> statement-breakpoint
ALTER TABLE "reconciliation_differences" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "reconciliations" (
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
	CONSTRAINT "reconciliations_kind_known" CHECK ("reconciliations"."kind" in ('scheduled', 'requested')),
	CONSTRAINT "reconciliations_status_known" CHECK ("reconciliations"."status" in ('waiting', 'running', 'done')),
	CONSTRAINT "reconciliations_finished_at_the_end" CHECK (("reconciliations"."status" = 'done') = ("reconciliations"."finished_at" is not null)),
	CONSTRAINT "reconciliations_within_days" CHECK ("reconciliations"."checked_days" between 0 and cardinality("reconciliations"."days"))
);
--> statement-breakpoint
ALTER TABLE "reconciliations" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "cluster_hours" ADD CONSTRAINT "cluster_hours_hopsworks_cluster_id_hopsworks_clusters_id_fk" FOREIGN KEY ("hopsworks_cluster_id") REFERENCES "public"."hopsworks_clusters"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reconciled_days" ADD CONSTRAINT "reconciled_days_reconciliation_id_reconciliations_id_fk" FOREIGN KEY ("reconciliation_id") REFERENCES "public"."reconciliations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reconciliation_differences" ADD CONSTRAINT "reconciliation_differences_reconciliation_id_reconciliations_id_fk" FOREIGN KEY ("reconciliation_id") REFERENCES "public"."reconciliations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "cluster_hours_usage_date_idx" ON "cluster_hours" USING btree ("usage_date");--> statement-breakpoint
CREATE INDEX "reconciliation_differences_reconciliation_id_idx" ON "reconciliation_differences" USING btree ("reconciliation_id");--> statement-breakpoint
CREATE INDEX "reconciliations_requested_at_idx" ON "reconciliations" USING btree ("requested_at","id");--> statement-breakpoint
CREATE INDEX "reconciliations_unfinished_idx" ON "reconciliations" USING btree ("requested_at") WHERE status <> 'done';
