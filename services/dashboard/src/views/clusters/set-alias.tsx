import { useState } from 'react';
import { useSend } from '../../api/client.ts';
import { ReasonField, TextField } from '../../parts/fields.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { PersonField } from '../../parts/person-field.tsx';
import { say } from '../../parts/said.tsx';
import { aliasSchema } from './cluster-schemas.ts';
import { momentOf } from './moment-of.ts';
import { Refusal } from './refusal.tsx';

/** Says which user of a cluster has a name. */
export function SetAlias({ clusterId, onClose }: { readonly clusterId: string; readonly onClose: () => void }) {
  const [alias, setAlias] = useState('');
  const [user, setUser] = useState('');
  const [from, setFrom] = useState('');
  const [until, setUntil] = useState('');
  const [reason, setReason] = useState('');
  const send = useSend<typeof aliasSchema, object>('POST', '/v1/aliases', aliasSchema, ['/v1/aliases']);
  const fields = send.error?.fields;
  const period = { startedAt: momentOf(from), endedAt: momentOf(until) };
  const done = (): void => {
    say('The alias is set. What waits for it is counted within seconds.');
    onClose();
  };
  return (
    <FormDialog
      title="Set an alias"
      submit="Set the alias"
      send={send}
      isIncomplete={alias === '' || user.trim() === '' || reason.trim() === ''}
      onSubmit={() =>
        send.mutate({ clusterId, alias, userId: user.trim(), ...period, reason: reason.trim() }, { onSuccess: done })
      }
      onClose={onClose}
    >
      <p>Usage that the cluster reports under this name belongs to the user. What was counted stays.</p>
      <TextField
        label="Alias"
        isRequired
        placeholder="john1234"
        hint="The Hopsworks user name, exactly as the cluster writes it."
        value={alias}
        onChange={setAlias}
        error={fields?.get('alias')}
      />
      <PersonField label="User" value={user} onChange={setUser} error={fields?.get('userId')} />
      <div className="form-row">
        <TextField
          label="From (UTC)"
          kind="datetime-local"
          hint="Leave empty to start when no one else has it."
          value={from}
          onChange={setFrom}
          error={fields?.get('startedAt')}
        />
        <TextField
          label="Until (UTC)"
          kind="datetime-local"
          hint="Leave empty if it still holds."
          value={until}
          onChange={setUntil}
          error={fields?.get('endedAt')}
        />
      </div>
      <ReasonField value={reason} onChange={setReason} error={fields?.get('reason')} />
      <Refusal problem={send.error} />
    </FormDialog>
  );
}
