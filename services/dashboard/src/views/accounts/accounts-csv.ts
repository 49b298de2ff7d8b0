import type { Account } from '../../api/schemas.ts';

type Column = { readonly name: string; readonly read: (account: Account, month: string) => string | number | null };

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

/**
 * A list of accounts as CSV (RFC 4180). Names are what people chose: one that a spreadsheet would take for a formula
 * has a `'` before it, as in the api's own files. Amounts are numbers and have none.
 */
export function formatAccountsCsv(month: string, accounts: readonly Account[]): string {
  const lines = [
    COLUMNS.map(({ name }) => name),
    ...accounts.map((account) => COLUMNS.map(({ read }) => read(account, month))),
  ];
  return lines.map((cells) => `${cells.map(quote).join(',')}\r\n`).join('');
}

function safeText(text: string | null): string | null {
  return text !== null && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function quote(cell: string | number | null): string {
  const text = String(cell ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
