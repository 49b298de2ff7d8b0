-- A parked event remembers with which directory it was last tried. It is parked by a statement that holds the directory's
-- lock, so the default is the version that it was found uncountable with, and it is not tried again before a change.
CREATE FUNCTION current_directory_version() RETURNS bigint LANGUAGE sql VOLATILE SET search_path = '' AS $$
  SELECT version FROM public.directory_versions
$$;
--> statement-breakpoint
ALTER TABLE "parked_events" ADD COLUMN "tried_version" bigint DEFAULT current_directory_version() NOT NULL;--> statement-breakpoint
ALTER TABLE "parked_events" ADD COLUMN "due_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "parked_events" ADD COLUMN "released_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "parked_events" ADD COLUMN "release_reason" text;--> statement-breakpoint
CREATE INDEX "parked_events_status_parked_at_idx" ON "parked_events" USING btree ("status","parked_at","id");--> statement-breakpoint
CREATE INDEX "parked_events_due_idx" ON "parked_events" USING btree ("due_at","id") WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX "parked_events_retry_idx" ON "parked_events" USING btree ("tried_version","parked_at","id") WHERE status = 'pending' and reason in ('unknown_namespace', 'unknown_user', 'user_not_on_cluster', 'unknown_meter', 'no_rate');--> statement-breakpoint
ALTER TABLE "parked_events" ADD CONSTRAINT "parked_events_due_while_pending" CHECK ("parked_events"."due_at" is null or "parked_events"."status" = 'pending');--> statement-breakpoint
ALTER TABLE "parked_events" ADD CONSTRAINT "parked_events_released_with_reason" CHECK (("parked_events"."released_at" is null) = ("parked_events"."release_reason" is null));--> statement-breakpoint
ALTER TABLE "parked_events" ADD CONSTRAINT "parked_events_counted_once" CHECK ("parked_events"."status" <> 'counted' or ("parked_events"."resolution" is not null and "parked_events"."resolution" in ('counted', 'duplicate')));--> statement-breakpoint
ALTER TABLE "parked_events" ADD CONSTRAINT "parked_events_given_up_with_reason" CHECK ("parked_events"."status" <> 'given_up' or ("parked_events"."resolved_by" is not null and "parked_events"."resolution" is not null));
