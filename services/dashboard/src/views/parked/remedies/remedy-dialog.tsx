import { type ComponentType, useState } from 'react';
import { formatCount } from '../../../format/quantity.ts';
import { Dialog } from '../../../parts/dialog.tsx';
import { say } from '../../../parts/said.tsx';
import { Segments } from '../../../parts/segments.tsx';
import { alikeOf, readLacking } from '../lacking.ts';
import type { ParkedEvent } from '../parked-schemas.ts';
import { reasonText } from '../reasons.ts';
import { REMEDY_TEXTS, type RemedyKind, remediesFor } from '../remedy-kinds.ts';
import { AddRule } from './add-rule.tsx';
import { AssignUser } from './assign-user.tsx';
import { CreateUser } from './create-user.tsx';
import { GiveUpEvent, ReleaseEvent } from './decide-alone.tsx';
import { DecideConflict } from './decide-conflict.tsx';
import { PutGpuModel } from './put-gpu-model.tsx';
import { RegisterMeter } from './register-meter.tsx';
import { RegisterProject } from './register-project.tsx';
import type { RemedyFormProps } from './remedy-form.ts';
import { SetAlias } from './set-alias.tsx';
import { SetPrice } from './set-price.tsx';
import { WithdrawRule } from './withdraw-rule.tsx';

const FORMS: Readonly<Record<RemedyKind, ComponentType<RemedyFormProps>>> = {
  project: RegisterProject,
  rule: AddRule,
  'withdraw-rule': WithdrawRule,
  user: CreateUser,
  alias: SetAlias,
  assignment: AssignUser,
  meter: RegisterMeter,
  'gpu-model': PutGpuModel,
  price: SetPrice,
  release: ReleaseEvent,
  decision: DecideConflict,
  'give-up': GiveUpEvent,
};

/** What helps this event alone, however many others wait for the same. */
const ALONE: readonly RemedyKind[] = ['release', 'decision', 'give-up'];

export type RemedyDialogProps = {
  readonly event: ParkedEvent;
  /** Those that are shown: the ones that wait for the same are helped too. */
  readonly events: readonly ParkedEvent[];
  /** Told which events something was done about. */
  readonly onDone: (events: readonly ParkedEvent[]) => void;
  readonly onClose: () => void;
};

/** What can be done about a parked event, where it stands. */
export function RemedyDialog({ event, events, onDone, onClose }: RemedyDialogProps) {
  const kinds = remediesFor(event.reason);
  const [kind, setKind] = useState<RemedyKind>(kinds[0] ?? 'give-up');
  const helped = ALONE.includes(kind) ? [event] : alikeOf(event, events);
  const Form = FORMS[kind];
  const done = (sentence: string): void => {
    say(sentence);
    onDone(helped);
    onClose();
  };
  return (
    <Dialog title={`${reasonText(event.reason).name}: ${event.eventId}`} onClose={onClose}>
      {kinds.length === 1 ? null : (
        <Segments
          label="What to do"
          options={kinds.map((value) => ({ value, text: REMEDY_TEXTS[value].short }))}
          value={kind}
          onChange={setKind}
        />
      )}
      {helped.length === 1 ? null : (
        <p className="quiet">{formatCount(helped.length)} of the events on this page wait for the same.</p>
      )}
      <Form key={kind} event={event} lacking={readLacking(event)} onDone={done} onClose={onClose} />
    </Dialog>
  );
}
