import './clusters.css';
import { useState } from 'react';
import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { useApi } from '../../api/client.ts';
import { Answer } from '../../parts/answer.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { useMe } from '../../session/use-session.ts';
import { activeClusterSchema, keysSchema } from './cluster-schemas.ts';
import { Users } from './clusters-table.tsx';
import { CollectorCommands } from './collector-commands.tsx';
import { FirstEvent } from './first-event.tsx';
import { SetUpKey } from './set-up-key.tsx';
import { SetUpStep } from './set-up-step.tsx';

/** While nothing has come; afterwards nothing here changes. */
const REFETCH_MS = 2_000;

/**
 * Sets a cluster up, from its key to its first event. What is done follows from what is there, so one can leave and
 * come back; only the key itself is not shown again.
 */
export function SetUpView({ id }: { readonly id: string }) {
  const { isAdmin } = useMe();
  const [key, setKey] = useState<string>();
  const [hasCome, setCome] = useState(false);
  const path = `/v1/clusters/${encodeURIComponent(id)}`;
  const cluster = useApi(path, {}, activeClusterSchema, { refetchMs: hasCome ? undefined : REFETCH_MS });
  const keys = useApi(`${path}/keys`, {}, keysSchema);
  if (!hasCome && cluster.data != null && cluster.data.lastEventAt !== null) setCome(true);
  const live = keys.data?.keys.find(({ status }) => status === 'live');
  return (
    <>
      <PageTitle
        title={cluster.data === undefined ? 'Set up a cluster' : `Set up ${cluster.data.name}`}
        up={<Link href={addresses.clusters()}>Clusters</Link>}
      >
        <Link href={addresses.cluster(id)} className="button">
          Go to the cluster
        </Link>
      </PageTitle>
      <Answer of={cluster} label="Loading the cluster">
        {(data) => (
          <ol className="set-up">
            <SetUpStep number={1} title="Cluster" isDone>
              <p>
                {data.name} takes {data.maxUsers} users: <Users cluster={data} /> are on it.
              </p>
            </SetUpStep>
            <SetUpStep number={2} title="Key" isDone={live !== undefined}>
              <Answer of={keys} label="Loading the keys" lines={1}>
                {() => <SetUpKey clusterId={data.id} live={live} created={key} isAdmin={isAdmin} onCreated={setKey} />}
              </Answer>
            </SetUpStep>
            <SetUpStep number={3} title="Collector" isDone={data.lastEventAt !== null}>
              <CollectorCommands clusterId={data.id} clusterKey={key} />
            </SetUpStep>
            <SetUpStep number={4} title="First event" isDone={data.lastEventAt !== null}>
              <FirstEvent cluster={data} />
            </SetUpStep>
          </ol>
        )}
      </Answer>
    </>
  );
}
