import { useState } from 'react';
import { useSend } from '../../api/client.ts';
import { ReasonField, TextField } from '../../parts/fields.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { say } from '../../parts/said.tsx';
import { type Alias, aliasSchema } from './cluster-schemas.ts';
import { momentOf } from './moment-of.ts';
import { Refusal } from './refusal.tsx';

/** Ends an alias: the cluster can give the name to another user. */
export function EndAlias({ alias, onClose }: { readonly alias: Alias; readonly onClose: () => void }) {
  const [at, setAt] = useState('');
  const [reason, setReason] = useState('');
  const path = `/v1/aliases/${alias.id}/end`;
  const send = useSend<typeof aliasSchema, object>('POST', path, aliasSchema, ['/v1/aliases']);
  const done = (): void => {
    say('The alias is ended.');
    onClose();
  };
  return (
    <FormDialog
      title={`End the alias ${alias.alias}?`}
      submit="End the alias"
      isDanger
      send={send}
      isIncomplete={reason.trim() === ''}
      onSubmit={() => send.mutate({ at: momentOf(at), reason: reason.trim() }, { onSuccess: done })}
      onClose={onClose}
    >
      <p>Usage under this name is that of {alias.userId} until then, and of nobody afterwards.</p>
      <TextField
        label="At (UTC)"
        kind="datetime-local"
        hint="Leave empty for now, or for the end of the last usage counted by it."
        value={at}
        onChange={setAt}
        error={send.error?.fields.get('at')}
      />
      <ReasonField value={reason} onChange={setReason} error={send.error?.fields.get('reason')} />
      <Refusal problem={send.error} />
    </FormDialog>
  );
}
