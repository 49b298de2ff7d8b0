import { useState } from 'react';
import * as z from 'zod/mini';
import { useApi, useSend } from '../../../api/client.ts';
import { formatTime } from '../../../format/date.ts';
import { ChangeForm } from '../../../parts/change-form.tsx';
import { ReasonField, TextField } from '../../../parts/fields.tsx';
import { PersonField } from '../../../parts/person-field.tsx';
import { doneSchema, type RemedyFormProps, TOUCHED, toField, toMoment } from './remedy-form.ts';

const projectsSchema = z.object({
  projects: z.array(z.object({ id: z.string(), userId: z.string(), endedAt: z.nullable(z.string()) })),
});

type Body = {
  readonly clusterId: string | undefined;
  readonly namespace: string | undefined;
  readonly userId: string;
  readonly startedAt: string | undefined;
  readonly reason: string;
};

/** Registers a namespace as the project of a user. */
export function RegisterProject({ lacking, onDone, onClose }: RemedyFormProps) {
  const { clusterId, namespace, start } = lacking;
  const [userId, setUserId] = useState('');
  const [from, setFrom] = useState<string>();
  const [reason, setReason] = useState('');
  const before = useApi('/v1/projects', { clusterId, namespace, limit: '100' }, projectsSchema);
  const last = before.data?.projects.findLast(({ endedAt }) => endedAt !== null);
  // What waits began after somebody else had the namespace: a project from now on would not count it.
  const startedAt = from ?? (last === undefined ? '' : toField(start));
  const send = useSend<typeof doneSchema, Body>('POST', '/v1/projects', doneSchema, [...TOUCHED, '/v1/projects']);
  const problem = send.error?.fields;
  return (
    <ChangeForm
      submit="Register the namespace"
      send={send}
      isIncomplete={userId.trim() === '' || reason.trim() === ''}
      onSubmit={() =>
        send.mutate(
          { clusterId, namespace, userId: userId.trim(), startedAt: toMoment(startedAt), reason: reason.trim() },
          { onSuccess: () => onDone(`The namespace ${namespace} is registered.`) },
        )
      }
      onClose={onClose}
    >
      <p>
        Usage of the namespace <code>{namespace}</code> is booked on the user’s account, including what waits here.
      </p>
      <PersonField
        label="User"
        hint="Whose project it is. They must be assigned to the cluster."
        value={userId}
        onChange={setUserId}
        error={problem?.get('userId')}
      />
      <TextField
        label="From"
        kind="datetime-local"
        hint={
          last === undefined
            ? 'UTC. Empty: always.'
            : `UTC. It was a project of ${last.userId} until ${formatTime(last.endedAt ?? '')}. Empty: from now on.`
        }
        value={startedAt}
        onChange={setFrom}
        error={problem?.get('startedAt')}
      />
      <ReasonField value={reason} onChange={setReason} error={problem?.get('reason')} />
    </ChangeForm>
  );
}
