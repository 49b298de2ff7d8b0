import { useState } from 'react';
import { CheckedFormDialog } from '../../parts/checked-form-dialog.tsx';
import { ReasonField, TextField } from '../../parts/fields.tsx';
import { PersonField } from '../../parts/person-field.tsx';
import { say } from '../../parts/said.tsx';
import { type Project, projectChangeSchema } from './cluster-schemas.ts';
import { momentOf } from './moment-of.ts';
import { MovedUsage } from './moved-usage.tsx';
import { Refusal } from './refusal.tsx';

/** Gives a project to another user, from now on or since some time. */
export function HandOverProject({ project, onClose }: { readonly project: Project; readonly onClose: () => void }) {
  const [user, setUser] = useState('');
  const [from, setFrom] = useState('');
  const [reason, setReason] = useState('');
  const done = (): void => {
    say('The project is handed over.');
    onClose();
  };
  return (
    <CheckedFormDialog
      title={`Hand ${project.namespace} over`}
      submit="Hand the project over"
      isIncomplete={user.trim() === '' || (from !== '' && reason.trim() === '')}
      method="POST"
      path={`/v1/projects/${project.id}/user`}
      schema={projectChangeSchema}
      body={{ userId: user.trim(), from: momentOf(from), reason: reason.trim() || undefined }}
      touches={['/v1/projects']}
      describe={(change) => <MovedUsage {...change} />}
      onDone={done}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <p>It is {project.userId}’s until then. Counted usage since then moves along.</p>
          <PersonField label="New user" value={user} onChange={setUser} error={problem?.fields.get('userId')} />
          <TextField
            label="From (UTC)"
            kind="datetime-local"
            hint="Leave empty for now. A time in the past needs a reason."
            value={from}
            onChange={setFrom}
            error={problem?.fields.get('from')}
          />
          <ReasonField
            isRequired={from !== ''}
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
