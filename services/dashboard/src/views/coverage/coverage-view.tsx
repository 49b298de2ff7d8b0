import './coverage.css';
import { useCallback, useMemo } from 'react';
import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { useQuery } from '../../address/use-query.ts';
import { useApi } from '../../api/client.ts';
import { daysOfMonth, eachDay, formatMonth, monthOf } from '../../format/date.ts';
import { formatCount } from '../../format/quantity.ts';
import { Answer } from '../../parts/answer.tsx';
import { Time } from '../../parts/day.tsx';
import { Empty } from '../../parts/empty.tsx';
import { MonthPicker } from '../../parts/month-picker.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { Segments } from '../../parts/segments.tsx';
import { ClusterHours } from './cluster-hours.tsx';
import { CoverageLegend } from './coverage-legend.tsx';
import { type ClusterCoverage, coverageSchema } from './coverage-schemas.ts';
import { DayAxis } from './day-axis.tsx';
import { findGaps } from './gaps.ts';
import { GapsTable } from './gaps-table.tsx';
import { HourDetails } from './hour-details.tsx';

const LISTED = [
  { value: 'gaps', text: 'Missing and short' },
  { value: 'all', text: 'All' },
] as const;

/** What clusters reported in a month beside what was counted, hour by hour, and what to do where they differ. */
export function CoverageView() {
  const [query, setQuery] = useQuery();
  const month = query.get('month') ?? monthOf();
  const clusterId = query.get('cluster') ?? undefined;
  const { from, to } = daysOfMonth(month);
  const coverage = useApi('/v1/coverage', { from, to, clusterId }, coverageSchema);
  // The same function always, so that the grid of no other cluster is drawn anew.
  const choose = useCallback((cluster: string, hour: string) => setQuery({ hour: `${cluster}@${hour}` }), [setQuery]);
  return (
    <>
      <PageTitle title="Coverage">
        {clusterId === undefined ? null : (
          <button type="button" className="button" onClick={() => setQuery({ cluster: '' })}>
            All clusters
          </button>
        )}
        <MonthPicker month={month} onChange={(next) => setQuery({ month: next, hour: '' })} />
      </PageTitle>
      <Answer of={coverage} label="Loading the coverage" lines={8}>
        {({ clusters, checkedAt }) => (
          <Month
            month={month}
            clusters={clusters}
            checkedAt={checkedAt}
            chosen={query.get('hour') ?? ''}
            listed={query.get('list') === 'all' ? 'all' : 'gaps'}
            onChoose={choose}
            onClose={() => setQuery({ hour: '' })}
            onList={(list) => setQuery({ list: list === 'all' ? 'all' : '' })}
          />
        )}
      </Answer>
    </>
  );
}

type MonthProps = {
  readonly month: string;
  readonly clusters: readonly ClusterCoverage[];
  readonly checkedAt: string | null;
  /** `<cluster id>@<hour>` */
  readonly chosen: string;
  readonly listed: (typeof LISTED)[number]['value'];
  readonly onChoose: (clusterId: string, hour: string) => void;
  readonly onClose: () => void;
  readonly onList: (listed: (typeof LISTED)[number]['value']) => void;
};

function Month({ month, clusters, checkedAt, chosen, listed, onChoose, onClose, onList }: MonthProps) {
  const gaps = useMemo(() => findGaps(clusters), [clusters]);
  const shown = listed === 'all' ? gaps : gaps.filter(({ state }) => state === 'missing' || state === 'short');
  const { from, to } = daysOfMonth(month);
  const dayCount = eachDay(from, to).length;
  const [chosenCluster = '', chosenHour = ''] = chosen.split('@');
  const cluster = clusters.find(({ clusterId }) => clusterId === chosenCluster);
  const cell = cluster?.cells.find(({ hour }) => hour === chosenHour);
  if (clusters.length === 0)
    return (
      <section className="card">
        <Empty title={`No hour of ${formatMonth(month)} has begun on any cluster.`}>
          <Link href={addresses.clusters()}>Clusters</Link>
        </Empty>
      </section>
    );
  return (
    <>
      {cluster === undefined || cell === undefined ? null : (
        <HourDetails cluster={cluster} cell={cell} onClose={onClose} />
      )}
      <section className="card" aria-labelledby="grid">
        <div className="card-head">
          <h2 id="grid">Hours of {formatMonth(month)}</h2>
          <span className="quiet">
            {checkedAt === null ? (
              'Not every day was compared yet.'
            ) : (
              <>
                Compared at <Time time={checkedAt} /> or later
              </>
            )}
          </span>
        </div>
        <CoverageLegend />
        {clusters.map((each) => (
          <section key={each.clusterId} className="coverage-cluster" aria-label={each.clusterName}>
            <h3>
              <Link href={addresses.cluster(each.clusterId)}>{each.clusterName}</Link>
            </h3>
            <ClusterHours
              cluster={each}
              dayCount={dayCount}
              chosen={each === cluster ? cell?.hour : undefined}
              onChoose={onChoose}
            />
            <DayAxis dayCount={dayCount} />
          </section>
        ))}
      </section>
      <section className="card" aria-labelledby="gaps">
        <div className="card-head">
          <h2 id="gaps">
            {listed === 'all' ? 'What is not complete' : 'Missing and short hours'} ({formatCount(shown.length)})
          </h2>
          <Segments label="Which hours" options={LISTED} value={listed} onChange={onList} />
        </div>
        <GapsTable gaps={shown} onChoose={onChoose} />
      </section>
    </>
  );
}
