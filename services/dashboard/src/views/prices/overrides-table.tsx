import { useState } from 'react';
import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { today } from '../../format/date.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Day } from '../../parts/day.tsx';
import { Empty } from '../../parts/empty.tsx';
import { describeContent } from './describe-change.ts';
import type { Override, RateCard } from './price-schemas.ts';
import { StateBadge } from './state-badge.tsx';
import { lastDayOf, stateOf } from './validity.ts';
import { EndOverride, WithdrawOverride } from './withdraw-price.tsx';

export type OverridesTableProps = {
  readonly overrides: readonly Override[];
  readonly cards: readonly RateCard[];
  readonly isAdmin: boolean;
};

/** Own prices, discounts and cards with their days. */
export function OverridesTable({ overrides, cards, isAdmin }: OverridesTableProps) {
  const [changing, setChanging] = useState<{ readonly how: 'end' | 'withdraw'; readonly override: Override }>();
  const day = today();
  const textOf = (override: Override): string => describeContent(override, cards);
  const labelOf = (what: string, override: Override): string =>
    `${what}: ${textOf(override)}, ${override.accountName ?? override.accountOwnerId}`;
  const columns: readonly Column<Override>[] = [
    {
      key: 'account',
      heading: 'Account',
      isRowHeader: true,
      render: ({ accountOwnerId, accountName }) => (
        <Link href={addresses.prices({ account: accountOwnerId })}>{accountName ?? accountOwnerId}</Link>
      ),
    },
    { key: 'what', heading: 'Terms', render: textOf },
    { key: 'first', heading: 'First day', render: ({ validFrom }) => <Day day={validFrom} /> },
    {
      key: 'last',
      heading: 'Last day',
      render: ({ validTo }) => (validTo === null ? '–' : <Day day={lastDayOf(validTo)} />),
    },
    { key: 'state', heading: 'In force', render: (override) => <StateBadge state={stateOf(override, day)} /> },
    ...(isAdmin
      ? [
          {
            key: 'actions',
            heading: <span className="visually-hidden">Actions</span>,
            align: 'right' as const,
            render: (override: Override) => (
              <span className="row-actions">
                <button
                  type="button"
                  className="button button-quiet"
                  aria-label={labelOf('End', override)}
                  onClick={() => setChanging({ how: 'end', override })}
                >
                  End
                </button>
                <button
                  type="button"
                  className="button button-quiet button-danger"
                  aria-label={labelOf('Withdraw', override)}
                  onClick={() => setChanging({ how: 'withdraw', override })}
                >
                  Withdraw
                </button>
              </span>
            ),
          },
        ]
      : []),
  ];
  const Change = changing?.how === 'end' ? EndOverride : WithdrawOverride;
  return (
    <>
      <DataTable
        caption="Prices and discounts of accounts"
        columns={columns}
        rows={overrides}
        rowKey={({ id }) => id}
        empty={
          <Empty title="The prices of the rate card count.">
            {isAdmin ? 'Give an account a discount, a price of its own or another card with "Change a price".' : null}
          </Empty>
        }
      />
      {changing === undefined ? null : (
        <Change
          overrideId={changing.override.id}
          text={`${textOf(changing.override)}: ${changing.override.accountName ?? changing.override.accountOwnerId}`}
          onClose={() => setChanging(undefined)}
        />
      )}
    </>
  );
}
