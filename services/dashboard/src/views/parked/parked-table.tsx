import { formatCount } from '../../format/quantity.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Ago } from '../../parts/day.tsx';
import { EventLink } from './event-link.tsx';
import { EventText } from './event-text.tsx';
import type { ParkedEvent, ParkedStatus } from './parked-schemas.ts';
import { reasonText } from './reasons.ts';
import { REMEDY_TEXTS, remediesFor } from './remedy-kinds.ts';

export type ParkedTableProps = {
  readonly status: ParkedStatus;
  readonly events: readonly ParkedEvent[];
  readonly chosen: ReadonlySet<string>;
  /** Absent for who may not decide. */
  readonly onChoose: ((chosen: ReadonlySet<string>) => void) | undefined;
  /** Opens what helps an event; absent for who may do nothing about it. */
  readonly onHelp: ((event: ParkedEvent) => void) | undefined;
};

const EMPTY: Readonly<Record<ParkedStatus, string>> = {
  pending: 'Nothing waits here.',
  counted: 'No parked events have been counted since.',
  given_up: 'Nothing was given up.',
  ignored: 'Nothing is ignored.',
};

const RESOLVED: Readonly<Record<ParkedStatus, string>> = {
  pending: 'Parked',
  counted: 'Counted',
  given_up: 'Given up',
  ignored: 'Ignored',
};

/** The events, the longest waiting first. */
export function ParkedTable({ status, events, chosen, onChoose, onHelp }: ParkedTableProps) {
  const columns: readonly Column<ParkedEvent>[] = [
    ...(onChoose === undefined ? [] : [choice(events, chosen, onChoose)]),
    {
      key: 'event',
      heading: 'Event',
      isRowHeader: true,
      render: (event) => <EventLink event={event} />,
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
    ...(onHelp === undefined
      ? []
      : [{ key: 'help', heading: 'What helps', render: (event: ParkedEvent) => helpButton(event, onHelp) }]),
    { key: 'said', heading: 'What it says', render: (event) => <EventText event={event.event} /> },
    status === 'pending'
      ? {
          key: 'age',
          heading: 'Parked',
          align: 'right',
          render: ({ parkedAt, tryCount, dueAt }) => (
            <>
              <Ago time={parkedAt} />
              <span className="parked-detail quiet">{describeTries(tryCount, dueAt)}</span>
            </>
          ),
        }
      : {
          key: 'resolved',
          heading: RESOLVED[status],
          align: 'right',
          render: ({ resolvedAt }) => (resolvedAt === null ? '–' : <Ago time={resolvedAt} />),
        },
  ];
  return (
    <DataTable caption="Parked events" columns={columns} rows={events} rowKey={({ id }) => id} empty={EMPTY[status]} />
  );
}

function describeTries(count: number, dueAt: string | null): string {
  if (dueAt !== null) return 'tried now…';
  if (count === 0) return '';
  return count === 1 ? 'tried again once' : `tried again ${formatCount(count)} times`;
}

function helpButton(event: ParkedEvent, onHelp: (event: ParkedEvent) => void) {
  const text = REMEDY_TEXTS[remediesFor(event.reason)[0] ?? 'give-up'].button;
  return (
    <button type="button" className="button" aria-label={`${text} ${event.eventId}`} onClick={() => onHelp(event)}>
      {text}
    </button>
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
