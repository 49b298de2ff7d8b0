CREATE TABLE "account_day_costs" (
	"booked_on" date NOT NULL,
	"account_owner_id" text NOT NULL,
	"cost" numeric(38, 12) NOT NULL,
	"row_count" bigint NOT NULL,
	CONSTRAINT "account_day_costs_pkey" PRIMARY KEY("booked_on","account_owner_id")
);
--> statement-breakpoint
ALTER TABLE "account_day_costs" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "account_days" (
	"booked_on" date NOT NULL,
	"account_owner_id" text NOT NULL,
	"meter" text NOT NULL,
	"quantity" numeric(38, 12) NOT NULL,
	"cost" numeric(38, 12) NOT NULL,
	"event_count" bigint NOT NULL,
	"row_count" bigint NOT NULL,
	CONSTRAINT "account_days_pkey" PRIMARY KEY("booked_on","account_owner_id","meter")
);
--> statement-breakpoint
ALTER TABLE "account_days" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint

-- From here on by hand: what a schema can not say.

-- The rows of today are added to with every batch: with room on their pages they are changed in place, and the key's index
-- is left alone.
ALTER TABLE account_day_costs SET (fillfactor = 70);
--> statement-breakpoint
ALTER TABLE account_days SET (fillfactor = 70);
--> statement-breakpoint

-- Keep both summaries the sum of usage_daily to the last digit, whoever writes: what a statement added to the rollup and took
-- from it is summed and added, in the same transaction. docs/decisions/0012-*.md says why triggers.
--
-- Lock: the summaries', alone, until the transaction ends. An upsert runs two of these functions, for the rows that it changed
-- and then for those that it added, so locks of rows in key order would be taken in two rounds, and two writers could wait
-- for each other. It is the last lock that a writer takes beside those of rollup rows that it holds already.
DO $do$
DECLARE
  operation text;
  first_table text;
  changed_rows text;
  added CONSTANT text :=
    'SELECT booked_on, account_owner_id, meter, quantity, cost, event_count, 1 AS row_count FROM added';
  removed CONSTANT text :=
    'SELECT booked_on, account_owner_id, meter, -quantity AS quantity, -cost AS cost, -event_count AS event_count, '
    '-1 AS row_count FROM removed';
BEGIN
  FOR operation, first_table, changed_rows IN VALUES
    ('insert', 'added', added), ('update', 'added', added || ' UNION ALL ' || removed), ('delete', 'removed', removed)
  LOOP
    EXECUTE format($create$
      CREATE FUNCTION keep_account_days_on_%1$s() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $body$
      BEGIN
        IF NOT EXISTS (SELECT FROM %2$s) THEN
          RETURN NULL;
        END IF;
        PERFORM pg_catalog.pg_advisory_xact_lock(7367, 13);
        WITH changes AS MATERIALIZED (
          SELECT
            booked_on, account_owner_id, meter, sum(quantity) AS quantity, sum(cost) AS cost,
            sum(event_count) AS event_count, sum(row_count) AS row_count
          FROM (%3$s) AS changed
          GROUP BY booked_on, account_owner_id, meter
          HAVING sum(quantity) <> 0 OR sum(cost) <> 0 OR sum(event_count) <> 0 OR sum(row_count) <> 0
        ),
        by_meter AS (
          INSERT INTO public.account_days AS days
            (booked_on, account_owner_id, meter, quantity, cost, event_count, row_count)
          SELECT * FROM changes
          ON CONFLICT (booked_on, account_owner_id, meter) DO UPDATE SET
            quantity = days.quantity + excluded.quantity,
            cost = days.cost + excluded.cost,
            event_count = days.event_count + excluded.event_count,
            row_count = days.row_count + excluded.row_count
        )
        INSERT INTO public.account_day_costs AS days (booked_on, account_owner_id, cost, row_count)
        SELECT booked_on, account_owner_id, sum(cost), sum(row_count) FROM changes
        GROUP BY booked_on, account_owner_id
        HAVING sum(cost) <> 0 OR sum(row_count) <> 0
        ON CONFLICT (booked_on, account_owner_id) DO UPDATE SET
          cost = days.cost + excluded.cost,
          row_count = days.row_count + excluded.row_count;
        RETURN NULL;
      END
      $body$
      $create$, operation, first_table, changed_rows);
  END LOOP;
END
$do$;
--> statement-breakpoint
CREATE FUNCTION empty_account_days() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  TRUNCATE public.account_days, public.account_day_costs;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER keep_account_days_on_insert AFTER INSERT ON usage_daily
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION keep_account_days_on_insert();
--> statement-breakpoint
CREATE TRIGGER keep_account_days_on_update AFTER UPDATE ON usage_daily
  REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION keep_account_days_on_update();
--> statement-breakpoint
CREATE TRIGGER keep_account_days_on_delete AFTER DELETE ON usage_daily
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION keep_account_days_on_delete();
--> statement-breakpoint
CREATE TRIGGER empty_account_days AFTER TRUNCATE ON usage_daily FOR EACH STATEMENT EXECUTE FUNCTION empty_account_days();
--> statement-breakpoint
SELECT
  set_function_rights('keep_account_days_on_insert()', is_called => false),
  set_function_rights('keep_account_days_on_update()', is_called => false),
  set_function_rights('keep_account_days_on_delete()', is_called => false),
  set_function_rights('empty_account_days()', is_called => false);
--> statement-breakpoint
SELECT
  set_table_rights('account_days', 'select', 'insert', 'update (quantity, cost, event_count, row_count)'),
  set_table_rights('account_day_costs', 'select', 'insert', 'update (cost, row_count)');
--> statement-breakpoint

-- What is there already. Creating the triggers has locked usage_daily: nobody writes until this is committed.
INSERT INTO account_days (booked_on, account_owner_id, meter, quantity, cost, event_count, row_count)
SELECT booked_on, account_owner_id, meter, sum(quantity), sum(cost), sum(event_count), count(*)
FROM usage_daily
GROUP BY booked_on, account_owner_id, meter
ORDER BY booked_on, account_owner_id, meter;
--> statement-breakpoint
INSERT INTO account_day_costs (booked_on, account_owner_id, cost, row_count)
SELECT booked_on, account_owner_id, sum(cost), sum(row_count)
FROM account_days
GROUP BY booked_on, account_owner_id
ORDER BY booked_on, account_owner_id;
