import type { Pool } from '../connection/pool.ts';
import { type Query, queryOf } from '../connection/query.ts';
import { dayText } from '../sql/day.ts';
import { instantText } from '../sql/instant.ts';

/** A price change and how far it is. Days as text, times RFC 3339, `costDifference` with 12 decimals. */
export type PriceChangeRow = {
  readonly id: string;
  /** What was asked for. */
  readonly change: Readonly<Record<string, unknown>>;
  readonly reason: string;
  readonly accountOwnerId: string | null;
  /** What people call that account; null where nobody knows it. */
  readonly accountName: string | null;
  readonly meter: string | null;
  readonly firstDay: string;
  readonly endDay: string | null;
  readonly status: 'applying' | 'applied';
  /** The usage day that is re-rated next; null once it is applied. */
  readonly nextDay: string | null;
  /** Rollup rows that were changed so far, and by how much their cost. */
  readonly changedRows: number;
  readonly costDifference: string;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly appliedAt: string | null;
  /** The rate or override that it made, while that is not withdrawn. */
  readonly rateId: string | null;
  readonly overrideId: string | null;
};

/** `changed_rows` is a JSON number: it stays below 2⁵³ as long as the rollup does. */
const COLUMNS = `
  id, change, reason, account_owner_id as "accountOwnerId",
  (select coalesce(name, email) from hopsmeter.users where users.id = price_changes.account_owner_id) as "accountName",
  meter, ${dayText('first_day')} as "firstDay",
  ${dayText('end_day')} as "endDay", status,
  case status when 'applying' then ${dayText('next_day')} end as "nextDay",
  changed_rows::text as "changedRows", cost_difference::text as "costDifference",
  ${instantText('created_at')} as "createdAt", created_by as "createdBy", ${instantText('applied_at')} as "appliedAt",
  (select rates.id from hopsmeter.rates
    where price_change_id = price_changes.id and withdrawn_at is null) as "rateId",
  (select price_overrides.id from hopsmeter.price_overrides
    where price_change_id = price_changes.id and withdrawn_at is null) as "overrideId"
`;

/**
 * A page of price changes, the newest first. Parameters: $1 status or NULL, $2 and $3 time and id of the last one seen
 * or NULL, $4 number of rows.
 */
const LIST_PRICE_CHANGES = `
select ${COLUMNS} from hopsmeter.price_changes
where ($1::text is null or status = $1)
  and ($2::timestamptz is null or (created_at, id) < ($2, $3::uuid))
order by created_at desc, id desc
limit $4::integer
`;

/** One price change, $1. */
const READ_PRICE_CHANGE = `select ${COLUMNS} from hopsmeter.price_changes where id = $1::uuid`;

export const PRICE_CHANGE_STATUSES = ['applying', 'applied'] as const;

export type PriceChangesQuery = {
  readonly status: (typeof PRICE_CHANGE_STATUSES)[number] | undefined;
  /** The last one of the page before. */
  readonly after: { readonly createdAt: string; readonly id: string } | undefined;
  readonly limit: number;
};

/** Lists with {@link LIST_PRICE_CHANGES}. */
export async function listPriceChanges(pool: Pool, query: PriceChangesQuery): Promise<readonly PriceChangeRow[]> {
  const { status, after, limit } = query;
  const parameters = [status ?? null, after?.createdAt ?? null, after?.id ?? null, limit];
  return (await pool.query<StoredRow>(LIST_PRICE_CHANGES, parameters)).rows.map(toRow);
}

/** Reads a price change by id, with a pool or within a transaction; undefined when there is none. */
export async function readPriceChange({ rowsOf }: Query, id: string): Promise<PriceChangeRow | undefined> {
  const [row] = await rowsOf<StoredRow>(READ_PRICE_CHANGE, [id]);
  return row === undefined ? undefined : toRow(row);
}

/** {@link readPriceChange} for those who have a pool. */
export function findPriceChange(pool: Pool, id: string): Promise<PriceChangeRow | undefined> {
  return readPriceChange(queryOf(pool), id);
}

type StoredRow = Omit<PriceChangeRow, 'changedRows'> & { readonly changedRows: string };

function toRow(row: StoredRow): PriceChangeRow {
  return { ...row, changedRows: Number(row.changedRows) };
}
