import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { formatCount } from '../../format/quantity.ts';
import { EventLink } from './event-link.tsx';
import type { ParkedEvent } from './parked-schemas.ts';
import { reasonText } from './reasons.ts';
import type { Followed } from './use-follow.ts';

/** Tells what became of the events that somebody did something about, also to screen readers. */
export function FollowStatus({ followed }: { readonly followed: Followed | undefined }) {
  const events = followed?.events ?? [];
  const counted = events.filter(({ status }) => status === 'counted');
  const tone = followed?.state !== 'settled' ? (followed?.state ?? '') : counted.length > 0 ? 'helped' : 'done';
  return (
    <div role="status" className={followed === undefined ? 'visually-hidden' : `retry retry-${tone}`}>
      {followed === undefined ? null : (
        <p>
          {followed.state === 'slow'
            ? `${countOf(events.length)} will be tried, but no worker has done so yet. See Health.`
            : followed.state === 'waiting'
              ? `Waiting for ${countOf(events.length)} to be counted…`
              : describe(events)}{' '}
          {followed.state === 'settled' ? <WhereTo counted={counted} /> : null}
        </p>
      )}
    </div>
  );
}

function WhereTo({ counted }: { readonly counted: readonly ParkedEvent[] }) {
  const [first, ...others] = counted;
  if (first === undefined) return null;
  return others.length === 0 ? (
    <>
      See its receipt: <EventLink event={first} />.
    </>
  ) : (
    <Link href={addresses.parked({ status: 'counted' })}>Show what was counted</Link>
  );
}

/** `3 events: 2 counted, 1 waits: User of another cluster.` */
function describe(events: readonly ParkedEvent[]): string {
  const having = (status: string): number => events.filter((event) => event.status === status).length;
  const waiting = events.filter(({ status }) => status === 'pending');
  const reasons = [...new Set(waiting.map(({ reason }) => reasonText(reason).name))];
  const parts = [
    ...partOf(having('counted'), 'counted'),
    ...partOf(having('ignored'), 'ignored from now on'),
    ...partOf(having('given_up'), 'given up'),
    ...partOf(waiting.length, `${waiting.length === 1 ? 'waits' : 'wait'} for another reason: ${reasons.join(', ')}`),
  ];
  return `${countOf(events.length)}: ${parts.join(', ')}.`;
}

function partOf(count: number, text: string): string[] {
  return count === 0 ? [] : [`${formatCount(count)} ${text}`];
}

function countOf(count: number): string {
  return count === 1 ? '1 event' : `${formatCount(count)} events`;
}
