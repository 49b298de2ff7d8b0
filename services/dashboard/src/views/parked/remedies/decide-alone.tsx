import { useState } from 'react';
import { useSend } from '../../../api/client.ts';
import { ChangeForm } from '../../../parts/change-form.tsx';
import { ReasonField } from '../../../parts/fields.tsx';
import { decidedSchema } from '../parked-schemas.ts';
import { type RemedyFormProps, TOUCHED } from './remedy-form.ts';

type Body = { readonly ids: readonly string[]; readonly reason: string };

/** Counts an implausible event as it is. */
export function ReleaseEvent({ event, onDone, onClose }: RemedyFormProps) {
  const [reason, setReason] = useState('');
  const send = useSend<typeof decidedSchema, Body>('POST', '/v1/parked/release', decidedSchema, TOUCHED);
  return (
    <ChangeForm
      submit="Count it"
      send={send}
      isIncomplete={reason.trim() === ''}
      onSubmit={() =>
        send.mutate(
          { ids: [event.id], reason: reason.trim() },
          { onSuccess: () => onDone(`${event.eventId} is released.`) },
        )
      }
      onClose={onClose}
    >
      <p>
        It was parked because of {event.detail}. Count it as it is if the cluster confirms it. To accept as much in the
        future, raise the limits of the cluster.
      </p>
      <ReasonField value={reason} onChange={setReason} error={send.error?.fields.get('reason')} />
    </ChangeForm>
  );
}

/** Gives an event up: it is never counted. */
export function GiveUpEvent({ event, onDone, onClose }: RemedyFormProps) {
  const [reason, setReason] = useState('');
  const send = useSend<typeof decidedSchema, Body>('POST', '/v1/parked/give-up', decidedSchema, TOUCHED);
  return (
    <ChangeForm
      submit="Give it up"
      isDanger
      send={send}
      isIncomplete={reason.trim() === ''}
      onSubmit={() =>
        send.mutate(
          { ids: [event.id], reason: reason.trim() },
          { onSuccess: () => onDone(`${event.eventId} is given up.`) },
        )
      }
      onClose={onClose}
    >
      <p>This event is never counted. It is kept, with your reason. This cannot be taken back.</p>
      <ReasonField value={reason} onChange={setReason} error={send.error?.fields.get('reason')} />
    </ChangeForm>
  );
}
