import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { addDays } from '../../format/date.ts';
import { formatCount } from '../../format/quantity.ts';
import { HealthBadge } from '../../parts/health-badge.tsx';
import { sayHour, sourceName } from './cell-place.ts';
import type { ClusterCoverage, CoverageCell } from './coverage-schemas.ts';
import { STATE_TEXTS } from './states.ts';

export type HourDetailsProps = {
  readonly cluster: ClusterCoverage;
  readonly cell: CoverageCell;
  readonly onClose: () => void;
};

/** What is known of the hour that was chosen, of each source that is not complete. */
export function HourDetails({ cluster, cell, onClose }: HourDetailsProps) {
  const { name, meaning, health } = STATE_TEXTS[cell.state];
  const day = cell.hour.slice(0, 10);
  return (
    <section className="card" aria-labelledby="hour">
      <div className="card-head">
        <h2 id="hour">
          {cluster.clusterName}, {sayHour(cell.hour)}
        </h2>
        <button type="button" className="button button-quiet" onClick={onClose}>
          Close
        </button>
      </div>
      <dl className="facts">
        <dt>State</dt>
        <dd>
          <HealthBadge health={health}>{name}</HealthBadge> <span className="quiet">{meaning}</span>
        </dd>
        <dt>Reported</dt>
        <dd>{cell.reported === null ? 'No manifest' : `${formatCount(BigInt(cell.reported))} events`}</dd>
        <dt>Counted</dt>
        <dd>
          {formatCount(BigInt(cell.counted))} events ·{' '}
          <Link
            href={addresses.events({ cluster: cluster.clusterId, from: day, to: addDays(day, 1), hour: cell.hour })}
          >
            Events of the hour
          </Link>
        </dd>
        <dt>Parked</dt>
        <dd>
          {cell.parked === '0' ? (
            '0'
          ) : (
            <Link href={addresses.parked()}>{formatCount(BigInt(cell.parked))} events wait</Link>
          )}
        </dd>
        {cell.overlappingUsage === '0' ? null : (
          <>
            <dt>Overlapping</dt>
            <dd>{formatCount(BigInt(cell.overlappingUsage))} events overlap another one of the same use</dd>
          </>
        )}
        {cell.sources.map(({ sourcePath, state, reason }) => (
          <div key={sourcePath} className="coverage-source">
            <dt>{sourceName(sourcePath)}</dt>
            <dd>
              <HealthBadge health={STATE_TEXTS[state].health}>{STATE_TEXTS[state].name}</HealthBadge>{' '}
              <span className="quiet">{reason ?? STATE_TEXTS[state].meaning}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
