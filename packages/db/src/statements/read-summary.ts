import {
  type Cents,
  type Credits,
  formatUsageDay,
  parseQuantity,
  type Quantity,
  roundToCredits,
  type UsageMonth,
} from '@hopsmeter/usage';
import type { Query } from '../connection/query.ts';
import { dayOf } from '../pricing/pricing-columns.ts';
import { instantText } from '../sql/instant.ts';
import { centsOf } from './cents-text.ts';

/** A statement without its lines. */
export type StatementSummary = {
  readonly accountOwnerId: string;
  readonly month: UsageMonth;
  readonly totalExact: Quantity;
  readonly total: Cents;
  /** What of it is imported usage, which another system has billed. */
  readonly imported: Cents;
  readonly prepaid: Cents;
  readonly amountDue: Cents;
  readonly creditUsd: Quantity;
  readonly credits: Credits;
  /** Undefined for a draft. */
  readonly final: FinalFacts | undefined;
};

/** What a statement has once it is final. `closedAt` is RFC 3339 with microseconds. */
export type FinalFacts = { readonly id: string; readonly number: number; readonly closedAt: string };

/** Columns of `statements` for {@link toSummary}; decimals as text. */
export const SUMMARY_COLUMNS = `
  id, number, account_owner_id as "accountOwnerId", month::text, total_exact::text as "totalExact", total::text,
  imported::text,
  prepaid::text, amount_due::text as "amountDue", credit_usd::text as "creditUsd",
  ${instantText('closed_at')} as "closedAt"
`;

/** What {@link SUMMARY_COLUMNS} gives. */
export type SummaryRow = {
  readonly id: string;
  readonly number: number;
  readonly accountOwnerId: string;
  readonly month: string;
  readonly totalExact: string;
  readonly total: string;
  readonly imported: string;
  readonly prepaid: string;
  readonly amountDue: string;
  readonly creditUsd: string;
  readonly closedAt: string;
};

export function toSummary(row: SummaryRow): StatementSummary & { readonly final: FinalFacts } {
  const totalExact = parseQuantity(row.totalExact);
  const creditUsd = parseQuantity(row.creditUsd);
  return {
    accountOwnerId: row.accountOwnerId,
    month: dayOf(row.month),
    totalExact,
    total: centsOf(row.total),
    imported: centsOf(row.imported),
    prepaid: centsOf(row.prepaid),
    amountDue: centsOf(row.amountDue),
    creditUsd,
    credits: roundToCredits(totalExact, creditUsd),
    final: { id: row.id, number: row.number, closedAt: row.closedAt },
  };
}

/** The final statement of $1 account owner and $2 month, if there is one. */
const READ_SUMMARY = `
select ${SUMMARY_COLUMNS} from hopsmeter.statements where account_owner_id = $1 and month = $2::date
`;

/** Reads with {@link READ_SUMMARY}; undefined while the month has no statement. */
export async function readSummary(
  { rowsOf }: Query,
  accountOwnerId: string,
  month: UsageMonth,
): Promise<(StatementSummary & { readonly final: FinalFacts }) | undefined> {
  const [row] = await rowsOf<SummaryRow>(READ_SUMMARY, [accountOwnerId, formatUsageDay(month)]);
  return row === undefined ? undefined : toSummary(row);
}
