import { useState } from 'react';
import * as z from 'zod/mini';
import { withQuery } from '../../../address/addresses.ts';
import { useSend } from '../../../api/client.ts';
import { addDays, today } from '../../../format/date.ts';
import { TextField } from '../../../parts/fields.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { say } from '../../../parts/said.tsx';
import { stripePeriodSchema } from './stripe-schemas.ts';

const endedSchema = z.object({ ended: z.array(stripePeriodSchema) });

/** Stops billing an account through Stripe. */
export function EndStripeCustomer({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const [to, setTo] = useState(addDays(today(), 1));
  const account = `/v1/accounts/${encodeURIComponent(id)}`;
  const path = withQuery(`${account}/stripe-customer`, { to });
  const send = useSend<typeof endedSchema, undefined>('DELETE', path, endedSchema, [account, `${account}/stripe`]);
  const done = (): void => {
    say('Billing through Stripe ends.');
    onClose();
  };
  return (
    <FormDialog
      title="End billing through Stripe?"
      submit="End it"
      isDanger
      isIncomplete={to === ''}
      send={send}
      onSubmit={() => send.mutate(undefined, { onSuccess: done })}
      onClose={onClose}
    >
      <p>Usage that is booked on that day or later is no longer sent. What was booked before is still sent.</p>
      <TextField label="First day that Stripe does not bill" kind="date" isRequired value={to} onChange={setTo} />
    </FormDialog>
  );
}
