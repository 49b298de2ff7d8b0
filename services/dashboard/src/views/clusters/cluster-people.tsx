import { useState } from 'react';
import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { useApiPages } from '../../api/client.ts';
import { formatCount } from '../../format/quantity.ts';
import { Answer } from '../../parts/answer.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { MoreButton } from '../../parts/more-button.tsx';
import { type ActiveCluster, type ClusterUser, usersSchema } from './cluster-schemas.ts';
import { MoveUser } from './move-user.tsx';
import { UnassignUser } from './unassign-user.tsx';

const COLUMNS: readonly Column<ClusterUser>[] = [
  {
    key: 'name',
    heading: 'User',
    isRowHeader: true,
    render: ({ id, name, email, accountOwnerId }) => (
      <>
        <Link href={addresses.account(accountOwnerId ?? id)}>{name ?? email ?? id}</Link>{' '}
        <span className="quiet">{email === null || name === null ? '' : email}</span>
      </>
    ),
  },
  {
    key: 'account',
    heading: 'Account',
    render: ({ accountOwnerId }) =>
      accountOwnerId === null ? (
        <span className="quiet">Own account</span>
      ) : (
        <Link href={addresses.account(accountOwnerId)}>{accountOwnerId}</Link>
      ),
  },
  { key: 'id', heading: 'Id', render: ({ id }) => <code className="nowrap">{id}</code> },
];

type Doing = { readonly what: 'move' } | { readonly what: 'unassign'; readonly user: ClusterUser };

/** Who is on a cluster. */
export function ClusterPeople({ cluster, isAdmin }: { readonly cluster: ActiveCluster; readonly isAdmin: boolean }) {
  const [doing, setDoing] = useState<Doing>();
  const list = useApiPages('/v1/users', { clusterId: cluster.id }, usersSchema);
  const close = (): void => setDoing(undefined);
  const room = cluster.maxUsers - cluster.currentUsers;
  const buttons: Column<ClusterUser> = {
    key: 'change',
    heading: <span className="visually-hidden">Change</span>,
    align: 'right',
    render: (user) => (
      <button type="button" className="button button-danger" onClick={() => setDoing({ what: 'unassign', user })}>
        Unassign
      </button>
    ),
  };
  return (
    <section className="card" aria-labelledby="people">
      <div className="card-head">
        <h2 id="people">
          Users ({formatCount(cluster.currentUsers)} of {formatCount(cluster.maxUsers)})
        </h2>
        {isAdmin ? (
          <button type="button" className="button" onClick={() => setDoing({ what: 'move' })}>
            Move a user here
          </button>
        ) : null}
      </div>
      <p className="quiet cluster-note">
        {cluster.status === 'inactive'
          ? 'The cluster is inactive: no one else can be moved here.'
          : room > 0
            ? `There is room for ${formatCount(room)} more.`
            : 'The cluster is full: no one else can be moved here.'}{' '}
        Usage of a user is counted only on clusters that they were on.
      </p>
      <Answer of={list} label="Loading the users">
        {({ pages }) => (
          <DataTable
            caption="Users on the cluster"
            columns={isAdmin ? [...COLUMNS, buttons] : COLUMNS}
            rows={pages.flatMap(({ users }) => users)}
            rowKey={({ id }) => id}
            empty={
              <Empty title="No users are on this cluster.">
                {isAdmin ? 'Move a user here, so that their usage is counted.' : 'Billing admins move users.'}
              </Empty>
            }
          />
        )}
      </Answer>
      <MoreButton of={list} />
      {doing?.what === 'move' ? <MoveUser cluster={cluster} onClose={close} /> : null}
      {doing?.what === 'unassign' ? <UnassignUser cluster={cluster} user={doing.user} onClose={close} /> : null}
    </section>
  );
}
