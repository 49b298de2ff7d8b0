import { useState } from 'react';
import { CheckedFormDialog } from '../../parts/checked-form-dialog.tsx';
import { ReasonField, TextField } from '../../parts/fields.tsx';
import { say } from '../../parts/said.tsx';
import { type Project, projectChangeSchema } from './cluster-schemas.ts';
import { momentOf } from './moment-of.ts';
import { MovedUsage } from './moved-usage.tsx';
import { Refusal } from './refusal.tsx';

/** Changes when a project began and ended. */
export function ChangeProject({ project, onClose }: { readonly project: Project; readonly onClose: () => void }) {
  const [from, setFrom] = useState(fieldOf(project.startedAt));
  const [until, setUntil] = useState(fieldOf(project.endedAt));
  const [reason, setReason] = useState('');
  const isFrom = from !== fieldOf(project.startedAt);
  const isUntil = until !== fieldOf(project.endedAt);
  const done = (): void => {
    say('The project is changed.');
    onClose();
  };
  return (
    <CheckedFormDialog
      title={`Change when ${project.namespace} was ${project.userId}’s`}
      submit="Change the project"
      isIncomplete={reason.trim() === '' || !(isFrom || isUntil)}
      method="PATCH"
      path={`/v1/projects/${project.id}`}
      schema={projectChangeSchema}
      // What was not touched stays to the microsecond.
      body={{
        ...(isFrom ? { startedAt: momentOf(from) ?? null } : {}),
        ...(isUntil ? { endedAt: momentOf(until) ?? null } : {}),
        reason: reason.trim(),
      }}
      touches={['/v1/projects']}
      describe={(change) => <MovedUsage {...change} />}
      onDone={done}
      onClose={onClose}
    >
      {(problem) => (
        <>
          <p>Counted usage moves to whoever had the namespace for the longest part of its window.</p>
          <div className="form-row">
            <TextField
              label="From (UTC)"
              kind="datetime-local"
              hint="Leave empty for “always”."
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
          <ReasonField value={reason} onChange={setReason} error={problem?.fields.get('reason')} />
          <Refusal problem={problem} />
        </>
      )}
    </CheckedFormDialog>
  );
}

/** A moment as a field shows it, to the minute. */
function fieldOf(time: string | null): string {
  return time === null ? '' : time.slice(0, 16);
}
