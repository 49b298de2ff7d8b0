import { useState } from 'react';
import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { formatCount } from '../../format/quantity.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { HealthBadge } from '../../parts/health-badge.tsx';
import { sourceName } from './cell-place.ts';
import { formatSpan } from './format-span.ts';
import { GapDialog } from './gap-dialog.tsx';
import type { Gap } from './gaps.ts';
import { STATE_TEXTS } from './states.ts';

export type GapsTableProps = {
  readonly gaps: readonly Gap[];
  /** Chooses an hour of the grid above. */
  readonly onChoose: (clusterId: string, hour: string) => void;
};

/** The hours that are not right, those that follow each other in one row, with what to do about each. */
export function GapsTable({ gaps, onChoose }: GapsTableProps) {
  const [shown, setShown] = useState<Gap>();
  const columns: readonly Column<Gap>[] = [
    {
      key: 'hours',
      heading: 'Hours (UTC)',
      isRowHeader: true,
      render: (gap) => (
        <button type="button" className="link-button nowrap" onClick={() => onChoose(gap.clusterId, gap.from)}>
          {formatSpan(gap)}
        </button>
      ),
    },
    {
      key: 'count',
      heading: 'Count',
      align: 'right',
      render: ({ hourCount }) => formatCount(hourCount),
    },
    {
      key: 'cluster',
      heading: 'Cluster',
      className: 'nowrap',
      render: ({ clusterId, clusterName }) => <Link href={addresses.cluster(clusterId)}>{clusterName}</Link>,
    },
    {
      key: 'state',
      heading: 'State',
      render: ({ state }) => <HealthBadge health={STATE_TEXTS[state].health}>{STATE_TEXTS[state].name}</HealthBadge>,
    },
    {
      key: 'source',
      heading: 'Source',
      render: ({ sourcePath, reason }) => (
        <>
          {sourcePath === undefined ? 'The whole cluster' : sourceName(sourcePath)}
          {reason === null ? null : <span className="quiet">: {reason}</span>}
        </>
      ),
    },
    {
      key: 'counted',
      heading: 'Counted of reported',
      align: 'right',
      render: ({ counted, reported }) => `${formatCount(counted)} of ${formatCount(reported)}`,
    },
    {
      key: 'remedy',
      heading: <span className="visually-hidden">What to do</span>,
      align: 'right',
      render: (gap) => (
        <button type="button" className="button" onClick={() => setShown(gap)}>
          What to do
        </button>
      ),
    },
  ];
  return (
    <>
      <DataTable
        caption="Hours that need attention"
        columns={columns}
        rows={gaps}
        rowKey={({ clusterId, sourcePath, state, from, reason }) =>
          `${clusterId} ${sourcePath} ${state} ${from} ${reason}`
        }
        empty={<Empty title="There are no missing or short hours in this month." />}
      />
      {shown === undefined ? null : <GapDialog gap={shown} onClose={() => setShown(undefined)} />}
    </>
  );
}
