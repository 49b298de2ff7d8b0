import { useState } from 'react';
import { useSend } from '../../../api/client.ts';
import { ChangeForm } from '../../../parts/change-form.tsx';
import { TextField } from '../../../parts/fields.tsx';
import { PersonField } from '../../../parts/person-field.tsx';
import { doneSchema, type RemedyFormProps, TOUCHED } from './remedy-form.ts';

/** As the api takes them. */
const ID_LENGTH_MAX = 255;
const NAME_LENGTH_MAX = 100;

type Body = {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly accountOwnerId: string | null;
};

/** Creates the user whom an event names by id. */
export function CreateUser({ lacking: { subject = '' }, onDone, onClose }: RemedyFormProps) {
  const [id, setId] = useState(subject);
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [owner, setOwner] = useState('');
  const send = useSend<typeof doneSchema, Body>('POST', '/v1/users', doneSchema, [
    ...TOUCHED,
    '/v1/users',
    '/v1/accounts',
  ]);
  const problem = send.error?.fields;
  const given = (text: string): string | null => (text.trim() === '' ? null : text.trim());
  return (
    <ChangeForm
      submit="Create the user"
      send={send}
      isIncomplete={id.trim() === ''}
      onSubmit={() =>
        send.mutate(
          { id: id.trim(), name: given(name), email: given(email), accountOwnerId: given(owner) },
          { onSuccess: () => onDone(`The user ${id.trim()} is created.`) },
        )
      }
      onClose={onClose}
    >
      <p>The usage is billed to the user’s account owner. To be counted, the user must also be on the cluster.</p>
      <TextField
        label="Id"
        isRequired
        lengthMax={ID_LENGTH_MAX}
        hint="What the cluster reports. If it is a Hopsworks user name, set an alias instead."
        value={id}
        onChange={setId}
        error={problem?.get('id')}
      />
      <div className="form-row">
        <TextField
          label="Name"
          lengthMax={NAME_LENGTH_MAX}
          value={name}
          onChange={setName}
          error={problem?.get('name')}
        />
        <TextField label="E-mail" kind="email" value={email} onChange={setEmail} error={problem?.get('email')} />
      </div>
      <PersonField
        label="Account owner"
        isRequired={false}
        hint="Who pays. Empty: the user has an account of their own."
        value={owner}
        onChange={setOwner}
        error={problem?.get('accountOwnerId')}
      />
    </ChangeForm>
  );
}
