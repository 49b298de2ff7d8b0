-- Functions that checks and defaults of the tables call: they have to be there before the tables.

-- Whether tiers are as `readTerms` in packages/usage takes them: decimal texts, prices that are not negative, ends that
-- ascend, none for the last tier. NULL stands for terms without tiers.
CREATE FUNCTION hopsmeter.are_tiers(tiers jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = '' AS $$
  WITH listed AS (
    SELECT tier, place,
      CASE WHEN tier ->> 'upTo' ~ '^[0-9]{1,26}([.][0-9]{1,12})?$' THEN (tier ->> 'upTo')::numeric END AS up_to
    FROM jsonb_array_elements(CASE jsonb_typeof(tiers) WHEN 'array' THEN tiers END)
      WITH ORDINALITY AS element (tier, place)
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

-- A parked event remembers with which directory it was last tried. It is parked by a statement that holds the
-- directory's lock, so the default is the version that it was found uncountable with, and it is not tried again before
-- a change. plpgsql, because the table that it reads is created later.
CREATE FUNCTION hopsmeter.current_directory_version() RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = '' AS $$
BEGIN
  RETURN (SELECT version FROM hopsmeter.directory_versions);
END
$$;
--> statement-breakpoint

-- Whoever may execute this may read totals through views. A view looks at its tables with the rights of its owner, so
-- that others can be given totals and nothing else; each view asks for this right itself, because rights on views are
-- given to everybody by default in many databases, and this one never is.
CREATE FUNCTION hopsmeter.reads_totals() RETURNS boolean LANGUAGE sql IMMUTABLE SET search_path = '' RETURN true;
