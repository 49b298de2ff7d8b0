import { useState } from 'react';
import { CheckedFormDialog } from '../../parts/checked-form-dialog.tsx';
import { ReasonField, TextField } from '../../parts/fields.tsx';
import { say } from '../../parts/said.tsx';
import { changedProjectSchema, type Project } from './cluster-schemas.ts';
import { momentOf } from './moment-of.ts';
import { MovedUsage } from './moved-usage.tsx';
import { Refusal } from './refusal.tsx';

/** Ends a project: its namespace is free from then on. */
export function EndProject({ project, onClose }: { readonly project: Project; readonly onClose: () => void }) {
  const [at, setAt] = useState('');
  const [reason, setReason] = useState('');
  const done = (): void => {
    say('The project is ended.');
    onClose();
  };
  return (
    <CheckedFormDialog
      title={`End ${project.namespace}?`}
      submit="End the project"
      isDanger
      method="POST"
      path={`/v1/projects/${project.id}/end`}
      schema={changedProjectSchema}
      body={{ at: momentOf(at), reason: reason.trim() || undefined }}
      touches={['/v1/projects']}
      describe={({ eventCount, moved, ...changed }) => (
        <MovedUsage project={changed} eventCount={eventCount} moved={moved} />
      )}
      onDone={done}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <p>Usage of the time before stays {project.userId}’s; later usage of the namespace is parked.</p>
          <TextField
            label="At (UTC)"
            kind="datetime-local"
            hint="Leave empty for now."
            value={at}
            onChange={setAt}
            error={problem?.fields.get('at')}
          />
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
