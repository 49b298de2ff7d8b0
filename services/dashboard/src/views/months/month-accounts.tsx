import { useQuery } from '../../address/use-query.ts';
import { sumDecimals } from '../../format/decimal.ts';
import { Change } from '../../parts/change.tsx';
import { type Column, DataTable, type Sort } from '../../parts/data-table.tsx';
import { Money } from '../../parts/money.tsx';
import { Segments } from '../../parts/segments.tsx';
import { AccountLink } from './account-link.tsx';
import { AccountState } from './account-state.tsx';
import { isClosable } from './is-closable.ts';
import type { AccountMonth } from './month-schemas.ts';
import { ALL, SHOWN, sortAccounts } from './sort-accounts.ts';

export type MonthAccountsProps = {
  readonly month: string;
  readonly accounts: readonly AccountMonth[];
  readonly chosen: ReadonlySet<string>;
  /** Undefined while nothing can be chosen. */
  readonly onChoose: ((chosen: ReadonlySet<string>) => void) | undefined;
};

/** Every account of a month: where it stands and why, and what it comes to beside the month before. */
export function MonthAccounts({ month, accounts, chosen, onChoose }: MonthAccountsProps) {
  const [query, setQuery] = useQuery();
  const shown = SHOWN.find(({ value }) => value === query.get('state')) ?? ALL;
  const rows = accounts.filter(({ state }) => shown.states.includes(state));
  const sort: Sort = {
    key: query.get('sort')?.replace('-', '') ?? 'total',
    direction: query.get('sort') === null || query.get('sort')?.startsWith('-') ? 'descending' : 'ascending',
  };
  const columns: readonly Column<AccountMonth>[] = [
    ...(onChoose === undefined ? [] : [choiceColumn(rows.filter(isClosable), chosen, onChoose)]),
    {
      key: 'account',
      heading: 'Account',
      isRowHeader: true,
      isSortable: true,
      render: ({ accountOwnerId, accountName }) => <AccountLink id={accountOwnerId} name={accountName} month={month} />,
    },
    { key: 'state', heading: 'State', render: (account) => <AccountState month={month} account={account} /> },
    {
      key: 'total',
      heading: 'Total',
      align: 'right',
      isSortable: true,
      render: ({ total, totalExact }) => <Money amount={total} exact={totalExact} />,
      total: <Money amount={sumDecimals(rows.map(({ total }) => total))} />,
    },
    {
      key: 'previous',
      heading: 'Month before',
      align: 'right',
      isSortable: true,
      render: ({ previous }) => <Money amount={previous.total} exact={previous.totalExact} />,
      total: <Money amount={sumDecimals(rows.map(({ previous }) => previous.total))} />,
    },
    {
      key: 'change',
      heading: 'Change',
      align: 'right',
      isSortable: true,
      render: ({ total, previous }) => <Change now={total} before={previous.total} />,
    },
  ];
  return (
    <section className="card" aria-labelledby="accounts">
      <div className="card-head">
        <div>
          <h2 id="accounts">Accounts</h2>
          <p className="figure-note">
            totals are of statements or, where there is none yet, at list prices; a dry run says what statements would
            say
          </p>
        </div>
        <Segments
          label="Which accounts"
          options={SHOWN}
          value={shown.value}
          onChange={(next) => setQuery({ state: next === 'all' ? '' : next })}
        />
      </div>
      <DataTable
        caption="Accounts"
        columns={columns}
        rows={sortAccounts(rows, sort)}
        rowKey={({ accountOwnerId }) => accountOwnerId}
        sort={sort}
        onSort={({ key, direction }) => setQuery({ sort: `${direction === 'descending' ? '-' : ''}${key}` })}
        empty={accounts.length === 0 ? 'Nothing was booked in this month.' : 'No accounts match.'}
      />
    </section>
  );
}

function choiceColumn(
  closable: readonly AccountMonth[],
  chosen: ReadonlySet<string>,
  onChoose: (chosen: ReadonlySet<string>) => void,
): Column<AccountMonth> {
  const ids = closable.map(({ accountOwnerId }) => accountOwnerId);
  const isAll = ids.length > 0 && ids.every((id) => chosen.has(id));
  return {
    key: 'choice',
    className: 'month-choice',
    heading: (
      <input
        type="checkbox"
        aria-label="All that can be closed"
        checked={isAll}
        disabled={ids.length === 0}
        onChange={() => onChoose(new Set(isAll ? [] : ids))}
      />
    ),
    render: (account) =>
      isClosable(account) ? (
        <input
          type="checkbox"
          aria-label={account.accountName ?? account.accountOwnerId}
          checked={chosen.has(account.accountOwnerId)}
          onChange={() => {
            const next = new Set(chosen);
            if (!next.delete(account.accountOwnerId)) next.add(account.accountOwnerId);
            onChoose(next);
          }}
        />
      ) : null,
  };
}
