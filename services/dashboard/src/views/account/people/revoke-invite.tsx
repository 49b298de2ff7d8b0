import { withQuery } from '../../../address/addresses.ts';
import { useSend } from '../../../api/client.ts';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { say } from '../../../parts/said.tsx';
import { type Invite, inviteSchema } from './people-schemas.ts';

export type RevokeInviteProps = { readonly id: string; readonly invite: Invite; readonly onClose: () => void };

/** Takes an invitation back before it is accepted. */
export function RevokeInvite({ id, invite, onClose }: RevokeInviteProps) {
  const path = withQuery(`/v1/invites/${invite.id}`, { accountOwnerId: id });
  const send = useSend<typeof inviteSchema, undefined>('DELETE', path, inviteSchema, ['/v1/invites']);
  const done = (): void => {
    say('The invitation is revoked.');
    onClose();
  };
  return (
    <FormDialog
      title="Revoke this invitation?"
      submit="Revoke the invitation"
      isDanger
      send={send}
      onSubmit={() => send.mutate(undefined, { onSuccess: done })}
      onClose={onClose}
    >
      <p>The link that was made for {invite.email} stops working.</p>
    </FormDialog>
  );
}
