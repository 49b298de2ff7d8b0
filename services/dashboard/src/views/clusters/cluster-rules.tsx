import { useState } from 'react';
import { useApi, useSend } from '../../api/client.ts';
import { formatCount } from '../../format/quantity.ts';
import { Answer } from '../../parts/answer.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Empty } from '../../parts/empty.tsx';
import { ReasonField } from '../../parts/fields.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { Money } from '../../parts/money.tsx';
import { say } from '../../parts/said.tsx';
import { AddRule } from './add-rule.tsx';
import { type NamespaceRule, ruleSchema, rulesSchema } from './cluster-schemas.ts';

const COLUMNS: readonly Column<NamespaceRule>[] = [
  { key: 'pattern', heading: 'Namespaces', isRowHeader: true, render: ({ pattern }) => <code>{pattern}</code> },
  {
    key: 'action',
    heading: 'What happens to their usage',
    render: ({ userId }) => (userId === null ? 'Ignored, and kept' : `Billed to ${userId}`),
  },
  { key: 'reason', heading: 'Reason', render: ({ reason }) => <span className="quiet">{reason}</span> },
  {
    key: 'effect',
    heading: 'So far',
    align: 'right',
    render: ({ action, ignoredCount, bookedCost }) =>
      action === 'ignore' ? `${formatCount(BigInt(ignoredCount))} events` : <Money amount={bookedCost} />,
  },
];

/** What becomes of usage of namespaces that are no project. */
export function ClusterRules({ clusterId, isAdmin }: { readonly clusterId: string; readonly isAdmin: boolean }) {
  const [isAdding, setAdding] = useState(false);
  const [withdrawing, setWithdrawing] = useState<NamespaceRule>();
  const list = useApi('/v1/namespace-rules', { clusterId }, rulesSchema);
  const buttons: Column<NamespaceRule> = {
    key: 'change',
    heading: <span className="visually-hidden">Change</span>,
    align: 'right',
    render: (rule) => (
      <button type="button" className="button button-danger" onClick={() => setWithdrawing(rule)}>
        Withdraw
      </button>
    ),
  };
  return (
    <section className="card" aria-labelledby="rules">
      <div className="card-head">
        <h2 id="rules">Namespace rules</h2>
        {isAdmin ? (
          <button type="button" className="button" onClick={() => setAdding(true)}>
            Add a rule
          </button>
        ) : null}
      </div>
      <Answer of={list} label="Loading the rules">
        {({ rules }) => (
          <DataTable
            caption="Namespace rules"
            columns={isAdmin ? [...COLUMNS, buttons] : COLUMNS}
            rows={rules}
            rowKey={({ id }) => id}
            empty={
              <Empty title="There are no rules.">
                Usage of namespaces that are not projects, such as the platform's own, is parked.
              </Empty>
            }
          />
        )}
      </Answer>
      {isAdding ? <AddRule clusterId={clusterId} onClose={() => setAdding(false)} /> : null}
      {withdrawing === undefined ? null : <WithdrawRule rule={withdrawing} onClose={() => setWithdrawing(undefined)} />}
    </section>
  );
}

function WithdrawRule({ rule, onClose }: { readonly rule: NamespaceRule; readonly onClose: () => void }) {
  const [reason, setReason] = useState('');
  const path = `/v1/namespace-rules/${rule.id}/withdraw`;
  const send = useSend<typeof ruleSchema, object>('POST', path, ruleSchema, ['/v1/namespace-rules']);
  const done = (): void => {
    say('The rule is withdrawn.');
    onClose();
  };
  return (
    <FormDialog
      title={`Withdraw the rule for ${rule.pattern}?`}
      submit="Withdraw the rule"
      isDanger
      send={send}
      isIncomplete={reason.trim() === ''}
      onSubmit={() => send.mutate({ reason: reason.trim() }, { onSuccess: done })}
      onClose={onClose}
    >
      <p>What it ignored waits again within seconds, as parked events; what it billed stays billed.</p>
      <ReasonField value={reason} onChange={setReason} error={send.error?.fields.get('reason')} />
    </FormDialog>
  );
}
