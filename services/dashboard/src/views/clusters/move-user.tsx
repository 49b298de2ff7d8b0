import { useState } from 'react';
import { CheckedFormDialog } from '../../parts/checked-form-dialog.tsx';
import { Time } from '../../parts/day.tsx';
import { ReasonField, TextField } from '../../parts/fields.tsx';
import { PersonField } from '../../parts/person-field.tsx';
import { say } from '../../parts/said.tsx';
import { type ActiveCluster, assignedSchema } from './cluster-schemas.ts';
import { momentOf } from './moment-of.ts';
import { Refusal } from './refusal.tsx';
import { touchedByAssignment } from './touched-by-assignment.ts';

/** Puts a user on the cluster, from now on or since some time. */
export function MoveUser({ cluster, onClose }: { readonly cluster: ActiveCluster; readonly onClose: () => void }) {
  const [user, setUser] = useState('');
  const [from, setFrom] = useState('');
  const [reason, setReason] = useState('');
  const { id, name, currentUsers, maxUsers } = cluster;
  const occupancy = `${currentUsers} of ${maxUsers}`;
  const done = (): void => {
    say('The user is on this cluster.');
    onClose();
  };
  return (
    <CheckedFormDialog
      title={`Move a user to ${name}`}
      submit="Move the user"
      isIncomplete={user.trim() === '' || (from !== '' && reason.trim() === '')}
      method="POST"
      path={`/v1/users/${encodeURIComponent(user.trim())}/assignment`}
      schema={assignedSchema}
      body={{ clusterId: id, from: momentOf(from), reason: reason.trim() || undefined }}
      touches={touchedByAssignment(id)}
      describe={({ userId, startedAt }) => (
        <p>
          {userId} is on {name}{' '}
          {startedAt === null ? (
            'for all time, the past too'
          ) : (
            <>
              since <Time time={startedAt} />
            </>
          )}
          . Members who are on an owner’s cluster move along.
        </p>
      )}
      onDone={done}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <p>
            Their usage is counted on this cluster from then on; what was counted stays. {occupancy} users are on it.
          </p>
          <PersonField label="User" value={user} onChange={setUser} />
          <TextField
            label="Since (UTC)"
            kind="datetime-local"
            hint="Leave empty for now. A time in the past needs a reason."
            value={from}
            onChange={setFrom}
            error={problem?.fields.get('from')}
          />
          {from === '' ? null : (
            <ReasonField value={reason} onChange={setReason} error={problem?.fields.get('reason')} />
          )}
          <Refusal problem={problem} />
        </>
      )}
    </CheckedFormDialog>
  );
}
