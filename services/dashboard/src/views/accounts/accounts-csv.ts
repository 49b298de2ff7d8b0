import type { Account } from '../../api/schemas.ts';
import { type CsvCell, formatCsv, safeText } from '../../format/csv.ts';

type Column = { readonly name: string; readonly read: (account: Account, month: string) => CsvCell };

const COLUMNS: readonly Column[] = [
  { name: 'month', read: (_, month) => month },
  { name: 'accountOwnerId', read: ({ id }) => safeText(id) },
  { name: 'name', read: ({ name }) => safeText(name) },
  { name: 'email', read: ({ email }) => safeText(email) },
  { name: 'memberCount', read: ({ memberCount }) => memberCount },
  { name: 'total', read: ({ total }) => total },
  { name: 'totalExact', read: ({ totalExact }) => totalExact },
  { name: 'samePeriodTotal', read: ({ samePeriod }) => samePeriod.total },
  { name: 'previousTotal', read: ({ previous }) => previous.total },
  { name: 'previousTotalExact', read: ({ previous }) => previous.totalExact },
  { name: 'projectedTotal', read: ({ projected }) => projected?.total ?? null },
  { name: 'credits', read: ({ credits }) => credits },
];

/** A list of accounts as CSV. */
export function formatAccountsCsv(month: string, accounts: readonly Account[]): string {
  return formatCsv([
    COLUMNS.map(({ name }) => name),
    ...accounts.map((account) => COLUMNS.map(({ read }) => read(account, month))),
  ]);
}
