import { instantText } from '../sql/instant.ts';

/** What is done with usage of a namespace that no project has. */
export const RULE_ACTIONS = ['ignore', 'book'] as const;
export type RuleAction = (typeof RULE_ACTIONS)[number];

/** A rule for namespaces of a cluster. Times are RFC 3339 in UTC. */
export type NamespaceRuleRow = {
  readonly id: string;
  readonly clusterId: string;
  readonly pattern: string;
  readonly action: RuleAction;
  /** Whose usage it is; null where it is ignored. */
  readonly userId: string | null;
  readonly reason: string;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly withdrawnAt: string | null;
  readonly withdrawnBy: string | null;
};

export const RULE_COLUMNS = `
  id, hopsworks_cluster_id as "clusterId", pattern, action, user_id as "userId", reason,
  ${instantText('created_at')} as "createdAt", created_by as "createdBy",
  ${instantText('withdrawn_at')} as "withdrawnAt", withdrawn_by as "withdrawnBy"`;
