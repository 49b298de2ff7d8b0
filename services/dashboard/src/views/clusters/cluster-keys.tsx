import { useState } from 'react';
import { useApi } from '../../api/client.ts';
import { Answer } from '../../parts/answer.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Ago, Time } from '../../parts/day.tsx';
import { Empty } from '../../parts/empty.tsx';
import { HealthBadge } from '../../parts/health-badge.tsx';
import { type ActiveCluster, type ClusterKey, keysSchema } from './cluster-schemas.ts';
import { CreateKey } from './create-key.tsx';
import { RevokeKey } from './revoke-key.tsx';
import { RotateKey } from './rotate-key.tsx';

const COLUMNS: readonly Column<ClusterKey>[] = [
  {
    key: 'prefix',
    heading: 'Key',
    isRowHeader: true,
    render: ({ prefix }) => <code className="nowrap">{prefix}…</code>,
  },
  {
    key: 'status',
    heading: 'Status',
    render: ({ status, expiresAt }) => (
      <>
        {status === 'live' ? (
          <HealthBadge health="good">Live</HealthBadge>
        ) : (
          <span className="quiet">{status === 'revoked' ? 'Revoked' : 'Expired'}</span>
        )}
        {status === 'live' && expiresAt !== null ? (
          <span className="quiet">
            {' '}
            until <Time time={expiresAt} />
          </span>
        ) : null}
      </>
    ),
  },
  {
    key: 'used',
    heading: 'Last used',
    render: ({ lastUsedAt }) =>
      lastUsedAt === null ? <span className="quiet">Never</span> : <Ago time={lastUsedAt} />,
  },
  { key: 'created', heading: 'Created', render: ({ createdAt }) => <Time time={createdAt} /> },
];

/** Last use is noted within a minute. */
const REFETCH_MS = 15_000;

type Doing = { readonly what: 'create' } | { readonly what: 'rotate' | 'revoke'; readonly key: ClusterKey };

/** The keys that a cluster posts with. */
export function ClusterKeys({ cluster, isAdmin }: { readonly cluster: ActiveCluster; readonly isAdmin: boolean }) {
  const [doing, setDoing] = useState<Doing>();
  const path = `/v1/clusters/${cluster.id}/keys`;
  const list = useApi(path, {}, keysSchema, { refetchMs: REFETCH_MS });
  const close = (): void => setDoing(undefined);
  const buttons: Column<ClusterKey> = {
    key: 'change',
    heading: <span className="visually-hidden">Change</span>,
    align: 'right',
    render: (key) =>
      key.status === 'live' ? (
        <span className="cluster-buttons">
          <button type="button" className="button" onClick={() => setDoing({ what: 'rotate', key })}>
            Rotate
          </button>
          <button type="button" className="button button-danger" onClick={() => setDoing({ what: 'revoke', key })}>
            Revoke
          </button>
        </span>
      ) : null,
  };
  return (
    <section className="card" aria-labelledby="keys">
      <div className="card-head">
        <h2 id="keys">Keys</h2>
        {isAdmin ? (
          <button type="button" className="button" onClick={() => setDoing({ what: 'create' })}>
            Create a key
          </button>
        ) : null}
      </div>
      <Answer of={list} label="Loading the keys">
        {({ keys }) => (
          <DataTable
            caption="Keys"
            columns={isAdmin ? [...COLUMNS, buttons] : COLUMNS}
            rows={keys}
            rowKey={({ id }) => id}
            empty={
              <Empty title="The cluster has no key yet.">
                {isAdmin ? 'Create one: its collector posts usage with it.' : 'Billing admins create keys.'}
              </Empty>
            }
          />
        )}
      </Answer>
      {doing?.what === 'create' ? <CreateKey cluster={cluster} onClose={close} /> : null}
      {doing?.what === 'rotate' ? <RotateKey cluster={cluster} replaced={doing.key} onClose={close} /> : null}
      {doing?.what === 'revoke' ? <RevokeKey clusterId={cluster.id} revoked={doing.key} onClose={close} /> : null}
    </section>
  );
}
