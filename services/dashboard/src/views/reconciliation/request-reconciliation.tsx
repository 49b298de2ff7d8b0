import { useState } from 'react';
import { addresses } from '../../address/addresses.ts';
import { go } from '../../address/go.ts';
import { useSend } from '../../api/client.ts';
import { addDays, today } from '../../format/date.ts';
import { TextField } from '../../parts/fields.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { say } from '../../parts/said.tsx';
import { reconciliationSchema } from './reconciliation-schemas.ts';

type Body = { readonly from: string; readonly to: string };

/** Asks for a comparison of some usage days, and shows it. */
export function RequestReconciliation({ onClose }: { readonly onClose: () => void }) {
  const [from, setFrom] = useState(addDays(today(), -7));
  const [last, setLast] = useState(today());
  const send = useSend<typeof reconciliationSchema, Body>('POST', '/v1/reconciliations', reconciliationSchema, [
    '/v1/reconciliations',
    '/v1/operations',
  ]);
  const problem = send.error?.fields;
  return (
    <FormDialog
      title="Compare days"
      submit="Compare them"
      send={send}
      isIncomplete={from === '' || last === ''}
      onSubmit={() =>
        send.mutate(
          { from, to: addDays(last, 1) },
          {
            onSuccess: ({ id }) => {
              say('A worker compares the days now.');
              onClose();
              go(addresses.reconciliation(id));
            },
          },
        )
      }
      onClose={onClose}
    >
      <p>A worker compares the totals of these usage days with their events. Nothing is changed.</p>
      <div className="form-row">
        <TextField
          label="First day"
          kind="date"
          isRequired
          value={from}
          onChange={setFrom}
          error={problem?.get('from')}
        />
        <TextField label="Last day" kind="date" isRequired value={last} onChange={setLast} error={problem?.get('to')} />
      </div>
    </FormDialog>
  );
}
