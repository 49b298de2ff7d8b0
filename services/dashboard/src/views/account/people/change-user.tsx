import { useState } from 'react';
import { useSend } from '../../../api/client.ts';
import { TextField } from '../../../parts/fields.tsx';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { say } from '../../../parts/said.tsx';
import { type User, userSchema } from './people-schemas.ts';

type Body = {
  readonly name: string | null;
  readonly email: string | null;
  readonly billingAddress?: string | null;
};

export type ChangeUserProps = {
  readonly user: Pick<User, 'id' | 'name' | 'email'> & { readonly billingAddress?: string | null };
  /** The account that the user belongs to. */
  readonly accountId: string;
  /** An owner has an address that statements are sent to. */
  readonly hasBillingAddress?: boolean;
  readonly onClose: () => void;
};

/** Changes what somebody is called, and how statements are addressed. */
export function ChangeUser({ user, accountId, hasBillingAddress = false, onClose }: ChangeUserProps) {
  const [name, setName] = useState(user.name ?? '');
  const [email, setEmail] = useState(user.email ?? '');
  const [billingAddress, setBillingAddress] = useState(user.billingAddress ?? '');
  const send = useSend<typeof userSchema, Body>('PATCH', `/v1/users/${encodeURIComponent(user.id)}`, userSchema, [
    '/v1/users',
    '/v1/accounts',
    `/v1/accounts/${encodeURIComponent(accountId)}`,
  ]);
  const problem = send.error?.fields;
  const change = (): void =>
    send.mutate(
      {
        name: textOf(name),
        email: textOf(email),
        ...(hasBillingAddress ? { billingAddress: textOf(billingAddress) } : {}),
      },
      {
        onSuccess: () => {
          say('The change is saved.');
          onClose();
        },
      },
    );
  return (
    <FormDialog title={`Change ${user.name ?? user.id}`} submit="Save" send={send} onSubmit={change} onClose={onClose}>
      <p>Statements that are closed keep what they say.</p>
      <TextField label="Name" value={name} onChange={setName} error={problem?.get('name')} />
      <TextField label="E-mail" kind="email" value={email} onChange={setEmail} error={problem?.get('email')} />
      {hasBillingAddress ? (
        <TextField
          label="Billed to"
          kind="long"
          hint="Company and address as on an envelope. Empty: name and e-mail."
          value={billingAddress}
          onChange={setBillingAddress}
          error={problem?.get('billingAddress')}
        />
      ) : null}
    </FormDialog>
  );
}

function textOf(text: string): string | null {
  return text.trim() === '' ? null : text.trim();
}
