import { useState } from 'react';
import { useSend } from '../../../api/client.ts';
import { ReasonField, SelectField } from '../../../parts/fields.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { say } from '../../../parts/said.tsx';
import { type Remittance, remittanceSchema } from './stripe-schemas.ts';

const OUTCOMES = [
  { value: 'sent', text: 'Stripe has it, or it was billed another way' },
  { value: 'not_sent', text: 'Stripe does not have it: send it again' },
] as const;

type Outcome = (typeof OUTCOMES)[number]['value'];

export type ResolveRemittanceProps = {
  readonly id: string;
  readonly remittance: Remittance;
  readonly onClose: () => void;
};

/** Records what a person found out at Stripe. */
export function ResolveRemittance({ id, remittance, onClose }: ResolveRemittanceProps) {
  const options = remittance.status === 'sent' ? OUTCOMES.filter(({ value }) => value === 'not_sent') : OUTCOMES;
  const [outcome, setOutcome] = useState<Outcome>(options[0]?.value ?? 'not_sent');
  const [reason, setReason] = useState('');
  const send = useSend<typeof remittanceSchema, { readonly outcome: Outcome; readonly reason: string }>(
    'POST',
    `/v1/stripe/remittances/${remittance.id}/resolve`,
    remittanceSchema,
    ['/v1/stripe/remittances', `/v1/accounts/${encodeURIComponent(id)}/stripe`],
  );
  const done = (): void => {
    say('The remittance is resolved.');
    onClose();
  };
  return (
    <FormDialog
      title="Resolve the remittance"
      submit="Resolve it"
      isIncomplete={reason.trim() === ''}
      send={send}
      onSubmit={() => send.mutate({ outcome, reason: reason.trim() }, { onSuccess: done })}
      onClose={onClose}
    >
      <p>
        Look at Stripe for the meter event <span className="fixed">{remittance.identifier}</span>. What is not there is
        sent again with a new identifier.
      </p>
      <SelectField label="What you found" isRequired options={options} value={outcome} onChange={setOutcome} />
      <ReasonField value={reason} onChange={setReason} error={send.error?.fields.get('reason')} />
    </FormDialog>
  );
}
