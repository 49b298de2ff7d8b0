-- The summaries of usage_daily by account and day. docs/decisions/0012-*.md says why triggers keep them.

-- The rows of today are added to with every batch: with room on their pages they are changed in place, and the key's
-- index is left alone.
ALTER TABLE hopsmeter.account_day_costs SET (fillfactor = 70);
--> statement-breakpoint
ALTER TABLE hopsmeter.account_days SET (fillfactor = 70);
--> statement-breakpoint

-- Keep both summaries the sum of usage_daily to the last digit, whoever writes: what a statement added to the rollup
-- and took from it is summed and added, in the same transaction. docs/decisions/0012-*.md says why triggers.
--
-- Lock: the summaries', alone, until the transaction ends. An upsert runs two of these functions, for the rows that it
-- changed and then for those that it added, so locks of rows in key order would be taken in two rounds, and two writers
-- could wait for each other. It is the last lock that a writer takes beside those of rollup rows that it holds already.
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
      CREATE FUNCTION hopsmeter.keep_account_days_on_%1$s() RETURNS trigger
      LANGUAGE plpgsql SET search_path = '' AS $body$
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
          INSERT INTO hopsmeter.account_days AS days
            (booked_on, account_owner_id, meter, quantity, cost, event_count, row_count)
          SELECT * FROM changes
          ON CONFLICT (booked_on, account_owner_id, meter) DO UPDATE SET
            quantity = days.quantity + excluded.quantity,
            cost = days.cost + excluded.cost,
            event_count = days.event_count + excluded.event_count,
            row_count = days.row_count + excluded.row_count
        )
        INSERT INTO hopsmeter.account_day_costs AS days (booked_on, account_owner_id, cost, row_count)
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
CREATE FUNCTION hopsmeter.empty_account_days() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  TRUNCATE hopsmeter.account_days, hopsmeter.account_day_costs;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER keep_account_days_on_insert AFTER INSERT ON hopsmeter.usage_daily
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION hopsmeter.keep_account_days_on_insert();
--> statement-breakpoint
CREATE TRIGGER keep_account_days_on_update AFTER UPDATE ON hopsmeter.usage_daily
  REFERENCING OLD TABLE AS removed NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION hopsmeter.keep_account_days_on_update();
--> statement-breakpoint
CREATE TRIGGER keep_account_days_on_delete AFTER DELETE ON hopsmeter.usage_daily
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION hopsmeter.keep_account_days_on_delete();
--> statement-breakpoint
CREATE TRIGGER empty_account_days AFTER TRUNCATE ON hopsmeter.usage_daily
  FOR EACH STATEMENT EXECUTE FUNCTION hopsmeter.empty_account_days();
