import { parseQuantity, type StatementLineKind, type UsageMonth } from '@hopsmeter/usage';
import { inSnapshot } from '../connection/in-snapshot.ts';
import type { Pool } from '../connection/pool.ts';
import type { Query } from '../connection/query.ts';
import { dayOf } from '../pricing/pricing-columns.ts';
import { centsOf } from './cents-text.ts';
import { addCredits, computeStatement, type LineOfStatement, readPricing } from './compute-statement.ts';
import { isClosed, readAccountMonth } from './read-account-month.ts';
import { readCustomer, readFinalParties, type StatementParties } from './read-parties.ts';
import { type FinalFacts, readSummary, type StatementSummary } from './read-summary.ts';
import { toUnitPrices, type UnitPriceRow } from './unit-prices.ts';

/** A statement with its lines. `final` is undefined for a draft. */
export type Statement = StatementSummary & StatementParties & { readonly lines: readonly LineOfStatement[] };

/**
 * The lines of a final statement in their order. Nothing else is read, so the answer is the same for ever: also a user
 * who is called otherwise by now has the name of then. Parameters: $1 statement id. One look-up by key.
 */
const READ_LINES = `
select
  line.position, line.kind, line.usage_month::text as "usageMonth", line.meter, line.user_id as "userId",
  line.user_name as "userName", line.quantity::text, line.unit_prices as "unitPrices",
  line.amount_exact::text as "amountExact", line.amount::text,
  original.id as "originalId", original.number as "originalNumber"
from hopsmeter.statement_lines as line
  left join hopsmeter.statements as original on original.id = line.original_statement_id
where line.statement_id = $1::uuid
order by line.position
`;

type LineRow = {
  readonly position: number;
  readonly kind: StatementLineKind;
  readonly usageMonth: string;
  readonly meter: string;
  readonly userId: string | null;
  readonly userName: string | null;
  readonly quantity: string | null;
  readonly unitPrices: readonly UnitPriceRow[] | null;
  readonly amountExact: string;
  readonly amount: string;
  readonly originalId: string | null;
  readonly originalNumber: number | null;
};

/**
 * An account's statement of a month: the final one as it was closed, or while the month is open the draft as of now.
 * One snapshot, so a month that is being closed is either.
 *
 * @param issuer who issues what is a draft now; not given when none is set.
 * @returns undefined when the id is no account, or when the month was closed by a later one without a statement of its
 * own.
 */
export function readStatement(
  pool: Pool,
  accountOwnerId: string,
  month: UsageMonth,
  issuer?: string,
): Promise<Statement | undefined> {
  return inSnapshot(pool, async (snapshot) => {
    const summary = await readSummary(snapshot, accountOwnerId, month);
    if (summary !== undefined) {
      const parties = await readFinalParties(snapshot, summary.final.id);
      return { ...summary, ...parties, lines: await readLines(snapshot, summary) };
    }
    const accountMonth = await readAccountMonth(snapshot, accountOwnerId, month);
    if (!accountMonth.isAccount || isClosed(accountMonth, month)) return undefined;
    const prices = await readPricing(snapshot);
    const {
      draws: _,
      carried: __,
      ...draft
    } = await computeStatement(snapshot, prices, { accountOwnerId, month }, accountMonth);
    return { ...draft, issuer, customer: await readCustomer(snapshot, accountOwnerId), final: undefined };
  });
}

async function readLines(
  { rowsOf }: Query,
  { final, creditUsd }: StatementSummary & { readonly final: FinalFacts },
): Promise<LineOfStatement[]> {
  const rows = await rowsOf<LineRow>(READ_LINES, [final.id]);
  const lines = rows.map((row) => ({
    position: row.position,
    kind: row.kind,
    usageMonth: dayOf(row.usageMonth),
    meter: row.meter,
    userId: row.userId ?? undefined,
    userName: row.userName ?? undefined,
    quantity: row.quantity === null ? undefined : parseQuantity(row.quantity),
    unitPrices: toUnitPrices(row.unitPrices),
    amountExact: parseQuantity(row.amountExact),
    amount: centsOf(row.amount),
    original:
      row.originalId === null || row.originalNumber === null
        ? undefined
        : { id: row.originalId, number: row.originalNumber },
  }));
  return addCredits(lines, creditUsd);
}
