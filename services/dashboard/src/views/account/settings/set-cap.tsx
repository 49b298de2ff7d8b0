import { useState } from 'react';
import { useSend } from '../../../api/client.ts';
import { TextField } from '../../../parts/fields.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { say } from '../../../parts/said.tsx';
import { capSchema } from '../account-schemas.ts';

export type SetCapProps = { readonly id: string; readonly cap: string | null; readonly onClose: () => void };

/** Sets how much an account wants to spend in a month. */
export function SetCap({ id, cap, onClose }: SetCapProps) {
  const [amount, setAmount] = useState(cap ?? '');
  const account = `/v1/accounts/${encodeURIComponent(id)}`;
  const send = useSend<typeof capSchema, { readonly amount: string }>('PUT', `${account}/cap`, capSchema, [
    account,
    `${account}/cap`,
  ]);
  const done = (): void => {
    say('The spending cap is set.');
    onClose();
  };
  return (
    <FormDialog
      title="Set the spending cap"
      submit="Set the cap"
      isIncomplete={amount.trim() === ''}
      send={send}
      onSubmit={() => send.mutate({ amount: amount.trim() }, { onSuccess: done })}
      onClose={onClose}
    >
      <p>Alerts are raised when a month reaches 80, 90 and 100% of it. Nothing is stopped.</p>
      <TextField
        label="USD a month"
        kind="decimal"
        isRequired
        placeholder="1000.00"
        value={amount}
        onChange={setAmount}
        error={send.error?.fields.get('amount')}
      />
    </FormDialog>
  );
}
