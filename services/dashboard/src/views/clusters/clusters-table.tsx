import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { monthOf } from '../../format/date.ts';
import { formatCount } from '../../format/quantity.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Ago } from '../../parts/day.tsx';
import { HealthBadge } from '../../parts/health-badge.tsx';
import type { ActiveCluster } from './cluster-schemas.ts';
import { Lag } from './lag.tsx';

const COLUMNS: readonly Column<ActiveCluster>[] = [
  {
    key: 'name',
    heading: 'Cluster',
    isRowHeader: true,
    render: ({ id, name, status }) => (
      <>
        <Link href={addresses.cluster(id)}>{name}</Link>
        {status === 'active' ? null : <span className="quiet"> (inactive)</span>}
      </>
    ),
  },
  { key: 'users', heading: 'Users', align: 'right', render: (cluster) => <Users cluster={cluster} /> },
  {
    key: 'event',
    heading: 'Last event',
    render: ({ id, lastEventAt }) =>
      lastEventAt === null ? (
        <Link href={addresses.clusterSetUp(id)}>None yet: set it up</Link>
      ) : (
        <Ago time={lastEventAt} />
      ),
  },
  { key: 'lag', heading: 'Lag', render: ({ reportedUntil }) => <Lag reportedUntil={reportedUntil} /> },
  {
    key: 'missing',
    heading: 'Missing hours, 7 days',
    align: 'right',
    render: ({ id, missingHours }) =>
      missingHours === 0 ? (
        '0'
      ) : (
        <Link href={addresses.coverage({ month: monthOf(), cluster: id })}>{formatCount(missingHours)}</Link>
      ),
  },
];

/** How full a cluster is. */
export function Users({ cluster: { currentUsers, maxUsers } }: { readonly cluster: ActiveCluster }) {
  const text = `${formatCount(currentUsers)} of ${formatCount(maxUsers)}`;
  return currentUsers < maxUsers ? (
    <span className="number">{text}</span>
  ) : (
    <HealthBadge health="watch">{text}</HealthBadge>
  );
}

/** Every cluster with how full it is, and how well it reports. */
export function ClustersTable({ clusters }: { readonly clusters: readonly ActiveCluster[] }) {
  return <DataTable caption="Clusters" columns={COLUMNS} rows={clusters} rowKey={({ id }) => id} />;
}
