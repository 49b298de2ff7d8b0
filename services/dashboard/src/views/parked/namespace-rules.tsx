import { useState } from 'react';
import { useApi } from '../../api/client.ts';
import { formatCount } from '../../format/quantity.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { type NamespaceRule, namespaceRulesSchema } from './parked-schemas.ts';
import { WithdrawRuleDialog } from './remedies/withdraw-rule.tsx';

/** The rules for namespaces that are no project, with what they did. Shown only where there are some. */
export function NamespaceRules({ isAdmin }: { readonly isAdmin: boolean }) {
  const [withdrawn, setWithdrawn] = useState<NamespaceRule>();
  const rules = useApi('/v1/namespace-rules', {}, namespaceRulesSchema).data?.rules ?? [];
  const columns = isAdmin ? [...COLUMNS, withdrawColumn(setWithdrawn)] : COLUMNS;
  return (
    <>
      {rules.length === 0 ? null : (
        <section className="card" aria-labelledby="rules">
          <div className="card-head">
            <h2 id="rules">Namespaces of the platform</h2>
          </div>
          <DataTable caption="Rules for namespaces" columns={columns} rows={rows(rules)} rowKey={({ id }) => id} />
        </section>
      )}
      {withdrawn === undefined ? null : <WithdrawRuleDialog rule={withdrawn} onClose={() => setWithdrawn(undefined)} />}
    </>
  );
}

function withdrawColumn(onWithdraw: (rule: NamespaceRule) => void): Column<NamespaceRule> {
  return {
    key: 'withdraw',
    heading: <span className="visually-hidden">Action</span>,
    align: 'right',
    render: (rule) => (
      <button
        type="button"
        className="button button-quiet"
        aria-label={`Withdraw ${rule.pattern}`}
        onClick={() => onWithdraw(rule)}
      >
        Withdraw…
      </button>
    ),
  };
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
