import { useState } from 'react';
import { addresses } from '../../../address/addresses.ts';
import { go } from '../../../address/go.ts';
import { useSend } from '../../../api/client.ts';
import { TextField } from '../../../parts/fields.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { say } from '../../../parts/said.tsx';
import { userSchema } from './people-schemas.ts';

type Body = {
  readonly id: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly accountOwnerId: string | null;
};

export type CreateUserProps = {
  /** Whose member the user becomes; null for the owner of a new account. */
  readonly accountOwnerId: string | null;
  readonly onClose: () => void;
};

/** Adds somebody whose id is known, without an invitation. */
export function CreateUser({ accountOwnerId, onClose }: CreateUserProps) {
  const [id, setId] = useState('');
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const isOwner = accountOwnerId === null;
  const send = useSend<typeof userSchema, Body>('POST', '/v1/users', userSchema, [
    '/v1/users',
    '/v1/accounts',
    ...(isOwner ? [] : [`/v1/accounts/${encodeURIComponent(accountOwnerId)}`]),
  ]);
  const problem = send.error?.fields;
  const create = (): void =>
    send.mutate(
      { id: id.trim(), email: textOf(email), name: textOf(name), accountOwnerId },
      {
        onSuccess: (user) => {
          say(isOwner ? 'The account is created.' : 'The member is added.');
          onClose();
          if (isOwner) go(addresses.account(user.id));
        },
      },
    );
  return (
    <FormDialog
      title={isOwner ? 'Create an account' : 'Add a member'}
      submit={isOwner ? 'Create the account' : 'Add the member'}
      isIncomplete={id.trim() === ''}
      send={send}
      onSubmit={create}
      onClose={onClose}
    >
      <p>
        {isOwner
          ? 'The account has the id of its owner, who pays for what they and their members use.'
          : 'The account pays for everything that the member uses.'}
      </p>
      <TextField
        label="User id"
        isRequired
        placeholder="auth0|507f1f77"
        hint="The Auth0 id that the person signs in with. It cannot be changed later."
        value={id}
        onChange={setId}
        error={problem?.get('id')}
      />
      <TextField label="Name" value={name} onChange={setName} error={problem?.get('name')} />
      <TextField label="E-mail" kind="email" value={email} onChange={setEmail} error={problem?.get('email')} />
    </FormDialog>
  );
}

function textOf(text: string): string | null {
  return text.trim() === '' ? null : text.trim();
}
