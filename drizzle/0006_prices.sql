-- Prices. docs/decisions/0007-*.md and 0008-*.md say why they are as they are.

-- One price, one discount and one card at a time, for an account and meter.
ALTER TABLE hopsmeter.price_overrides ADD CONSTRAINT price_overrides_no_overlap
  EXCLUDE USING gist (
    account_owner_id WITH =, kind WITH =, coalesce(meter, '') WITH =, daterange(valid_from, valid_to) WITH &&
  ) WHERE (withdrawn_at IS NULL);
--> statement-breakpoint

-- The list price of a meter for an account on a day; no row when there is none. An account's own price comes first and
-- is not discounted; else it is the rate of the account's card (its own, or the default), less the discount of the
-- meter or, failing that, of all meters. Imported usage has no rate on any card: one price for everybody, a dollar for
-- a dollar that was billed and nothing for the rest. The same rule is `priceOf` in packages/usage; a test holds the two
-- equal.
CREATE FUNCTION hopsmeter.effective_price(account text, metered text, day date)
RETURNS TABLE (rate_id uuid, price_override_id uuid, price numeric, price_quantity numeric)
LANGUAGE sql STABLE SET search_path = '' AS $$
  WITH in_force AS (
    SELECT override.* FROM hopsmeter.price_overrides AS override
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
      (SELECT rate_cards.id FROM hopsmeter.rate_cards WHERE rate_cards.is_default)) AS id
  ),
  rate AS (
    SELECT rates.id, rates.price, rates.price_quantity FROM hopsmeter.rates, card
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
  UNION ALL
  SELECT NULL, NULL, CASE metered WHEN 'imported_usd' THEN 1 ELSE 0 END, 1 WHERE starts_with(metered, 'imported_')
$$;
