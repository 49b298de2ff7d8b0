CREATE TABLE "cluster_manifests" (
	"event_key" uuid PRIMARY KEY NOT NULL,
	"content_hash" bigint NOT NULL,
	"hopsworks_cluster_id" uuid NOT NULL,
	"source_path" text NOT NULL,
	"window_started_at" timestamp with time zone NOT NULL,
	"window_ended_at" timestamp with time zone NOT NULL,
	"event_count" bigint NOT NULL,
	"sums" jsonb NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "cluster_manifests_ends_after_start" CHECK ("cluster_manifests"."window_ended_at" > "cluster_manifests"."window_started_at"),
	CONSTRAINT "cluster_manifests_event_count_not_negative" CHECK ("cluster_manifests"."event_count" >= 0)
);
--> statement-breakpoint
ALTER TABLE "cluster_manifests" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "corrections" (
	"event_key" uuid PRIMARY KEY NOT NULL,
	"root_event_key" uuid NOT NULL,
	"replaces_event_key" uuid NOT NULL,
	"event_id" text NOT NULL,
	"corrected_at" timestamp with time zone NOT NULL,
	"quantities" jsonb NOT NULL,
	"reason" text,
	"applied_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "corrections_not_of_itself" CHECK ("corrections"."event_key" not in ("corrections"."root_event_key", "corrections"."replaces_event_key"))
);
--> statement-breakpoint
ALTER TABLE "corrections" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "parked_events" ADD COLUMN "deferred" text GENERATED ALWAYS AS (case when event ->> 'type' in ('correction', 'manifest') then event ->> 'type' end) STORED;--> statement-breakpoint
ALTER TABLE "parked_events" ADD COLUMN "replaces_key" uuid GENERATED ALWAYS AS (case when event ->> 'type' = 'correction' then (event ->> 'replacesKey')::uuid end) STORED;--> statement-breakpoint
ALTER TABLE "cluster_manifests" ADD CONSTRAINT "cluster_manifests_hopsworks_cluster_id_hopsworks_clusters_id_fk" FOREIGN KEY ("hopsworks_cluster_id") REFERENCES "public"."hopsworks_clusters"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "cluster_manifests_window_idx" ON "cluster_manifests" USING btree ("hopsworks_cluster_id","window_started_at");--> statement-breakpoint
CREATE INDEX "corrections_root_event_key_idx" ON "corrections" USING btree ("root_event_key");--> statement-breakpoint
CREATE INDEX "parked_events_replaces_key_idx" ON "parked_events" USING btree ("replaces_key") WHERE replaces_key is not null;
