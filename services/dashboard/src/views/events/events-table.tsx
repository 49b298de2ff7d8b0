import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { sumDecimals } from '../../format/decimal.ts';
import { meterName } from '../../format/quantity.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Day, Time } from '../../parts/day.tsx';
import { Quantity } from '../../parts/quantity.tsx';
import type { LedgerEvent } from './event-schemas.ts';
import type { Names } from './names.ts';

const ADJUSTMENTS: Readonly<Record<NonNullable<LedgerEvent['adjustment']>, string>> = {
  reversal: 'takes back',
  correction: 'corrected',
  move: 'moved here',
};

export type EventsTableProps = {
  readonly events: readonly LedgerEvent[];
  readonly names: Names;
  /** The only meter that is looked at; its quantities are added up. */
  readonly meter: string | undefined;
  /** Whether these are all: else their sum means nothing. */
  readonly isComplete: boolean;
  readonly empty: string;
};

/** Rows of the ledger, each with the way to its event's receipt. */
export function EventsTable({ events, names, meter, isComplete, empty }: EventsTableProps) {
  // Rows that an event booked and took back again can be alike in everything that is shown: their place tells them
  // apart.
  const rows = events.map((event, place) => ({ ...event, place }));
  const columns: readonly Column<LedgerEvent & { readonly place: number }>[] = [
    {
      key: 'event',
      heading: 'Event',
      isRowHeader: true,
      render: ({ id, source }) => (
        <Link className="events-id" href={addresses.receipt(id, source)}>
          {id}
        </Link>
      ),
    },
    {
      key: 'day',
      heading: 'Used on',
      render: ({ usageDate, bookedOn, windowStartedAt, windowEndedAt }) => (
        <>
          <span title={`${windowStartedAt} to ${windowEndedAt}`}>
            <Day day={usageDate} />
          </span>
          {bookedOn === usageDate ? null : (
            <span className="events-note quiet">
              booked on <Day day={bookedOn} />
            </span>
          )}
        </>
      ),
    },
    {
      key: 'user',
      heading: 'Member',
      render: ({ userId, projectId }) => (
        <>
          <span title={userId}>{names.user.get(userId) ?? userId}</span>
          {projectId === null ? null : (
            <span className="events-note quiet" title={projectId}>
              {names.project.get(projectId) ?? projectId}
            </span>
          )}
        </>
      ),
    },
    {
      key: 'kind',
      heading: 'Kind',
      render: ({ type, adjustment }) => (adjustment === null ? type : `${type}, ${ADJUSTMENTS[adjustment]}`),
    },
    {
      key: 'received',
      heading: 'Received',
      render: ({ receivedAt }) => (receivedAt === null ? '–' : <Time time={receivedAt} />),
    },
    {
      key: 'quantity',
      heading: meter === undefined ? 'Quantities' : meterName(meter),
      align: 'right',
      render: ({ meters }) =>
        meters
          .filter((used) => meter === undefined || used.meter === meter)
          .map((used) => (
            <span className="events-quantity" key={used.meter}>
              {meter === undefined ? <span className="quiet">{meterName(used.meter)} </span> : null}
              <Quantity quantity={used.quantity} meter={used.meter} hasUnit isAligned />
            </span>
          )),
      total:
        meter !== undefined && isComplete ? (
          <Quantity quantity={sumOf(events, meter)} meter={meter} hasUnit isAligned />
        ) : undefined,
    },
  ];
  return (
    <DataTable caption="Events" columns={columns} rows={rows} rowKey={({ place }) => String(place)} empty={empty} />
  );
}

function sumOf(events: readonly LedgerEvent[], meter: string): string {
  return sumDecimals(
    events.flatMap(({ meters }) =>
      meters.filter((used) => used.meter === meter).map(({ quantityExact }) => quantityExact),
    ),
  );
}
