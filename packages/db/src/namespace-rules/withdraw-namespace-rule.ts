import { RequestError } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { type NamespaceRuleRow, RULE_COLUMNS } from './rule-columns.ts';

const READ_RULE = `select ${RULE_COLUMNS} from hopsmeter.namespace_rules where id = $1::uuid`;

/** Ends rule $1 at $2, by $3. Locks: the directory. */
const WITHDRAW_RULE = `
update hopsmeter.namespace_rules set withdrawn_at = $2::timestamptz, withdrawn_by = $3
where id = $1::uuid
returning ${RULE_COLUMNS}
`;

/**
 * Withdraws a rule. What it ignored waits again, and follows another rule or a project by itself; what it booked stays
 * booked. Asked again it returns the rule as it is.
 *
 * @throws RequestError NOT_FOUND
 */
export function withdrawNamespaceRule(
  pool: Pool,
  change: Change,
  { id, reason }: { readonly id: string; readonly reason: string },
): Promise<NamespaceRuleRow> {
  return inAuditedTransaction(pool, change, async ({ rowsOf, now, audit }) => {
    const [before] = await rowsOf<NamespaceRuleRow>(READ_RULE, [id]);
    if (before === undefined) throw new RequestError('NOT_FOUND', 'there is no such rule');
    if (before.withdrawnAt !== null) return before;
    const [after] = await rowsOf<NamespaceRuleRow>(WITHDRAW_RULE, [id, now, change.actor.id]);
    if (after === undefined) throw new Error('the rule was not changed');
    await audit({ action: 'withdraw_namespace_rule', entity: 'namespace_rules', entityId: id, before, reason });
    return after;
  });
}
