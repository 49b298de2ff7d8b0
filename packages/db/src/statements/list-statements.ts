import { formatUsageDay, type UsageMonth } from '@hopsmeter/usage';
import { inSnapshot } from '../connection/in-snapshot.ts';
import type { Pool } from '../connection/pool.ts';
import type { Query } from '../connection/query.ts';
import { dayOf } from '../pricing/pricing-columns.ts';
import { computeStatement, readPricing } from './compute-statement.ts';
import { readAccountMonth } from './read-account-month.ts';
import { type StatementSummary, SUMMARY_COLUMNS, type SummaryRow, toSummary } from './read-summary.ts';

export type StatementsQuery = {
  readonly accountOwnerId: string;
  /** Only months before this one; undefined from the newest on. */
  readonly before: UsageMonth | undefined;
  readonly limit: number;
};

export type StatementsPage = {
  /**
   * The next month to be closed as it would be billed now; undefined when there is none, and when `before` is given.
   */
  readonly draft: StatementSummary | undefined;
  /** Final statements, newest first, at most `limit`. */
  readonly statements: readonly StatementSummary[];
};

/**
 * Final statements of $1 account owner before $2 month or NULL, newest first, at most $3. One range of a unique key.
 */
const LIST_STATEMENTS = `
select ${SUMMARY_COLUMNS} from hopsmeter.statements
where account_owner_id = $1 and ($2::date is null or month < $2::date)
order by month desc
limit $3::integer
`;

/**
 * The month of $1 account owner that is closed next: the first open one in which something is booked, else the one
 * after the last closed. NULL when there is neither.
 */
const READ_NEXT_MONTH = `
select
  coalesce(
    (
      select date_trunc('month', min(booked_on))::date from hopsmeter.usage_daily
      where account_owner_id = $1 and booked_on >= hopsmeter.open_since($1)
    ),
    nullif(hopsmeter.open_since($1), '-infinity')
  )::text as month
`;

/**
 * Lists an account's statements with {@link LIST_STATEMENTS}, with a draft of the month that is closed next. One
 * snapshot.
 *
 * @returns undefined when the id is no account.
 */
export function listStatements(pool: Pool, query: StatementsQuery): Promise<StatementsPage | undefined> {
  const { accountOwnerId, before, limit } = query;
  return inSnapshot(pool, async (snapshot) => {
    const next = await readNextMonth(snapshot, accountOwnerId);
    const accountMonth = await readAccountMonth(snapshot, accountOwnerId, next ?? 0);
    if (!accountMonth.isAccount) return undefined;
    const rows = await snapshot.rowsOf<SummaryRow>(LIST_STATEMENTS, [
      accountOwnerId,
      before === undefined ? null : formatUsageDay(before),
      limit,
    ]);
    const statements = rows.map(toSummary);
    if (next === undefined || before !== undefined) return { draft: undefined, statements };
    const prices = await readPricing(snapshot);
    const account = { accountOwnerId, month: next };
    const {
      lines: _,
      draws: __,
      carried: ___,
      ...draft
    } = await computeStatement(snapshot, prices, account, accountMonth);
    return { draft: { ...draft, final: undefined }, statements };
  });
}

async function readNextMonth({ rowsOf }: Query, accountOwnerId: string): Promise<UsageMonth | undefined> {
  const [row] = await rowsOf<{ month: string | null }>(READ_NEXT_MONTH, [accountOwnerId]);
  return row?.month == null ? undefined : dayOf(row.month);
}
