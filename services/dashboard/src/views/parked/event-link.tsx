import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import type { ParkedEvent } from './parked-schemas.ts';

/** The id of an event, which leads to its receipt; a batch that could not be read has none. */
export function EventLink({ event: { eventId, clusterId, sourcePath } }: { readonly event: ParkedEvent }) {
  if (clusterId === null) return <span className="fixed">{eventId}</span>;
  return (
    <Link className="fixed" href={addresses.receipt(eventId, `urn:hopsworks:cluster:${clusterId}${sourcePath}`)}>
      {eventId}
    </Link>
  );
}
