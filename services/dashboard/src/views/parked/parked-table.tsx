import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { formatCount } from '../../format/quantity.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Ago } from '../../parts/day.tsx';
import { EventText } from './event-text.tsx';
import type { ParkedEvent, ParkedStatus } from './parked-schemas.ts';
import { reasonText } from './reasons.ts';

export type ParkedTableProps = {
  readonly status: ParkedStatus;
  readonly events: readonly ParkedEvent[];
  readonly chosen: ReadonlySet<string>;
  /** Absent for who may not decide. */
  readonly onChoose: ((chosen: ReadonlySet<string>) => void) | undefined;
};

const EMPTY: Readonly<Record<ParkedStatus, string>> = {
  pending: 'Nothing waits here.',
  counted: 'No parked event was counted since.',
  given_up: 'Nothing was given up.',
  ignored: 'Nothing is ignored.',
};

/** The events, the longest waiting first. */
export function ParkedTable({ status, events, chosen, onChoose }: ParkedTableProps) {
  const columns: readonly Column<ParkedEvent>[] = [
    ...(onChoose === undefined ? [] : [choice(events, chosen, onChoose)]),
    {
      key: 'event',
      heading: 'Event',
      isRowHeader: true,
      render: (event) => <EventId event={event} />,
    },
    {
      key: 'reason',
      heading: 'Reason',
      render: ({ reason, detail, resolution }) => (
        <>
          {reasonText(reason).name}
          <span className="parked-detail quiet">{status === 'given_up' ? (resolution ?? detail) : detail}</span>
        </>
      ),
    },
    { key: 'said', heading: 'What it says', render: (event) => <EventText event={event.event} /> },
    status === 'pending'
      ? {
          key: 'age',
          heading: 'Parked',
          align: 'right',
          render: ({ parkedAt }) => <Ago time={parkedAt} />,
        }
      : {
          key: 'resolved',
          heading: status === 'counted' ? 'Counted' : 'Given up',
          align: 'right',
          render: ({ resolvedAt }) => (resolvedAt === null ? '–' : <Ago time={resolvedAt} />),
        },
    {
      key: 'tries',
      heading: 'Tried again',
      align: 'right',
      render: ({ tryCount, dueAt }) => describeTries(tryCount, dueAt),
    },
  ];
  return (
    <DataTable caption="Parked events" columns={columns} rows={events} rowKey={({ id }) => id} empty={EMPTY[status]} />
  );
}

function describeTries(count: number, dueAt: string | null): string {
  if (dueAt !== null) return 'now…';
  if (count === 0) return 'not yet';
  return count === 1 ? 'once' : `${formatCount(count)} times`;
}

function EventId({ event: { eventId, clusterId, sourcePath } }: { readonly event: ParkedEvent }) {
  if (clusterId === null) return <span className="fixed">{eventId}</span>;
  return (
    <Link className="fixed" href={addresses.receipt(eventId, `urn:hopsworks:cluster:${clusterId}${sourcePath}`)}>
      {eventId}
    </Link>
  );
}

/** A column of boxes, with one at its head for all. */
function choice(
  events: readonly ParkedEvent[],
  chosen: ReadonlySet<string>,
  onChoose: (chosen: ReadonlySet<string>) => void,
): Column<ParkedEvent> {
  const isAll = events.length > 0 && events.every(({ id }) => chosen.has(id));
  return {
    key: 'choice',
    className: 'parked-choice',
    heading: (
      <input
        type="checkbox"
        aria-label="Choose all that are shown"
        checked={isAll}
        onChange={() => onChoose(new Set(isAll ? [] : events.map(({ id }) => id)))}
      />
    ),
    render: ({ id, eventId }) => (
      <input
        type="checkbox"
        aria-label={`Choose ${eventId}`}
        checked={chosen.has(id)}
        onChange={() => {
          const next = new Set(chosen);
          if (!next.delete(id)) next.add(id);
          onChoose(next);
        }}
      />
    ),
  };
}
