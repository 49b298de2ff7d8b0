import type { Sort } from '../../parts/data-table.tsx';

/** What the api can order accounts by. */
const KEYS = ['total', 'name', 'previous', 'projected'] as const;

const STANDARD: Sort = { key: 'total', direction: 'descending' };

/** Reads the api's word for an order, such as `-total`; the largest total first for anything else. */
export function parseSort(text: string | null): Sort {
  const key = KEYS.find((known) => known === text?.replace(/^-/, ''));
  if (text === null || key === undefined) return STANDARD;
  return { key, direction: text.startsWith('-') ? 'descending' : 'ascending' };
}

/** The api's word for an order. */
export function formatSort({ key, direction }: Sort): string {
  return direction === 'descending' ? `-${key}` : key;
}
