CREATE TABLE "queue_statuses" (
	"queue" text PRIMARY KEY NOT NULL,
	"waiting_jobs" integer NOT NULL,
	"active_jobs" integer NOT NULL,
	"oldest_waiting_at" timestamp with time zone,
	"measured_at" timestamp with time zone NOT NULL,
	CONSTRAINT "queue_statuses_counts_valid" CHECK ("queue_statuses"."waiting_jobs" >= 0 and "queue_statuses"."active_jobs" >= 0),
	CONSTRAINT "queue_statuses_oldest_of_waiting" CHECK (("queue_statuses"."waiting_jobs" = 0) = ("queue_statuses"."oldest_waiting_at" is null))
);
--> statement-breakpoint
ALTER TABLE "queue_statuses" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint

-- From here on by hand: what a schema can not say.

-- Rows of queues that are no more leave it.
SELECT set_table_rights(
  'queue_statuses', 'select', 'insert', 'update (waiting_jobs, active_jobs, oldest_waiting_at, measured_at)', 'delete');
