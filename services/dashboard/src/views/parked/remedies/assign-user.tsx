import { useState } from 'react';
import { useSend } from '../../../api/client.ts';
import { ChangeForm } from '../../../parts/change-form.tsx';
import { ReasonField, TextField } from '../../../parts/fields.tsx';
import { PersonField } from '../../../parts/person-field.tsx';
import { doneSchema, type RemedyFormProps, TOUCHED, toField, toMoment } from './remedy-form.ts';

type Body = {
  readonly clusterId: string | undefined;
  readonly from: string | undefined;
  readonly until: string | undefined;
  readonly reason: string;
};

/** Assigns a user to the cluster that reported the usage, since the usage began. */
export function AssignUser({ lacking, onDone, onClose }: RemedyFormProps) {
  const { clusterId } = lacking;
  const [userId, setUserId] = useState(lacking.userId ?? '');
  const [from, setFrom] = useState(toField(lacking.start));
  const [until, setUntil] = useState('');
  const [reason, setReason] = useState('');
  const path = `/v1/users/${encodeURIComponent(userId.trim())}/assignment`;
  const send = useSend<typeof doneSchema, Body>('POST', path, doneSchema, [...TOUCHED, '/v1/users', '/v1/clusters']);
  const problem = send.error?.fields;
  return (
    <ChangeForm
      submit="Assign the user"
      send={send}
      isIncomplete={userId.trim() === '' || reason.trim() === ''}
      onSubmit={() =>
        send.mutate(
          { clusterId, from: toMoment(from), until: toMoment(until), reason: reason.trim() },
          { onSuccess: () => onDone(`${userId.trim()} is assigned to the cluster.`) },
        )
      }
      onClose={onClose}
    >
      <p>
        The user is assigned to the cluster that reported this usage, from when it began. A user is on one cluster at a
        time: the assignment replaces any other one in that time.
      </p>
      <PersonField label="User" value={userId} onChange={setUserId} />
      <div className="form-row">
        <TextField
          label="From"
          kind="datetime-local"
          hint="UTC. Empty: from now on."
          value={from}
          onChange={setFrom}
          error={problem?.get('from')}
        />
        <TextField
          label="Until"
          kind="datetime-local"
          hint="UTC. Empty: the user stays there."
          value={until}
          onChange={setUntil}
          error={problem?.get('until')}
        />
      </div>
      <ReasonField value={reason} onChange={setReason} error={problem?.get('reason')} />
    </ChangeForm>
  );
}
