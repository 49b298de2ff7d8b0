import { parseDecimal } from '../../format/decimal.ts';
import type { Sort } from '../../parts/data-table.tsx';
import type { AccountMonth } from './month-schemas.ts';

type Shown = {
  readonly value: 'all' | 'ready' | 'refused' | 'closed';
  readonly text: string;
  readonly states: readonly AccountMonth['state'][];
};

/** What of the table is shown. */
export const ALL: Shown = { value: 'all', text: 'All', states: ['closed', 'running', 'refused', 'ready', 'nothing'] };
export const SHOWN: readonly Shown[] = [
  ALL,
  { value: 'ready', text: 'Ready', states: ['ready'] },
  { value: 'refused', text: 'Refused', states: ['refused'] },
  { value: 'closed', text: 'Closed', states: ['closed'] },
];

/** Sorts by a column of the table; equal ones by id, as they come. */
export function sortAccounts(accounts: readonly AccountMonth[], { key, direction }: Sort): readonly AccountMonth[] {
  const sign = direction === 'ascending' ? 1 : -1;
  const compare = key === 'account' ? byName : byAmount(key);
  return [...accounts].sort((a, b) => sign * compare(a, b));
}

function byName(a: AccountMonth, b: AccountMonth): number {
  return (a.accountName ?? a.accountOwnerId).localeCompare(b.accountName ?? b.accountOwnerId);
}

function byAmount(key: string) {
  const amountOf = ({ totalExact, previous }: AccountMonth): bigint => {
    const [now, before] = [parseDecimal(totalExact), parseDecimal(previous.totalExact)];
    if (key === 'previous') return before;
    return key === 'change' ? now - before : now;
  };
  return (a: AccountMonth, b: AccountMonth): number => {
    const difference = amountOf(a) - amountOf(b);
    return difference < 0n ? -1 : Number(difference > 0n);
  };
}
