import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { useQuery } from '../../address/use-query.ts';
import { useApi } from '../../api/client.ts';
import { type TotalsGroup, totalsSchema } from '../../api/schemas.ts';
import { daysOfMonth } from '../../format/date.ts';
import { formatShare, meterName } from '../../format/quantity.ts';
import { Answer } from '../../parts/answer.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Money } from '../../parts/money.tsx';
import { Quantity } from '../../parts/quantity.tsx';
import { Segments } from '../../parts/segments.tsx';
import { Share as ShareBar } from '../../parts/share.tsx';
import { breakdownSchema } from './account-schemas.ts';
import { divide, metersOf, type Share, sortShares, WAYS, type Way } from './divide.ts';

export type AccountBreakdownProps = { readonly id: string; readonly month: string };

/** The month divided by member, project, cluster or meter: the parts add up to the total to the cent. */
export function AccountBreakdown({ id, month }: AccountBreakdownProps) {
  const [query, setQuery] = useQuery();
  const way = WAYS.find(({ value }) => value === query.get('by'))?.value ?? 'user';
  return (
    <section className="card" aria-labelledby="account-breakdown">
      <div className="card-head">
        <h2 id="account-breakdown">Who and what</h2>
        <Segments
          label="Divided by"
          options={WAYS}
          value={way}
          onChange={(next) => setQuery({ by: next === 'user' ? '' : next, sort: '' })}
        />
      </div>
      {/* A new key: parts of one kind must not stand under the heading of another while they are loaded. */}
      <Parts key={way} id={id} month={month} way={way} />
    </section>
  );
}

type PartsProps = AccountBreakdownProps & { readonly way: Way };

function Parts({ id, month, way }: PartsProps) {
  const path = `/v1/accounts/${encodeURIComponent(id)}`;
  const range = daysOfMonth(month);
  const isDivided = way !== 'meter';
  const table = useApi(`${path}/breakdown`, { ...range, by: way }, breakdownSchema, { enabled: isDivided });
  const meters = useApi(`${path}/totals`, { ...range, groupBy: 'meter' }, totalsSchema, { enabled: !isDivided });
  const props = { id, month, way };
  return isDivided ? (
    <Answer of={table} label="Loading the breakdown" lines={6}>
      {({ total, parts, cells, meters: sums }) => (
        <PartsTable {...props} total={total} shares={divide(way, parts, cells)} sums={sums} />
      )}
    </Answer>
  ) : (
    <Answer of={meters} label="Loading the breakdown" lines={6}>
      {({ total, groups }) => <PartsTable {...props} total={total} shares={divide(way, groups, [])} sums={[]} />}
    </Answer>
  );
}

type PartsTableProps = PartsProps & {
  readonly total: string;
  readonly shares: readonly Share[];
  /** What the month has of each meter. */
  readonly sums: readonly TotalsGroup[];
};

function PartsTable({ id, month, way, total, shares, sums }: PartsTableProps) {
  const [query, setQuery] = useQuery();
  const asked = query.get('sort') ?? '-cost';
  const key = asked.replace(/^-/, '');
  const direction = asked.startsWith('-') ? 'descending' : 'ascending';
  const one = WAYS.find(({ value }) => value === way)?.one ?? '';
  const events = (part: Share, meter?: string): string =>
    addresses.events({ account: id, ...daysOfMonth(month), ...(meter === undefined ? {} : { meter }), [way]: part.id });
  const columns: readonly Column<Share>[] = [
    {
      key: 'name',
      heading: one,
      isRowHeader: true,
      className: 'account-part',
      isSortable: true,
      render: (part) => (
        <>
          <Link href={events(part)} title={part.id}>
            {part.name}
          </Link>
          {part.origin === undefined ? null : <span className="account-origin">{part.origin}</span>}
        </>
      ),
    },
    ...(way === 'meter' ? [QUANTITY] : []),
    ...metersOf(shares).map(
      (meter): Column<Share> => ({
        key: meter,
        heading: meterName(meter),
        align: 'right',
        isSortable: true,
        className: 'account-cell',
        render: (part) => {
          const cost = part.meters.get(meter);
          return cost === undefined ? (
            <span className="quiet">–</span>
          ) : (
            <Link href={events(part, meter)}>
              <Money amount={cost} />
              <span className="visually-hidden">
                , {meterName(meter)} of {part.name}
              </span>
            </Link>
          );
        },
        total: <MeterSum of={sums.find(({ key }) => key.meter === meter)} />,
      }),
    ),
    {
      key: 'cost',
      heading: 'Cost',
      align: 'right',
      isSortable: true,
      render: ({ cost, costExact }) => <Money amount={cost} exact={costExact} />,
      total: <Money amount={total} />,
    },
    {
      key: 'share',
      heading: 'Share',
      align: 'right',
      // Beside the meters there is no room for a bar.
      render: ({ costExact }) =>
        way === 'meter' ? <ShareBar part={costExact} whole={total} /> : (formatShare(costExact, total) ?? '–'),
    },
  ];
  return (
    <DataTable
      caption={`Cost by ${one.toLowerCase()}`}
      columns={columns}
      rows={sortShares(shares, key, direction)}
      rowKey={(part) => part.id}
      sort={{ key, direction }}
      onSort={(next) =>
        setQuery({ sort: `${next.direction === 'descending' ? '-' : ''}${next.key}` }, { replace: true })
      }
      empty="No usage in this month."
    />
  );
}

const QUANTITY: Column<Share> = {
  key: 'quantity',
  heading: 'Quantity',
  align: 'right',
  render: ({ quantity, id }) =>
    quantity === undefined ? '–' : <Quantity quantity={quantity} meter={id} hasUnit isAligned />,
};

function MeterSum({ of }: { readonly of: TotalsGroup | undefined }) {
  return of === undefined ? null : <Money amount={of.cost} exact={of.costExact} />;
}
