import { useState } from 'react';
import { addresses } from '../../../address/addresses.ts';
import { useSend } from '../../../api/client.ts';
import { TextField } from '../../../parts/fields.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { SecretDialog } from '../../../parts/secret.tsx';
import { createdInviteSchema } from './people-schemas.ts';

type Body = { readonly accountOwnerId: string; readonly email: string };

/** Invites an address into the account, and shows the link for it once. */
export function CreateInvite({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const [email, setEmail] = useState('');
  const send = useSend<typeof createdInviteSchema, Body>('POST', '/v1/invites', createdInviteSchema, ['/v1/invites']);
  if (send.data !== undefined) {
    const link = `${window.location.origin}${addresses.acceptInvite(send.data.token)}`;
    return (
      <SecretDialog title="The invitation is created" name="link" secret={link} onClose={onClose}>
        <p>Send it to {send.data.invite.email}. Whoever opens it and signs in becomes a member of the account.</p>
      </SecretDialog>
    );
  }
  return (
    <FormDialog
      title="Invite somebody"
      submit="Create the invitation"
      isIncomplete={email.trim() === ''}
      send={send}
      onSubmit={() => send.mutate({ accountOwnerId: id, email: email.trim() })}
      onClose={onClose}
    >
      <p>You get a link that is valid for 7 days and works once. The account pays for what the new member uses.</p>
      <TextField
        label="E-mail"
        kind="email"
        isRequired
        placeholder="grace@example.com"
        value={email}
        onChange={setEmail}
        error={send.error?.fields.get('email')}
      />
    </FormDialog>
  );
}
