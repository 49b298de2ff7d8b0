import { useState } from 'react';
import { useApi, useSend } from '../../../api/client.ts';
import { ChangeForm } from '../../../parts/change-form.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { ReasonField } from '../../../parts/fields.tsx';
import { say } from '../../../parts/said.tsx';
import { type NamespaceRule, namespaceRulesSchema } from '../parked-schemas.ts';
import { doneSchema, type RemedyFormProps, TOUCHED } from './remedy-form.ts';

/** Withdraws the rule by which an event is ignored. */
export function WithdrawRule({ event, lacking: { clusterId }, onDone, onClose }: RemedyFormProps) {
  const rules = useApi('/v1/namespace-rules', { clusterId }, namespaceRulesSchema).data?.rules ?? [];
  const found = rules.find(({ pattern }) => event.detail.startsWith(`the rule ${pattern} of `));
  // Once it is withdrawn it is in the list no more, and the form has still to say so.
  const [first, setFirst] = useState<NamespaceRule>();
  if (first === undefined && found !== undefined) setFirst(found);
  const rule = first ?? found;
  if (rule === undefined) return <p>The rule that ignored this event is not in force any more.</p>;
  return <WithdrawForm rule={rule} onDone={onDone} onClose={onClose} />;
}

/** The same, from the list of rules. */
export function WithdrawRuleDialog({ rule, onClose }: { readonly rule: NamespaceRule; readonly onClose: () => void }) {
  const done = (sentence: string): void => {
    say(sentence);
    onClose();
  };
  return (
    <Dialog title={`Withdraw the rule for ${rule.pattern}?`} onClose={onClose}>
      <WithdrawForm rule={rule} onDone={done} onClose={onClose} />
    </Dialog>
  );
}

type WithdrawFormProps = Pick<RemedyFormProps, 'onDone' | 'onClose'> & { readonly rule: NamespaceRule };

function WithdrawForm({ rule: { id, pattern, userId }, onDone, onClose }: WithdrawFormProps) {
  const [reason, setReason] = useState('');
  const path = `/v1/namespace-rules/${id}/withdraw`;
  const send = useSend<typeof doneSchema, { readonly reason: string }>('POST', path, doneSchema, [
    ...TOUCHED,
    '/v1/namespace-rules',
  ]);
  return (
    <ChangeForm
      submit="Withdraw the rule"
      isDanger
      send={send}
      isIncomplete={reason.trim() === ''}
      onSubmit={() =>
        send.mutate({ reason: reason.trim() }, { onSuccess: () => onDone(`The rule for ${pattern} is withdrawn.`) })
      }
      onClose={onClose}
    >
      <p>
        {userId === null
          ? 'What it ignores waits again, until there is a project or another rule.'
          : 'What it booked stays booked. New usage of these namespaces waits for a project or another rule.'}
      </p>
      <ReasonField value={reason} onChange={setReason} error={send.error?.fields.get('reason')} />
    </ChangeForm>
  );
}
