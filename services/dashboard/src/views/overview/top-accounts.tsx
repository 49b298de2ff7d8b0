import { Link } from 'wouter';
import type * as z from 'zod/mini';
import { addresses } from '../../address/addresses.ts';
import type { Account, accountsSchema } from '../../api/schemas.ts';
import { formatChange } from '../../format/money.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Money } from '../../parts/money.tsx';
import { Share } from '../../parts/share.tsx';

export type TopAccountsProps = { readonly month: string; readonly accounts: z.output<typeof accountsSchema> };

/** Who makes most of the month. */
export function TopAccounts({ month, accounts }: TopAccountsProps) {
  const columns: readonly Column<Account>[] = [
    {
      key: 'account',
      heading: 'Account',
      isRowHeader: true,
      render: ({ id, name, email }) => <Link href={addresses.account(id, { month })}>{name ?? email ?? id}</Link>,
    },
    {
      key: 'change',
      heading: 'Same days',
      align: 'right',
      render: ({ totalExact, samePeriod }) => formatChange(totalExact, samePeriod.totalExact) ?? 'new',
    },
    {
      key: 'total',
      heading: 'So far',
      align: 'right',
      render: ({ total, totalExact }) => <Money amount={total} exact={totalExact} />,
    },
    {
      key: 'share',
      heading: 'Share',
      align: 'right',
      render: ({ total }) => <Share part={total} whole={accounts.total} />,
    },
  ];
  return (
    <DataTable
      caption="Largest accounts of the month"
      columns={columns}
      rows={accounts.accounts}
      rowKey={({ id }) => id}
      empty="There are no accounts yet."
    />
  );
}
