import { useState } from 'react';
import * as z from 'zod/mini';
import { useSend } from '../../../api/client.ts';
import { ReasonField } from '../../../parts/fields.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { Money } from '../../../parts/money.tsx';
import { say } from '../../../parts/said.tsx';
import type { Grant } from '../account-schemas.ts';

const revokedSchema = z.object({ id: z.string() });

export type RevokeGrantProps = { readonly id: string; readonly grant: Grant; readonly onClose: () => void };

/** Takes back a grant that was a mistake. */
export function RevokeGrant({ id, grant, onClose }: RevokeGrantProps) {
  const [reason, setReason] = useState('');
  const account = `/v1/accounts/${encodeURIComponent(id)}`;
  const send = useSend<typeof revokedSchema, { readonly reason: string }>(
    'POST',
    `${account}/grants/${grant.id}/revoke`,
    revokedSchema,
    [account, `${account}/grants`],
  );
  const done = (): void => {
    say('The grant is revoked.');
    onClose();
  };
  return (
    <FormDialog
      title="Revoke this grant?"
      submit="Revoke the grant"
      isDanger
      isIncomplete={reason.trim() === ''}
      send={send}
      onSubmit={() => send.mutate({ reason: reason.trim() }, { onSuccess: done })}
      onClose={onClose}
    >
      <p>
        Nothing draws from “{grant.reference ?? grant.reason}” any more. What statements drew of its{' '}
        <Money amount={grant.amount} /> stays drawn: <Money amount={grant.drawn} />.
      </p>
      <ReasonField value={reason} onChange={setReason} error={send.error?.fields.get('reason')} />
    </FormDialog>
  );
}
