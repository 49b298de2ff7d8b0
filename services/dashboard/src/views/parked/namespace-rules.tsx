import { useApi } from '../../api/client.ts';
import { formatCount } from '../../format/quantity.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { type NamespaceRule, namespaceRulesSchema } from './parked-schemas.ts';

/** The rules for namespaces that are no project, with what they did. Shown only where there are some. */
export function NamespaceRules() {
  const rules = useApi('/v1/namespace-rules', {}, namespaceRulesSchema).data?.rules ?? [];
  if (rules.length === 0) return null;
  return (
    <section className="card" aria-labelledby="rules">
      <div className="card-head">
        <h2 id="rules">Namespaces of the platform</h2>
      </div>
      <DataTable caption="Rules for namespaces" columns={COLUMNS} rows={rows(rules)} rowKey={({ id }) => id} />
    </section>
  );
}

const rows = (rules: readonly NamespaceRule[]) => [...rules].sort((a, b) => b.ignoredCount - a.ignoredCount);

const COLUMNS: readonly Column<NamespaceRule>[] = [
  {
    key: 'pattern',
    heading: 'Namespace',
    isRowHeader: true,
    className: 'nowrap',
    render: ({ pattern }) => <code>{pattern}</code>,
  },
  {
    key: 'action',
    heading: 'What happens to its usage',
    render: ({ userId, reason }) => (
      <>
        {userId === null ? 'Ignored, and kept.' : `Booked for ${userId}.`} <span className="quiet">{reason}</span>
      </>
    ),
  },
  {
    key: 'count',
    heading: 'Ignored',
    align: 'right',
    render: ({ userId, ignoredCount }) => (userId === null ? formatCount(ignoredCount) : '–'),
  },
];
