-- Prices and statements: what a schema can not say. docs/decisions/0007-*.md and 0008-*.md say why.

-- The wide shape that staff know. The date is the day on which usage is booked, so that months add up to their statements.
-- Storage is the average GB over the day: its GB-hours divided by 24.
CREATE VIEW usage_daily_by_user WITH (security_invoker = true) AS
SELECT
  booked_on AS date,
  user_id,
  account_owner_id,
  coalesce(sum(quantity) FILTER (WHERE meter = 'cpu_hours'), 0) AS cpu_hours,
  coalesce(sum(quantity) FILTER (WHERE meter = 'gpu_hours' OR meter LIKE 'gpu\_hours\_%'), 0) AS gpu_hours,
  coalesce(sum(quantity) FILTER (WHERE meter = 'ram_gb_hours'), 0) AS ram_gb_hours,
  coalesce(sum(quantity) FILTER (WHERE meter = 'online_storage_gb_hours') / 24, 0) AS online_storage_gb,
  coalesce(sum(quantity) FILTER (WHERE meter = 'offline_storage_gb_hours') / 24, 0) AS offline_storage_gb,
  coalesce(sum(quantity) FILTER (WHERE meter = 'network_egress_gb'), 0) AS network_egress_gb,
  round(sum(cost), 2)::numeric(10, 2) AS total_cost
FROM usage_daily
GROUP BY booked_on, user_id, account_owner_id;
--> statement-breakpoint

-- One price, one discount and one card at a time, for an account and meter.
ALTER TABLE price_overrides ADD CONSTRAINT price_overrides_no_overlap
  EXCLUDE USING gist (
    account_owner_id WITH =, kind WITH =, coalesce(meter, '') WITH =, daterange(valid_from, valid_to) WITH &&
  ) WHERE (withdrawn_at IS NULL);
--> statement-breakpoint

-- Prices and closed months are part of the directory: what is recorded by an old copy of them is refused.
CREATE TRIGGER change_directory BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON price_overrides
  FOR EACH STATEMENT EXECUTE FUNCTION change_directory();
--> statement-breakpoint
CREATE TRIGGER change_directory BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON statements
  FOR EACH STATEMENT EXECUTE FUNCTION change_directory();
--> statement-breakpoint

-- A statement is final.
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON statements
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON statement_lines
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint

-- The list price of a meter for an account on a day; no row when there is none. An account's own price comes first and
-- is not discounted; else it is the rate of the account's card (its own, or the default), less the discount of the meter
-- or, failing that, of all meters. The same rule is `priceOf` in packages/usage; a test holds the two equal.
CREATE FUNCTION effective_price(account text, metered text, day date)
RETURNS TABLE (rate_id uuid, price_override_id uuid, price numeric, price_quantity numeric)
LANGUAGE sql STABLE SET search_path = '' AS $$
  WITH in_force AS (
    SELECT override.* FROM public.price_overrides AS override
    WHERE override.account_owner_id = account AND override.withdrawn_at IS NULL
      AND override.valid_from <= day AND (override.valid_to IS NULL OR day < override.valid_to)
  ),
  own AS (
    SELECT in_force.id, in_force.price, in_force.price_quantity FROM in_force
    WHERE in_force.kind = 'price' AND in_force.meter = metered
  ),
  card AS (
    SELECT coalesce(
      (SELECT in_force.rate_card_id FROM in_force WHERE in_force.kind = 'card'),
      (SELECT rate_cards.id FROM public.rate_cards WHERE rate_cards.is_default)) AS id
  ),
  rate AS (
    SELECT rates.id, rates.price, rates.price_quantity FROM public.rates, card
    WHERE rates.rate_card_id = card.id AND rates.meter = metered AND rates.withdrawn_at IS NULL
      AND rates.valid_from <= day
    ORDER BY rates.valid_from DESC
    LIMIT 1
  ),
  discount AS (
    SELECT in_force.id, in_force.discount_percent FROM in_force
    WHERE in_force.kind = 'discount' AND (in_force.meter = metered OR in_force.meter IS NULL)
    ORDER BY in_force.meter NULLS LAST
    LIMIT 1
  )
  SELECT
    CASE WHEN own.id IS NULL THEN rate.id END,
    coalesce(own.id, discount.id),
    coalesce(own.price, round(rate.price * (100 - coalesce(discount.discount_percent, 0)) * 0.01, 12)),
    coalesce(own.price_quantity, rate.price_quantity)
  FROM (VALUES (true)) AS always
  LEFT JOIN own ON true
  LEFT JOIN rate ON true
  LEFT JOIN discount ON own.id IS NULL
  WHERE own.id IS NOT NULL OR rate.id IS NOT NULL
$$;
--> statement-breakpoint

-- The first day of the month in which usage of an account is booked at the earliest: the month after its last closed one.
-- -infinity while nothing is closed.
CREATE FUNCTION open_since(account text) RETURNS date LANGUAGE sql STABLE SET search_path = '' AS $$
  SELECT coalesce(
    (SELECT (max(statements.month) + interval '1 month')::date FROM public.statements
     WHERE statements.account_owner_id = account),
    '-infinity'::date)
$$;
