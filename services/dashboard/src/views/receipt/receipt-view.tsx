import './receipt.css';
import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { useQuery } from '../../address/use-query.ts';
import { useApi } from '../../api/client.ts';
import { formatTime } from '../../format/date.ts';
import { Answer } from '../../parts/answer.tsx';
import { Copyable } from '../../parts/copyable.tsx';
import { type Health, HealthBadge } from '../../parts/health-badge.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { ReceiptArrival } from './receipt-arrival.tsx';
import { ReceiptAttributions } from './receipt-attributions.tsx';
import { ReceiptBookings } from './receipt-bookings.tsx';
import { ReceiptCorrections } from './receipt-corrections.tsx';
import { ReceiptParked } from './receipt-parked.tsx';
import { type Receipt, receiptSchema } from './receipt-schemas.ts';
import { ReceiptStatements } from './receipt-statements.tsx';
import { ReceiptSum } from './receipt-sum.tsx';

const VERDICTS: Readonly<Record<Receipt['verdict']['code'], { readonly word: string; readonly health: Health }>> = {
  counted: { word: 'Counted', health: 'good' },
  corrected: { word: 'Corrected', health: 'good' },
  voided: { word: 'Voided', health: 'watch' },
  superseded: { word: 'Superseded', health: 'watch' },
  parked: { word: 'Parked', health: 'watch' },
  ignored: { word: 'Ignored', health: 'unknown' },
  given_up: { word: 'Given up', health: 'bad' },
  recorded: { word: 'Recorded', health: 'good' },
};

/** One event from acceptance to statement, step by step. */
export function ReceiptView({ id }: { readonly id: string }) {
  const [query] = useQuery();
  const source = query.get('source') ?? undefined;
  const receipt = useApi('/v1/receipt', { id, source }, receiptSchema);
  return (
    <>
      <PageTitle title="Receipt" up={<Link href={addresses.events(searchOf(receipt.data))}>Events</Link>} />
      <Answer of={receipt} label="Loading the receipt" lines={12}>
        {(data) => <Story receipt={data} />}
      </Answer>
    </>
  );
}

/** The search that the event is found by. */
function searchOf(receipt: Receipt | undefined) {
  const part = receipt?.parts[0];
  if (part === undefined) return {};
  return { from: part.usageDate, account: part.accountOwnerId, user: part.userId };
}

function Story({ receipt }: { readonly receipt: Receipt }) {
  const { event, verdict, received, said, attributions, parts, corrections, parked } = receipt;
  const { word, health } = VERDICTS[verdict.code];
  const month = parts.at(-1)?.statement.month;
  return (
    <>
      <section className="card" aria-label="Event">
        <div className="card-head">
          <h2 className="receipt-id">{event.id}</h2>
          <HealthBadge health={health}>{word}</HealthBadge>
        </div>
        <p>{verdict.sentence}</p>
        <dl className="facts">
          <dt>Event id</dt>
          <dd>
            <Copyable text={event.id} name="event id" />
          </dd>
          {event.source === null ? null : (
            <>
              <dt>Source</dt>
              <dd>
                <Copyable text={event.source} name="source" />
              </dd>
            </>
          )}
          <Fact name="Cluster" text={event.clusterName ?? event.clusterId} />
          <Fact name="Type" text={event.type} />
          <Fact name="Usage window" text={windowOf(event)} />
        </dl>
        {verdict.conflictCount === 0 ? null : (
          <p className="notice">
            {verdict.conflictCount === 1 ? 'One copy' : `${verdict.conflictCount} copies`} with this identity{' '}
            {verdict.conflictCount === 1 ? 'has different content; it is' : 'have different content; they are'} parked
            and never counted.
          </p>
        )}
      </section>
      <ol className="receipt-steps">
        <ReceiptArrival source={event.source} received={received} said={said} />
        {parked.length === 0 ? null : <ReceiptParked copies={parked} />}
        {attributions.length === 0 ? null : <ReceiptAttributions attributions={attributions} month={month} />}
        {parts.length === 0 ? null : <ReceiptBookings clusterId={event.clusterId} parts={parts} />}
        {corrections.chain.length === 0 ? null : <ReceiptCorrections event={event} corrections={corrections} />}
        {parts.length === 0 ? null : <ReceiptSum receipt={receipt} />}
        {parts.length === 0 ? null : <ReceiptStatements parts={parts} />}
      </ol>
    </>
  );
}

function windowOf({ windowStartedAt, windowEndedAt }: Receipt['event']): string | null {
  if (windowStartedAt === null) return null;
  if (windowEndedAt === null || windowStartedAt === windowEndedAt) return formatTime(windowStartedAt);
  return `${formatTime(windowStartedAt)} to ${formatTime(windowEndedAt)}`;
}

function Fact({ name, text }: { readonly name: string; readonly text: string | null }) {
  if (text === null) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </>
  );
}
