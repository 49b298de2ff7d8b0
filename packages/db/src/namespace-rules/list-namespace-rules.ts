import type { Pool } from '../connection/pool.ts';
import { type NamespaceRuleRow, RULE_COLUMNS } from './rule-columns.ts';

/**
 * The rules in force of a cluster or all, with what they did: how many events they ignore, and what the user of a rule
 * is booked with on the cluster outside of any project.
 *
 * An ignored event counts for the rule that ignores its namespace now. Read from an index of ignored events by cluster
 * and namespace. Parameters: $1 cluster or NULL. No locks.
 */
const LIST_RULES = `
with ignored as materialized (
  select hopsworks_cluster_id, namespace, count(*) as event_count
  from hopsmeter.parked_events
  where status = 'ignored' and ($1::uuid is null or hopsworks_cluster_id = $1)
  group by hopsworks_cluster_id, namespace
),
counted as materialized (
  select event_count, (
      select id from hopsmeter.namespace_rules as rules
      where rules.hopsworks_cluster_id = ignored.hopsworks_cluster_id and withdrawn_at is null
        and (pattern = namespace or (right(pattern, 1) = '*' and starts_with(namespace, left(pattern, -1))))
      order by pattern = namespace desc, length(pattern) desc limit 1
    ) as rule_id
  from ignored
)
select ${RULE_COLUMNS}, (
    select coalesce(sum(event_count), 0) from counted where rule_id = rules.id
  )::text as "ignoredCount", (
    select coalesce(sum(cost), 0)::numeric(38, 12) from hopsmeter.usage_daily as daily
    where daily.user_id = rules.user_id and daily.hopsworks_cluster_id = rules.hopsworks_cluster_id
      and daily.project_id is null
      and daily.account_owner_id in (
        select account_owner_id from hopsmeter.account_ownerships as own where own.user_id = rules.user_id
      )
  )::text as "bookedCost"
from hopsmeter.namespace_rules as rules
where withdrawn_at is null and ($1::uuid is null or hopsworks_cluster_id = $1)
order by hopsworks_cluster_id, pattern collate "C"
`;

/** A rule in force with what it did. */
export type ListedNamespaceRule = NamespaceRuleRow & {
  /** Events that it ignores, as a whole number in text. */
  readonly ignoredCount: string;
  /** USD with 12 decimals; 0 where it ignores. */
  readonly bookedCost: string;
};

/** Lists with {@link LIST_RULES}: by cluster and pattern. */
export async function listNamespaceRules(
  pool: Pool,
  clusterId: string | undefined,
): Promise<readonly ListedNamespaceRule[]> {
  return (await pool.query<ListedNamespaceRule>(LIST_RULES, [clusterId ?? null])).rows;
}
