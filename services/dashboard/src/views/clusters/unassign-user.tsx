import { useState } from 'react';
import { useSend } from '../../api/client.ts';
import { CheckedFormDialog } from '../../parts/checked-form-dialog.tsx';
import { Time } from '../../parts/day.tsx';
import { ReasonField, SelectField, TextField } from '../../parts/fields.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { say } from '../../parts/said.tsx';
import { type ActiveCluster, type ClusterUser, unassignedSchema } from './cluster-schemas.ts';
import { momentOf } from './moment-of.ts';
import { Refusal } from './refusal.tsx';
import { touchedByAssignment } from './touched-by-assignment.ts';

const WHEN = [
  { value: 'now', text: 'Now' },
  { value: 'past', text: 'In the past' },
] as const;

export type UnassignUserProps = {
  readonly cluster: ActiveCluster;
  readonly user: ClusterUser;
  readonly onClose: () => void;
};

/** Takes a user off the cluster: now, or at some moment that has passed. */
export function UnassignUser({ cluster, user, onClose }: UnassignUserProps) {
  const [when, setWhen] = useState<'now' | 'past'>('now');
  const [at, setAt] = useState('');
  const [reason, setReason] = useState('');
  const path = `/v1/users/${encodeURIComponent(user.id)}/assignment`;
  const touches = touchedByAssignment(cluster.id);
  const send = useSend<typeof unassignedSchema, undefined>('DELETE', path, unassignedSchema, touches);
  const done = (): void => {
    say('The user is on no cluster.');
    onClose();
  };
  const title = `Unassign ${user.name ?? user.id} from ${cluster.name}?`;
  const choice = (
    <>
      <p>
        {user.accountOwnerId === null ? 'Members who are on the same cluster go too. ' : ''}Later usage of them is
        parked until they are on a cluster again.
      </p>
      <SelectField label="When" isRequired options={WHEN} value={when} onChange={setWhen} />
    </>
  );
  if (when === 'now')
    return (
      <FormDialog
        title={title}
        submit="Unassign the user"
        isDanger
        send={send}
        onSubmit={() => send.mutate(undefined, { onSuccess: done })}
        onClose={onClose}
      >
        {choice}
        <Refusal problem={send.error} />
      </FormDialog>
    );
  return (
    <CheckedFormDialog
      title={title}
      submit="Unassign the user"
      isDanger
      isIncomplete={at === '' || reason.trim() === ''}
      method="POST"
      path={`${path}/end`}
      schema={unassignedSchema}
      body={{ at: momentOf(at), reason: reason.trim() }}
      touches={touches}
      describe={({ assignment }) =>
        assignment === null || assignment.endedAt === null ? (
          <p>Nothing would change.</p>
        ) : (
          <p>
            {assignment.userId} has been on no cluster since <Time time={assignment.endedAt} />.
          </p>
        )
      }
      onDone={done}
      onClose={onClose}
    >
      {(problem) => (
        <>
          {choice}
          <TextField
            label="Since (UTC)"
            kind="datetime-local"
            isRequired
            value={at}
            onChange={setAt}
            error={problem?.fields.get('at')}
          />
          <ReasonField value={reason} onChange={setReason} error={problem?.fields.get('reason')} />
          <Refusal problem={problem} />
        </>
      )}
    </CheckedFormDialog>
  );
}
