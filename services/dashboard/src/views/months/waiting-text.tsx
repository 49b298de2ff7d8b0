import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { formatCount } from '../../format/quantity.ts';
import { reasonText } from '../parked/reasons.ts';
import type { Waiting } from './month-schemas.ts';

/** What may still change a month, each with the way to what can be done about it. */
export function WaitingText({ month, waiting }: { readonly month: string; readonly waiting: Waiting }) {
  const { parked, missingHours, differences } = waiting;
  return (
    <>
      {parked.map(({ reason, events, isOwn }) => (
        <div key={`${reason} ${isOwn}`}>
          <Link href={addresses.parked({ reason })}>
            {formatCount(events)} parked {events === 1 ? 'event' : 'events'} ({reasonText(reason).name.toLowerCase()})
          </Link>
          {isOwn ? null : ' of an unknown owner on its cluster'}
        </div>
      ))}
      {missingHours.map(({ clusterId, clusterName, hours }) => (
        <div key={clusterId}>
          <Link href={addresses.coverage({ cluster: clusterId, month })}>
            {formatCount(hours)} missing {hours === 1 ? 'hour' : 'hours'} of {clusterName}
          </Link>
        </div>
      ))}
      {differences === 0 ? null : (
        <div>
          <Link href={addresses.reconciliations()}>
            {formatCount(differences)} unexplained {differences === 1 ? 'difference' : 'differences'}
          </Link>
        </div>
      )}
    </>
  );
}
