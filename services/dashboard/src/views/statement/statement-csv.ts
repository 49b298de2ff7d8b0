import { type CsvCell, formatCsv, safeText } from '../../format/csv.ts';
import type { Statement, StatementLine } from './statement-schema.ts';

type Column = { readonly name: string; readonly read: (line: StatementLine, statement: Statement) => CsvCell };

const COLUMNS: readonly Column[] = [
  { name: 'month', read: (_, { month }) => month },
  { name: 'status', read: (_, { status }) => status },
  { name: 'number', read: (_, { number }) => number },
  { name: 'accountOwnerId', read: (_, { accountOwnerId }) => safeText(accountOwnerId) },
  { name: 'position', read: ({ position }) => position },
  { name: 'kind', read: ({ kind }) => kind },
  { name: 'usageMonth', read: ({ usageMonth }) => usageMonth },
  { name: 'meter', read: ({ meter }) => meter },
  { name: 'user', read: ({ user }) => safeText(user) },
  { name: 'userName', read: ({ labels }) => safeText(labels.user ?? null) },
  { name: 'quantity', read: ({ quantity }) => quantity },
  // A month in which the price changed has several.
  { name: 'price', read: ({ unitPrices }) => unitPrices.map(({ price }) => price).join(';') },
  { name: 'priceQuantity', read: ({ unitPrices }) => unitPrices.map(({ priceQuantity }) => priceQuantity).join(';') },
  { name: 'amount', read: ({ amount }) => amount },
  { name: 'amountExact', read: ({ amountExact }) => amountExact },
  { name: 'credits', read: ({ credits }) => credits },
  { name: 'originalMonth', read: ({ original }) => original?.month ?? null },
  { name: 'originalNumber', read: ({ original }) => original?.number ?? null },
];

/** The lines of a statement as CSV: their amounts add up to its total, and so do the exact ones. */
export function formatStatementCsv(statement: Statement): string {
  return formatCsv([
    COLUMNS.map(({ name }) => name),
    ...statement.lines.map((line) => COLUMNS.map(({ read }) => read(line, statement))),
  ]);
}
