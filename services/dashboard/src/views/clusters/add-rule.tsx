import { useState } from 'react';
import { useSend } from '../../api/client.ts';
import { ReasonField, SelectField, TextField } from '../../parts/fields.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { PersonField } from '../../parts/person-field.tsx';
import { say } from '../../parts/said.tsx';
import { ruleSchema } from './cluster-schemas.ts';
import { Refusal } from './refusal.tsx';

const ACTIONS = [
  { value: 'ignore', text: 'Ignore it, and keep the events' },
  { value: 'book', text: 'Bill it to a user' },
] as const;

/** Says what becomes of usage of namespaces that are no project. */
export function AddRule({ clusterId, onClose }: { readonly clusterId: string; readonly onClose: () => void }) {
  const [pattern, setPattern] = useState('');
  const [action, setAction] = useState<'ignore' | 'book'>('ignore');
  const [user, setUser] = useState('');
  const [reason, setReason] = useState('');
  const send = useSend<typeof ruleSchema, object>('POST', '/v1/namespace-rules', ruleSchema, ['/v1/namespace-rules']);
  const fields = send.error?.fields;
  const done = (): void => {
    say('The rule is added. What waits for it follows within seconds.');
    onClose();
  };
  return (
    <FormDialog
      title="Add a namespace rule"
      submit="Add the rule"
      send={send}
      isIncomplete={pattern.trim() === '' || reason.trim() === '' || (action === 'book' && user.trim() === '')}
      onSubmit={() =>
        send.mutate(
          {
            clusterId,
            pattern: pattern.trim(),
            action,
            ...(action === 'book' ? { userId: user.trim() } : {}),
            reason: reason.trim(),
          },
          { onSuccess: done },
        )
      }
      onClose={onClose}
    >
      <p>It applies to namespaces that are not projects, and to what is parked now. Projects take precedence.</p>
      <TextField
        label="Namespaces"
        isRequired
        placeholder="kube-*"
        hint="A namespace, or how one begins, followed by *."
        value={pattern}
        onChange={setPattern}
        error={fields?.get('pattern')}
      />
      <SelectField label="What happens to it" isRequired options={ACTIONS} value={action} onChange={setAction} />
      {action === 'book' ? (
        <PersonField label="User" value={user} onChange={setUser} error={fields?.get('userId')} />
      ) : null}
      <ReasonField value={reason} onChange={setReason} error={fields?.get('reason')} />
      <Refusal problem={send.error} />
    </FormDialog>
  );
}
