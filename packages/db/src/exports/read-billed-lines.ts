import {
  formatUsageDay,
  parseQuantity,
  type Quantity,
  type StatementLineKind,
  type UsageMonth,
} from '@hopsmeter/usage';
import type { Query } from '../connection/query.ts';
import { dayOf } from '../pricing/pricing-columns.ts';

/** The months of $1 account owner before $2 that have a final statement. */
const READ_INVOICED_MONTHS = `
select month::text from hopsmeter.statements where account_owner_id = $1 and month < $2::date
`;

/** Reads with {@link READ_INVOICED_MONTHS}. */
export async function readInvoicedMonths(
  { rowsOf }: Query,
  accountOwnerId: string,
  before: UsageMonth,
): Promise<ReadonlySet<UsageMonth>> {
  const rows = await rowsOf<{ month: string }>(READ_INVOICED_MONTHS, [accountOwnerId, formatUsageDay(before)]);
  return new Set(rows.map(({ month }) => dayOf(month)));
}

/** The lines of $1 statement. A line is of one kind, usage month, meter and user. */
const READ_LINES = `
select position, kind, usage_month::text as "usageMonth", meter, user_id as "userId",
  amount_exact::text as "amountExact"
from hopsmeter.statement_lines where statement_id = $1::uuid order by position
`;

/** What a charge is part of. */
export type BilledKey = {
  readonly kind: StatementLineKind;
  readonly usageMonth: UsageMonth;
  readonly meter: string;
  readonly userId: string | undefined;
};

export type BilledLine = BilledKey & { readonly position: number; readonly amountExact: Quantity };

type Row = Omit<BilledLine, 'usageMonth' | 'userId' | 'amountExact'> & {
  readonly usageMonth: string;
  readonly userId: string | null;
  readonly amountExact: string;
};

/** Reads with {@link READ_LINES}: some hundreds for an account of a hundred members. */
export async function readBilledLines({ rowsOf }: Query, statementId: string): Promise<readonly BilledLine[]> {
  return (await rowsOf<Row>(READ_LINES, [statementId])).map((row) => ({
    ...row,
    usageMonth: dayOf(row.usageMonth),
    userId: row.userId ?? undefined,
    amountExact: parseQuantity(row.amountExact),
  }));
}

/** Finds the line that a charge is part of. */
export function indexLines(lines: readonly BilledLine[]): (key: BilledKey) => number | undefined {
  if (lines.length === 0) return () => undefined;
  const keyOf = ({ kind, usageMonth, meter, userId }: BilledKey): string =>
    JSON.stringify([kind, usageMonth, meter, userId ?? null]);
  const positions = new Map(lines.map((line) => [keyOf(line), line.position]));
  return (key) => positions.get(keyOf(key));
}
