import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import type { Created } from '../audit/created.ts';
import { inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { readCluster } from '../directory/read-cluster.ts';
import { readUser } from '../directory/read-user.ts';
import { type NamespaceRuleRow, RULE_COLUMNS } from './rule-columns.ts';

/** Rules in force of one cluster: platforms have a dozen namespaces, and each rule is looked at for unknown ones. */
const NAMESPACE_RULES_MAX = 100;

export type NewNamespaceRule = {
  readonly clusterId: string;
  /** A namespace, or the beginning of one followed by `*`. */
  readonly pattern: string;
  /** Whose usage it is; undefined: it is ignored. */
  readonly userId: string | undefined;
  readonly reason: string;
};

/** Rules in force of cluster $1. */
const LIST_IN_FORCE = `
select ${RULE_COLUMNS} from hopsmeter.namespace_rules
where hopsworks_cluster_id = $1::uuid and withdrawn_at is null
`;

/**
 * Adds a rule: $1 cluster, $2 pattern, $3 action, $4 user or NULL, $5 reason, $6 moment, $7 who. Locks: the directory.
 */
const ADD_RULE = `
insert into hopsmeter.namespace_rules
  (hopsworks_cluster_id, pattern, action, user_id, reason, created_at, created_by)
values ($1::uuid, $2, $3, $4, $5, $6::timestamptz, $7)
returning ${RULE_COLUMNS}
`;

/**
 * Adds a rule for namespaces that are no project. What is parked for them follows by itself. Asked again for the same
 * it returns the rule that is there.
 *
 * @throws RequestError UNKNOWN_REFERENCE, RULE_EXISTS for another rule with this pattern, TOO_MANY_RULES.
 */
export function addNamespaceRule(
  pool: Pool,
  change: Change,
  { clusterId, pattern, userId, reason }: NewNamespaceRule,
): Promise<Created<NamespaceRuleRow>> {
  return inAuditedTransaction(pool, change, async (transaction) => {
    const { rowsOf, now, audit } = transaction;
    await readCluster(transaction, clusterId, 'UNKNOWN_REFERENCE');
    if (userId !== undefined) await readUser(transaction, userId, 'UNKNOWN_REFERENCE');
    const inForce = await rowsOf<NamespaceRuleRow>(LIST_IN_FORCE, [clusterId]);
    const known = inForce.find((rule) => rule.pattern === pattern);
    if (known !== undefined && known.userId === (userId ?? null)) return { isCreated: false, value: known };
    if (known !== undefined) throw new RequestError('RULE_EXISTS', `it is ${known.id}, which does something else`);
    if (inForce.length >= NAMESPACE_RULES_MAX)
      throw new RequestError('TOO_MANY_RULES', `a cluster has at most ${NAMESPACE_RULES_MAX} rules`);
    const action = userId === undefined ? 'ignore' : 'book';
    const words = [clusterId, pattern, action, userId ?? null, reason, now, change.actor.id];
    const [value] = await rowsOf<NamespaceRuleRow>(ADD_RULE, words);
    if (value === undefined) throw new Error('the rule was not inserted');
    const after = { clusterId, pattern, action, userId };
    await audit({ action: 'add_namespace_rule', entity: 'namespace_rules', entityId: value.id, after, reason });
    return { isCreated: true, value };
  });
}
