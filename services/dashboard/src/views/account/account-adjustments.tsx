import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { useApiPages } from '../../api/client.ts';
import { type UsageDailyRow, usageDailySchema } from '../../api/schemas.ts';
import { addDays } from '../../format/date.ts';
import { meterName } from '../../format/quantity.ts';
import { Answer } from '../../parts/answer.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Day } from '../../parts/day.tsx';
import { Money } from '../../parts/money.tsx';
import { Quantity } from '../../parts/quantity.tsx';

/** Adjustments are booked on the first day of a month, beside that day's own usage. */
const PAGE_ROWS = '1000';

const COLUMNS: readonly Column<UsageDailyRow>[] = [
  {
    key: 'day',
    heading: 'Used on',
    isRowHeader: true,
    render: (row) => (
      <Link href={eventsOf(row)}>
        <Day day={row.usageDate} />
      </Link>
    ),
  },
  { key: 'user', heading: 'Member', render: ({ labels, userId }) => labels.user ?? userId },
  { key: 'project', heading: 'Project', render: ({ labels, projectId }) => labels.project ?? projectId ?? '–' },
  { key: 'meter', heading: 'Meter', render: ({ meter }) => meterName(meter) },
  {
    key: 'quantity',
    heading: 'Quantity',
    align: 'right',
    render: ({ quantity, meter }) => <Quantity quantity={quantity} meter={meter} hasUnit isAligned />,
  },
  {
    key: 'price',
    heading: 'Due to a price change',
    align: 'right',
    render: ({ priceAdjustment }) => <Money amount={priceAdjustment} />,
  },
  { key: 'cost', heading: 'Cost', align: 'right', render: ({ costExact }) => <Money amount={costExact} /> },
];

/** Usage of closed months that came, or was corrected, later: it is billed in this month. */
export function AccountAdjustments({ id, month }: { readonly id: string; readonly month: string }) {
  const first = `${month}-01`;
  const rows = useApiPages(
    '/v1/usage-daily',
    { account: id, from: first, to: addDays(first, 1), limit: PAGE_ROWS },
    usageDailySchema,
  );
  return (
    <section className="card" aria-labelledby="account-adjustments">
      <div className="card-head">
        <h2 id="account-adjustments">Adjustments for earlier months</h2>
        <p className="figure-note">late usage, corrections and price changes for closed months</p>
      </div>
      <Answer of={rows} label="Loading the adjustments" lines={2}>
        {({ pages }) => (
          <DataTable
            caption="Adjustments for earlier months"
            columns={COLUMNS}
            rows={pages.flatMap((page) => page.rows).filter(({ usageDate, bookedOn }) => usageDate !== bookedOn)}
            rowKey={({ usageDate, userId, clusterId, projectId, meter }) =>
              [usageDate, userId, clusterId, projectId, meter].join(' ')
            }
            empty="None: nothing from earlier months is billed in this one."
          />
        )}
      </Answer>
      {rows.hasNextPage ? (
        <button
          type="button"
          className="button"
          disabled={rows.isFetchingNextPage}
          onClick={() => void rows.fetchNextPage()}
        >
          Look for more
        </button>
      ) : null}
    </section>
  );
}

function eventsOf({ accountOwnerId, usageDate, bookedOn, userId, clusterId, projectId, meter }: UsageDailyRow): string {
  return addresses.events({
    account: accountOwnerId,
    from: usageDate,
    to: addDays(usageDate, 1),
    bookedOn,
    user: userId,
    cluster: clusterId,
    project: projectId ?? 'none',
    meter,
  });
}
