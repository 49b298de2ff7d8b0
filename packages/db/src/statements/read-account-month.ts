import { addMonths, formatUsageDay, type UsageMonth } from '@hopsmeter/usage';
import type { Query } from '../connection/query.ts';
import { dayOf } from '../pricing/pricing-columns.ts';

/**
 * Where an account stands with a month.
 *
 * Guarantees: an account is a user without an owner, one who has ever had usage billed to them, or one with a statement
 * (see has-account.ts). Months before the last closed one are closed with it, with a statement of their own or not.
 *
 * Parameters: $1 account owner, $2 first day of the month. Look-ups by key and one range of
 * the unique key of usage_daily, of which one row is enough.
 */
const READ_ACCOUNT_MONTH = `
select
  exists (
    select from hopsmeter.users
    where id = $1 and (
      account_owner_id is null
      or exists (select from hopsmeter.usage_daily where usage_daily.account_owner_id = $1)
      or exists (select from hopsmeter.statements where statements.account_owner_id = $1)
    )
  ) as "isAccount",
  nullif(hopsmeter.open_since($1), '-infinity')::text as "openSince",
  (
    select date_trunc('month', min(booked_on))::date::text from hopsmeter.usage_daily
    where account_owner_id = $1 and booked_on < $2::date and booked_on >= hopsmeter.open_since($1)
  ) as "earlierMonth"
`;

export type AccountMonth = {
  readonly isAccount: boolean;
  /** The first month that is not closed; undefined while nothing is. */
  readonly openSince: UsageMonth | undefined;
  /** The first open month before this one in which something is booked: it has to be closed first. */
  readonly earlierMonth: UsageMonth | undefined;
};

type Row = {
  readonly isAccount: boolean;
  readonly openSince: string | null;
  readonly earlierMonth: string | null;
};

/** Reads with {@link READ_ACCOUNT_MONTH}. */
export async function readAccountMonth(
  { rowsOf }: Query,
  accountOwnerId: string,
  month: UsageMonth,
): Promise<AccountMonth> {
  const [row] = await rowsOf<Row>(READ_ACCOUNT_MONTH, [accountOwnerId, formatUsageDay(month)]);
  if (row === undefined) throw new Error('a select without a table gave no row');
  return {
    isAccount: row.isAccount,
    openSince: row.openSince === null ? undefined : dayOf(row.openSince),
    earlierMonth: row.earlierMonth === null ? undefined : dayOf(row.earlierMonth),
  };
}

/** Whether a month can never be billed any more: it, or a later one, has a statement. */
export function isClosed({ openSince }: AccountMonth, month: UsageMonth): boolean {
  return openSince !== undefined && month < openSince;
}

/** A month as the range of its days: the first one and the day after the last. */
export function rangeOf(month: UsageMonth): [from: string, to: string] {
  return [formatUsageDay(month), formatUsageDay(addMonths(month, 1))];
}
