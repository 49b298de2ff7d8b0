import { Link } from 'wouter';
import * as z from 'zod/mini';
import { addresses } from '../../address/addresses.ts';
import { useApi } from '../../api/client.ts';
import { addDays, today } from '../../format/date.ts';
import { Ago } from '../../parts/day.tsx';
import type { ActiveCluster } from './cluster-schemas.ts';

const parkedSchema = z.object({
  parkedEvents: z.array(z.object({ id: z.string(), detail: z.string() })),
});

/** Whether the cluster's first event has come, and what to do when it could not be counted. */
export function FirstEvent({ cluster: { id, lastEventAt } }: { readonly cluster: ActiveCluster }) {
  const parked = useApi('/v1/parked', { clusterId: id, limit: '1' }, parkedSchema, { enabled: lastEventAt !== null });
  const waiting = parked.data?.parkedEvents[0];
  return (
    <>
      <div role="status">
        {lastEventAt === null ? (
          <p className="set-up-waiting">Waiting for the first event…</p>
        ) : (
          <p className="set-up-seen">
            First event seen. The newest came <Ago time={lastEventAt} />.
          </p>
        )}
      </div>
      {lastEventAt === null ? (
        <p className="quiet">
          A collector reports an hour about ten minutes after its end. You can leave this page and come back.
        </p>
      ) : (
        <p>
          <Link href={addresses.events({ cluster: id, from: addDays(today(), -6), to: addDays(today(), 1) })}>
            Counted events of the last 7 days
          </Link>
          {' · '}
          <Link href={addresses.cluster(id)}>The cluster</Link>
        </p>
      )}
      {waiting === undefined ? null : (
        <p className="notice">
          Some events wait to be counted: {waiting.detail}.{' '}
          <Link href={addresses.cluster(id, { section: 'people' })}>Move users here</Link>, or{' '}
          <Link href={addresses.cluster(id, { section: 'projects' })}>register their projects</Link>;{' '}
          <Link href={addresses.parked()}>parked events</Link> has them all.
        </p>
      )}
    </>
  );
}
