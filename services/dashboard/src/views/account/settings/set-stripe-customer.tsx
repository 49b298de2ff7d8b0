import { useState } from 'react';
import { useSend } from '../../../api/client.ts';
import { today } from '../../../format/date.ts';
import { TextField } from '../../../parts/fields.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { say } from '../../../parts/said.tsx';
import { stripePeriodSchema } from './stripe-schemas.ts';

type Body = { readonly stripeCustomerId: string; readonly from: string };

/** Sets the Stripe customer that pays from a day on. */
export function SetStripeCustomer({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const [customer, setCustomer] = useState('');
  const [from, setFrom] = useState(today());
  const account = `/v1/accounts/${encodeURIComponent(id)}`;
  const send = useSend<typeof stripePeriodSchema, Body>('PUT', `${account}/stripe-customer`, stripePeriodSchema, [
    account,
    `${account}/stripe`,
  ]);
  const done = (): void => {
    say('The Stripe customer is set.');
    onClose();
  };
  return (
    <FormDialog
      title="Set the Stripe customer"
      submit="Set the customer"
      isIncomplete={customer.trim() === '' || from === ''}
      send={send}
      onSubmit={() => send.mutate({ stripeCustomerId: customer.trim(), from }, { onSuccess: done })}
      onClose={onClose}
    >
      <p>
        Usage booked on that day or later is sent to Stripe for this customer. Whoever paid before pays up to that day.
      </p>
      <TextField
        label="Stripe customer"
        isRequired
        placeholder="cus_NffrFeUfNV2Hib"
        value={customer}
        onChange={setCustomer}
        error={send.error?.fields.get('stripeCustomerId')}
      />
      <TextField
        label="First day"
        kind="date"
        isRequired
        value={from}
        onChange={setFrom}
        error={send.error?.fields.get('from')}
      />
    </FormDialog>
  );
}
