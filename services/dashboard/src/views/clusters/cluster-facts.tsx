import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { addDays, monthOf, today } from '../../format/date.ts';
import { formatCount } from '../../format/quantity.ts';
import { Copyable } from '../../parts/copyable.tsx';
import { Ago, Time } from '../../parts/day.tsx';
import { Figure } from '../../parts/figure.tsx';
import { HealthBadge } from '../../parts/health-badge.tsx';
import type { ActiveCluster } from './cluster-schemas.ts';
import { Users } from './clusters-table.tsx';
import { Lag } from './lag.tsx';

/** What is heard of a cluster, and what it is. */
export function ClusterFacts({ cluster }: { readonly cluster: ActiveCluster }) {
  const { id, status, lastEventAt, reportedUntil, missingHours, maxCores, maxGpus, createdAt } = cluster;
  const week = { from: addDays(today(), -6), to: addDays(today(), 1) };
  return (
    <>
      <dl className="cards">
        <Figure name="Users" note={<Link href={addresses.cluster(id, { section: 'people' })}>Who is on it</Link>}>
          <Users cluster={cluster} />
        </Figure>
        <Figure
          name="Last event"
          note={
            lastEventAt === null ? (
              <Link href={addresses.clusterSetUp(id)}>Set the cluster up</Link>
            ) : (
              <Link href={addresses.events({ cluster: id, ...week })}>Events of the last 7 days</Link>
            )
          }
        >
          {lastEventAt === null ? 'None yet' : <Ago time={lastEventAt} />}
        </Figure>
        <Figure
          name="Lag"
          note={
            reportedUntil === null ? (
              'No usage was reported.'
            ) : (
              <>
                Usage is reported until <Time time={reportedUntil} />
              </>
            )
          }
        >
          <Lag reportedUntil={reportedUntil} />
        </Figure>
        <Figure
          name="Missing hours, 7 days"
          note={<Link href={addresses.coverage({ month: monthOf(), cluster: id })}>Coverage of the cluster</Link>}
        >
          {formatCount(missingHours)}
        </Figure>
      </dl>
      <section className="card" aria-labelledby="facts">
        <div className="card-head">
          <h2 id="facts">About the cluster</h2>
          <Link href={addresses.clusterSetUp(id)}>Set-up and collector commands</Link>
        </div>
        <dl className="facts">
          <dt>Status</dt>
          <dd>
            {status === 'active' ? (
              <HealthBadge health="good">Active</HealthBadge>
            ) : (
              <HealthBadge health="watch">Inactive: takes no more users</HealthBadge>
            )}
          </dd>
          <dt>Id</dt>
          <dd>
            <Copyable text={id} name="cluster id" />
          </dd>
          <dt>Maximum cores per event</dt>
          <dd>
            {formatCount(maxCores)} <span className="quiet">(more over its window is parked as implausible)</span>
          </dd>
          <dt>Maximum GPUs per event</dt>
          <dd>{formatCount(maxGpus)}</dd>
          <dt>Added</dt>
          <dd>
            <Time time={createdAt} />
          </dd>
        </dl>
      </section>
    </>
  );
}
