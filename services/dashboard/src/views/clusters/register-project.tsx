import { useState } from 'react';
import { CheckedFormDialog } from '../../parts/checked-form-dialog.tsx';
import { ReasonField, TextField } from '../../parts/fields.tsx';
import { PersonField } from '../../parts/person-field.tsx';
import { say } from '../../parts/said.tsx';
import { changedProjectSchema } from './cluster-schemas.ts';
import { momentOf } from './moment-of.ts';
import { MovedUsage } from './moved-usage.tsx';
import { Refusal } from './refusal.tsx';

/** Says whose a namespace is. */
export function RegisterProject({ clusterId, onClose }: { readonly clusterId: string; readonly onClose: () => void }) {
  const [namespace, setNamespace] = useState('');
  const [user, setUser] = useState('');
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const [reason, setReason] = useState('');
  const done = (): void => {
    say('The project is registered. What waits for it is counted within seconds.');
    onClose();
  };
  return (
    <CheckedFormDialog
      title="Register a project"
      submit="Register the project"
      isIncomplete={namespace.trim() === '' || user.trim() === ''}
      method="POST"
      path="/v1/projects"
      schema={changedProjectSchema}
      body={{
        clusterId,
        namespace: namespace.trim(),
        userId: user.trim(),
        startedAt: momentOf(from),
        endedAt: momentOf(until),
        reason: reason.trim() || undefined,
      }}
      touches={['/v1/projects']}
      describe={({ eventCount, moved, ...changed }) => (
        <MovedUsage project={changed} eventCount={eventCount} moved={moved} />
      )}
      onDone={done}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <TextField
            label="Namespace"
            isRequired
            lengthMax={63}
            placeholder="fraud-detection"
            value={namespace}
            onChange={setNamespace}
            error={problem?.fields.get('namespace')}
          />
          <PersonField label="User" value={user} onChange={setUser} error={problem?.fields.get('userId')} />
          <div className="form-row">
            <TextField
              label="From (UTC)"
              kind="datetime-local"
              hint="Leave empty for “always”, or for now if someone had it before."
              value={from}
              onChange={setFrom}
              error={problem?.fields.get('startedAt')}
            />
            <TextField
              label="Until (UTC)"
              kind="datetime-local"
              hint="Leave empty if it goes on."
              value={until}
              onChange={setUntil}
              error={problem?.fields.get('endedAt')}
            />
          </div>
          <ReasonField
            isRequired={false}
            hint="Needed where counted usage moves. Kept in the audit log."
            value={reason}
            onChange={setReason}
            error={problem?.fields.get('reason')}
          />
          <Refusal problem={problem} />
        </>
      )}
    </CheckedFormDialog>
  );
}
