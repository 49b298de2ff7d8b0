import { useState } from 'react';
import * as z from 'zod/mini';
import { useSend } from '../../../api/client.ts';
import { today } from '../../../format/date.ts';
import { ReasonField, TextField } from '../../../parts/fields.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { say } from '../../../parts/said.tsx';

type Body = {
  readonly amount: string;
  readonly validFrom: string;
  readonly expiresOn: string | null;
  readonly reason: string;
  readonly reference: string | null;
};

const grantedSchema = z.object({ id: z.string() });

/** Grants an account credit that its next statements draw from. */
export function GrantCredit({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const [amount, setAmount] = useState('');
  const [validFrom, setValidFrom] = useState(today());
  const [expiresOn, setExpiresOn] = useState('');
  const [reference, setReference] = useState('');
  const [reason, setReason] = useState('');
  const account = `/v1/accounts/${encodeURIComponent(id)}`;
  const send = useSend<typeof grantedSchema, Body>('POST', `${account}/grants`, grantedSchema, [
    account,
    `${account}/grants`,
  ]);
  const problem = send.error?.fields;
  const grant = (): void =>
    send.mutate(
      {
        amount: amount.trim(),
        validFrom,
        expiresOn: expiresOn === '' ? null : expiresOn,
        reason: reason.trim(),
        reference: reference.trim() === '' ? null : reference.trim(),
      },
      {
        onSuccess: () => {
          say('The credit is granted.');
          onClose();
        },
      },
    );
  return (
    <FormDialog
      title="Grant credit"
      submit="Grant the credit"
      send={send}
      isIncomplete={amount.trim() === '' || validFrom === '' || reason.trim() === ''}
      onSubmit={grant}
      onClose={onClose}
    >
      <p>Statements that are closed from now on draw from it, before anything is left to pay.</p>
      <TextField
        label="Amount in USD"
        kind="decimal"
        isRequired
        placeholder="250.00"
        value={amount}
        onChange={setAmount}
        error={problem?.get('amount')}
      />
      <div className="form-row">
        <TextField
          label="Valid from"
          kind="date"
          isRequired
          value={validFrom}
          onChange={setValidFrom}
          error={problem?.get('validFrom')}
        />
        <TextField
          label="Expires on"
          kind="date"
          min={validFrom}
          hint="The first day on which it is no longer valid."
          value={expiresOn}
          onChange={setExpiresOn}
          error={problem?.get('expiresOn')}
        />
      </div>
      <TextField
        label="Reference"
        placeholder="invoice-2026-117"
        hint="Your own: the same reference never grants twice."
        value={reference}
        onChange={setReference}
        error={problem?.get('reference')}
      />
      <ReasonField value={reason} onChange={setReason} error={problem?.get('reason')} />
      <p className="field-hint">The account’s owner sees the reason too.</p>
    </FormDialog>
  );
}
