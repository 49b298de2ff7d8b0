import { useState } from 'react';
import { useSend } from '../../../api/client.ts';
import { ChangeForm } from '../../../parts/change-form.tsx';
import { ReasonField, SelectField, TextField } from '../../../parts/fields.tsx';
import { PersonField } from '../../../parts/person-field.tsx';
import { doneSchema, type RemedyFormProps, TOUCHED } from './remedy-form.ts';

/** As the api takes it. */
const PATTERN_LENGTH_MAX = 253;

const ACTIONS = [
  { value: 'ignore', text: 'Ignore it, and keep it' },
  { value: 'book', text: 'Book it on an account' },
] as const;

type Action = (typeof ACTIONS)[number]['value'];

type Body = {
  readonly clusterId: string | undefined;
  readonly pattern: string;
  readonly action: Action;
  readonly userId?: string;
  readonly reason: string;
};

/** Says what becomes of the usage of a namespace of the platform's own. */
export function AddRule({ lacking: { clusterId, namespace = '' }, onDone, onClose }: RemedyFormProps) {
  const [pattern, setPattern] = useState(namespace);
  const [action, setAction] = useState<Action>('ignore');
  const [userId, setUserId] = useState('');
  const [reason, setReason] = useState('');
  const send = useSend<typeof doneSchema, Body>('POST', '/v1/namespace-rules', doneSchema, [
    ...TOUCHED,
    '/v1/namespace-rules',
  ]);
  const problem = send.error?.fields;
  const isBooked = action === 'book';
  return (
    <ChangeForm
      submit="Add the rule"
      send={send}
      isIncomplete={pattern.trim() === '' || reason.trim() === '' || (isBooked && userId.trim() === '')}
      onSubmit={() =>
        send.mutate(
          {
            ...{ clusterId, pattern: pattern.trim(), action, reason: reason.trim() },
            ...(isBooked ? { userId: userId.trim() } : {}),
          },
          { onSuccess: () => onDone(`The rule for ${pattern.trim()} is added.`) },
        )
      }
      onClose={onClose}
    >
      <p>A rule says what becomes of usage of namespaces that are not projects, such as those of the platform.</p>
      <TextField
        label="Namespace"
        isRequired
        lengthMax={PATTERN_LENGTH_MAX}
        hint="Or the beginning of several, followed by *."
        value={pattern}
        onChange={setPattern}
        error={problem?.get('pattern')}
      />
      <SelectField label="Its usage" isRequired options={ACTIONS} value={action} onChange={setAction} />
      {isBooked ? (
        <PersonField
          label="User"
          hint="Who is billed for it; need not be on the cluster."
          value={userId}
          onChange={setUserId}
          error={problem?.get('userId')}
        />
      ) : null}
      <ReasonField value={reason} onChange={setReason} error={problem?.get('reason')} />
    </ChangeForm>
  );
}
