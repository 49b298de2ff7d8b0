import type { ReactNode } from 'react';
import type { SetQuery } from '../../address/use-query.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Time } from '../../parts/day.tsx';
import { actionText } from './action-text.ts';
import type { AuditEntry } from './audit-schema.ts';
import { ChangedValues } from './changed-values.tsx';

export type AuditTableProps = {
  readonly entries: readonly AuditEntry[];
  readonly onFilter: SetQuery;
  readonly empty: ReactNode;
};

/** Each change; who and what lead to what else they did, or what else was done to it. */
export function AuditTable({ entries, onFilter, empty }: AuditTableProps) {
  const columns: readonly Column<AuditEntry>[] = [
    { key: 'when', heading: 'When', isRowHeader: true, render: ({ happenedAt }) => <Time time={happenedAt} /> },
    {
      key: 'who',
      heading: 'Who',
      render: ({ actorId, actorKind }) => (
        <>
          <FilterButton title={`Only changes by ${actorId}`} onClick={() => onFilter({ actor: actorId })}>
            {actorId}
          </FilterButton>
          <span className="audit-kind quiet">{actorKind}</span>
        </>
      ),
    },
    {
      key: 'what',
      heading: 'What',
      render: ({ action, entity, entityId }) => (
        <>
          <span className="audit-action">{actionText(action)}</span>
          <FilterButton title={`Only changes of ${entityId}`} onClick={() => onFilter({ entity, entityId })}>
            <span className="fixed">{entityId}</span>
          </FilterButton>
        </>
      ),
    },
    { key: 'reason', heading: 'Why', render: ({ reason }) => reason ?? '–' },
    { key: 'change', heading: 'Change', render: (entry) => <ChangedValues entry={entry} /> },
  ];
  return <DataTable caption="Changes" columns={columns} rows={entries} rowKey={({ id }) => id} empty={empty} />;
}

type FilterButtonProps = { readonly title: string; readonly onClick: () => void; readonly children: ReactNode };

function FilterButton({ title, onClick, children }: FilterButtonProps) {
  return (
    <button type="button" className="link-button audit-filter-button" title={title} onClick={onClick}>
      {children}
    </button>
  );
}
