import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { useApiPages } from '../../api/client.ts';
import { Answer } from '../../parts/answer.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Time } from '../../parts/day.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Money } from '../../parts/money.tsx';
import { MoreButton } from '../../parts/more-button.tsx';
import { ChangeStatus } from './change-status.tsx';
import { describeChange } from './describe-change.ts';
import { type PriceChange, priceChangesSchema, type RateCard } from './price-schemas.ts';

/** Those that are being applied are seen to end. */
const REFETCH_MS = 10_000;

/** Every change of prices, the newest first. */
export function Changes({ cards }: { readonly cards: readonly RateCard[] }) {
  const list = useApiPages('/v1/price-changes', { limit: '50' }, priceChangesSchema, { refetchMs: REFETCH_MS });
  const columns: readonly Column<PriceChange>[] = [
    {
      key: 'what',
      heading: 'What changed',
      isRowHeader: true,
      render: (change) => <Link href={addresses.priceChange(change.id)}>{describeChange(change, cards)}</Link>,
    },
    { key: 'reason', heading: 'Reason', render: ({ reason }) => reason },
    { key: 'when', heading: 'Changed', render: ({ createdAt }) => <Time time={createdAt} /> },
    { key: 'status', heading: 'Status', render: ({ status }) => <ChangeStatus status={status} /> },
    {
      key: 'difference',
      heading: 'Difference',
      align: 'right',
      render: ({ costDifference }) => <Money amount={costDifference} />,
    },
  ];
  return (
    <section className="card" aria-labelledby="changes">
      <div className="card-head">
        <h2 id="changes">Price changes</h2>
        <p className="figure-note">the difference is what recorded usage costs more or less since then</p>
      </div>
      <Answer of={list} label="Loading the price changes">
        {({ pages }) => (
          <DataTable
            caption="Price changes"
            columns={columns}
            rows={pages.flatMap(({ priceChanges }) => priceChanges)}
            rowKey={({ id }) => id}
            empty={<Empty title="No price has been changed yet.">The first rates came with the installation.</Empty>}
          />
        )}
      </Answer>
      <MoreButton of={list} />
    </section>
  );
}
