import { Link } from 'wouter';
import type * as z from 'zod/mini';
import { addresses } from '../../address/addresses.ts';
import type { Account, accountsSchema } from '../../api/schemas.ts';
import { formatCount } from '../../format/quantity.ts';
import { Change } from '../../parts/change.tsx';
import { type Column, DataTable, type Sort } from '../../parts/data-table.tsx';
import { Money } from '../../parts/money.tsx';
import { Quantity } from '../../parts/quantity.tsx';

export type AccountsTableProps = {
  readonly month: string;
  readonly search: string;
  readonly pages: readonly z.output<typeof accountsSchema>[];
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
};

/** The accounts with their month beside the one before. */
export function AccountsTable({ month, search, pages, sort, onSort }: AccountsTableProps) {
  const [first] = pages;
  const accounts = pages.flatMap((page) => page.accounts);
  const columns: readonly Column<Account>[] = [
    {
      key: 'name',
      heading: 'Account',
      isRowHeader: true,
      isSortable: true,
      render: ({ id, name, email }) => (
        <>
          <Link href={addresses.account(id, { month })}>{name ?? email ?? id}</Link>
          <span className="accounts-id quiet">{name === null ? (email === null ? '' : id) : (email ?? id)}</span>
        </>
      ),
    },
    {
      key: 'members',
      heading: 'Members',
      align: 'right',
      render: ({ memberCount }) => formatCount(memberCount),
    },
    {
      key: 'total',
      heading: 'Month',
      align: 'right',
      isSortable: true,
      render: ({ total, totalExact }) => <Money amount={total} exact={totalExact} />,
      total: first === undefined ? undefined : <Money amount={first.total} />,
    },
    {
      key: 'credits',
      heading: 'Credits',
      align: 'right',
      render: ({ credits }) => <Quantity quantity={credits} isAligned />,
      total: first === undefined ? undefined : <Quantity quantity={first.credits} isAligned />,
    },
    {
      key: 'change',
      heading: 'Same days before',
      align: 'right',
      render: ({ totalExact, samePeriod }) => <Change now={totalExact} before={samePeriod.totalExact} />,
      total: first === undefined ? undefined : <Change now={first.total} before={first.samePeriod.total} />,
    },
    {
      key: 'previous',
      heading: 'Month before',
      align: 'right',
      isSortable: true,
      render: ({ previous }) => <Money amount={previous.total} exact={previous.totalExact} />,
      total: first === undefined ? undefined : <Money amount={first.previous.total} />,
    },
    {
      key: 'projected',
      heading: 'Projected',
      align: 'right',
      isSortable: true,
      render: ({ projected }) => <Projected projected={projected} />,
      total: first === undefined ? undefined : <Projected projected={first.projected} />,
    },
  ];
  return (
    <DataTable
      caption="Accounts"
      columns={columns}
      rows={accounts}
      rowKey={({ id }) => id}
      sort={sort}
      onSort={onSort}
      empty={search === '' ? 'There are no accounts yet.' : `No account matches “${search}”.`}
    />
  );
}

function Projected({ projected }: Pick<Account, 'projected'>) {
  return projected === null ? '–' : <Money amount={projected.total} />;
}
