import { addMonths, type Cents, formatUsageDay, formatUsageMonth, type UsageMonth } from '@hopsmeter/usage';
import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';
import { centsText } from '../statements/cents-text.ts';

/** A statement below zero and the part of it that no grant takes back. */
export type CarriedAmount = {
  readonly statementId: string;
  readonly number: number;
  readonly accountOwnerId: string;
  readonly month: UsageMonth;
  /** Above zero. */
  readonly amount: Cents;
  readonly closedBy: string;
};

/**
 * Adds the grant that a statement below zero leaves, without an end: $1 account owner, $2 amount, $3 first day, $4
 * reason, $5 moment, $6 who, $7 statement. Locks: the directory must be held. Running it twice breaks a unique key.
 */
const CARRY_FORWARD = `
insert into hopsmeter.credit_grants
  (account_owner_id, amount, valid_from, reason, created_at, created_by, carried_from_statement_id)
values ($1, $2::numeric, $3::date, $4, $5::timestamptz, $6, $7::uuid)
returning id
`;

/** Carries an amount forward to the account's next statements. Belongs to the transaction that adds the statement. */
export async function carryForward(transaction: AuditedTransaction, carried: CarriedAmount): Promise<void> {
  const { statementId, number, accountOwnerId, month, closedBy } = carried;
  const amount = centsText(carried.amount);
  const validFrom = formatUsageDay(addMonths(month, 1));
  const reason = `carried forward from statement ${number} of ${formatUsageMonth(month)}`;
  const words = [accountOwnerId, amount, validFrom, reason, transaction.now, closedBy, statementId];
  const [added] = await transaction.rowsOf<{ id: string }>(CARRY_FORWARD, words);
  if (added === undefined) throw new Error('the grant was not inserted');
  await transaction.audit({
    action: 'carry_forward',
    entity: 'credit_grants',
    entityId: added.id,
    after: { accountOwnerId, amount, validFrom, expiresOn: null, statementNumber: number },
    reason,
  });
}
