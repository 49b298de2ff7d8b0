-- By hand: the function of a check must be there before it.
--
-- Whether tiers are as `readTerms` in packages/usage takes them: decimal texts, prices that are not negative, ends that ascend,
-- none for the last tier. NULL stands for terms without tiers.
CREATE FUNCTION are_tiers(tiers jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = '' AS $$
  WITH listed AS (
    SELECT tier, place,
      CASE WHEN tier ->> 'upTo' ~ '^[0-9]{1,26}([.][0-9]{1,12})?$' THEN (tier ->> 'upTo')::numeric END AS up_to
    FROM jsonb_array_elements(CASE jsonb_typeof(tiers) WHEN 'array' THEN tiers END) WITH ORDINALITY AS element (tier, place)
  ),
  judged AS (
    SELECT
      coalesce(tier ->> 'price' ~ '^[0-9]{1,26}([.][0-9]{1,12})?$', false)
      AND CASE WHEN lead(place) OVER (ORDER BY place) IS NULL
        THEN tier ->> 'upTo' IS NULL
        ELSE coalesce(up_to > coalesce(lag(up_to) OVER (ORDER BY place), 0), false)
      END AS is_tier
    FROM listed
  )
  SELECT tiers IS NULL OR coalesce((SELECT bool_and(is_tier) FROM judged), false)
$$;
--> statement-breakpoint
SELECT set_function_rights('are_tiers(jsonb)', is_called => true);
--> statement-breakpoint

ALTER TABLE "stripe_remittances" DROP CONSTRAINT "stripe_remittances_within_usage";--> statement-breakpoint
ALTER TABLE "price_overrides" ADD CONSTRAINT "price_overrides_tiers_valid" CHECK (are_tiers("price_overrides"."tiers"));--> statement-breakpoint
ALTER TABLE "rates" ADD CONSTRAINT "rates_tiers_valid" CHECK (are_tiers("rates"."tiers"));--> statement-breakpoint
ALTER TABLE "statement_lines" ADD CONSTRAINT "statement_lines_amounts_are_numbers" CHECK ('NaN' not in (coalesce("statement_lines"."quantity", 0), "statement_lines"."amount_exact", "statement_lines"."amount"));--> statement-breakpoint
ALTER TABLE "statement_lines" ADD CONSTRAINT "statement_lines_effect_is_of_account" CHECK (("statement_lines"."kind" = 'model_effect') = ("statement_lines"."user_id" is null) and ("statement_lines"."user_id" is not null or "statement_lines"."quantity" is null));--> statement-breakpoint
ALTER TABLE "statements" ADD CONSTRAINT "statements_amounts_are_numbers" CHECK ('NaN' not in ("statements"."total_exact", "statements"."total", "statements"."amount_due", "statements"."credit_usd"));--> statement-breakpoint
ALTER TABLE "stripe_remittances" ADD CONSTRAINT "stripe_remittances_within_usage" CHECK ("stripe_remittances"."cumulative_after" <= "stripe_remittances"."usage_total" * 1000 and "stripe_remittances"."usage_total" <> 'NaN');
--> statement-breakpoint

-- By hand: a statement is final, so its lines come with it, in one transaction.
CREATE FUNCTION refuse_late_lines() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF EXISTS (
    SELECT FROM added JOIN public.statements ON statements.id = added.statement_id
    WHERE statements.xmin <> pg_current_xact_id()::xid
  ) THEN
    RAISE EXCEPTION 'the lines of a statement are never changed' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
SELECT set_function_rights('refuse_late_lines()', is_called => false);
--> statement-breakpoint
CREATE TRIGGER refuse_late_lines AFTER INSERT ON statement_lines
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_lines();
