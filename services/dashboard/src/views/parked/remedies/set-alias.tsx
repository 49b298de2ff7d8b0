import { useState } from 'react';
import { useSend } from '../../../api/client.ts';
import { ChangeForm } from '../../../parts/change-form.tsx';
import { ReasonField } from '../../../parts/fields.tsx';
import { PersonField } from '../../../parts/person-field.tsx';
import { doneSchema, type RemedyFormProps, TOUCHED } from './remedy-form.ts';

type Body = {
  readonly clusterId: string | undefined;
  readonly alias: string;
  readonly userId: string;
  readonly reason: string;
};

/** Says which user a cluster means by a name. */
export function SetAlias({ lacking: { clusterId, subject = '' }, onDone, onClose }: RemedyFormProps) {
  const [userId, setUserId] = useState('');
  const [reason, setReason] = useState('');
  const send = useSend<typeof doneSchema, Body>('POST', '/v1/aliases', doneSchema, [...TOUCHED, '/v1/aliases']);
  const problem = send.error?.fields;
  return (
    <ChangeForm
      submit="Set the alias"
      send={send}
      isIncomplete={subject === '' || userId.trim() === '' || reason.trim() === ''}
      onSubmit={() =>
        send.mutate(
          { clusterId, alias: subject, userId: userId.trim(), reason: reason.trim() },
          { onSuccess: () => onDone(`${subject} is now an alias of ${userId.trim()}.`) },
        )
      }
      onClose={onClose}
    >
      <p>
        Usage that this cluster reports for <code>{subject}</code> is booked on the user’s account.
      </p>
      <PersonField
        label="User"
        hint="Whom the cluster calls so."
        value={userId}
        onChange={setUserId}
        error={problem?.get('userId')}
      />
      <ReasonField value={reason} onChange={setReason} error={problem?.get('reason')} />
    </ChangeForm>
  );
}
