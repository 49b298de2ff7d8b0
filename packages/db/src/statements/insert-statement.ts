import { formatQuantity, formatUsageDay } from '@hopsmeter/usage';
import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';
import { centsText } from './cents-text.ts';
import type { ComputedStatement } from './compute-statement.ts';
import { toUnitPriceRow } from './unit-prices.ts';

/**
 * Closes an account's month: adds its final statement with its lines, in one statement.
 *
 * Guarantees
 * - The number is the highest one plus one, without gaps over all accounts: the lock of the directory is held from
 *   before it is read until the commit, and a transaction that is taken back takes its numbers back.
 * - One statement for an account and month (a unique key), never changed again (triggers).
 * - The directory's version rises with it (a trigger): a batch that was attributed before is refused with HM001 and
 *   attributed again, so its usage of the month is booked in the next one.
 * - Name, e-mail address and billing address of the owner are copied as they are now.
 *
 * Parameters: $1 account owner, $2 month, $3 exact total, $4 total, $5 prepaid, $6 amount due, $7 credit in USD, $8 who
 * closes, $9 moment, $10 lines as a JSON array, $11 issuer or NULL, $12 imported part. Locks: the directory must be
 * held. Running it twice breaks the unique key.
 */
const INSERT_STATEMENT = `
with closed as (
  insert into hopsmeter.statements
    (number, account_owner_id, month, total_exact, total, prepaid, amount_due, credit_usd, closed_by, closed_at,
     issuer, imported, customer_name, customer_email, billing_address)
  select
    (select coalesce(max(number), 0) + 1 from hopsmeter.statements), $1, $2::date, $3::numeric, $4::numeric,
      $5::numeric, $6::numeric,
    $7::numeric, $8, $9::timestamptz, $11, $12::numeric, name, email, billing_address
  from hopsmeter.users where id = $1
  returning id, number
),
lines as (
  insert into hopsmeter.statement_lines
    (statement_id, position, kind, usage_month, meter, user_id, user_name, quantity, unit_prices, amount_exact,
     amount, original_statement_id)
  select
    closed.id, line.position, line.kind, line.usage_month, line.meter, line.user_id, line.user_name, line.quantity,
    line.unit_prices, line.amount_exact, line.amount, line.original_statement_id
  from closed, jsonb_to_recordset($10::jsonb) as line (
    position integer, kind text, usage_month date, meter text, user_id text, user_name text, quantity numeric,
    unit_prices jsonb, amount_exact numeric, amount numeric, original_statement_id uuid
  )
)
select id, number from closed
`;

/** Inserts with {@link INSERT_STATEMENT}. @returns the statement's id and number. */
export async function insertStatement(
  transaction: AuditedTransaction,
  computed: ComputedStatement,
  { closedBy, issuer }: { readonly closedBy: string; readonly issuer: string | undefined },
): Promise<{ readonly id: string; readonly number: number }> {
  const lines = computed.lines.map((line) => ({
    position: line.position,
    kind: line.kind,
    usage_month: formatUsageDay(line.usageMonth),
    meter: line.meter,
    user_id: line.userId,
    user_name: line.userName,
    // As texts: a JSON number would be a float on the way.
    quantity: line.quantity === undefined ? undefined : formatQuantity(line.quantity),
    unit_prices: line.quantity === undefined ? undefined : line.unitPrices.map(toUnitPriceRow),
    amount_exact: formatQuantity(line.amountExact),
    amount: centsText(line.amount),
    original_statement_id: line.original?.id,
  }));
  const [row] = await transaction.rowsOf<{ id: string; number: number }>(INSERT_STATEMENT, [
    computed.accountOwnerId,
    formatUsageDay(computed.month),
    formatQuantity(computed.totalExact),
    centsText(computed.total),
    centsText(computed.prepaid),
    centsText(computed.amountDue),
    formatQuantity(computed.creditUsd),
    closedBy,
    transaction.now,
    JSON.stringify(lines),
    issuer ?? null,
    centsText(computed.imported),
  ]);
  if (row === undefined) throw new Error('the statement was not inserted');
  return row;
}
