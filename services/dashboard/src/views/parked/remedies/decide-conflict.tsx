import { useState } from 'react';
import * as z from 'zod/mini';
import { useSend } from '../../../api/client.ts';
import { ChangeForm } from '../../../parts/change-form.tsx';
import { ReasonField, SelectField } from '../../../parts/fields.tsx';
import { EventLink } from '../event-link.tsx';
import { reasonText } from '../reasons.ts';
import { ConflictDifferences, differenceSchema } from './conflict-differences.tsx';
import { type RemedyFormProps, TOUCHED } from './remedy-form.ts';

const decisionSchema = z.object({
  enteredIds: z.array(z.string()),
  differences: z.array(differenceSchema),
  waitsFor: z.nullable(z.object({ reason: z.string() })),
});

const CHOICES = [
  { value: 'first', text: 'What came first' },
  { value: 'later', text: 'What this event says' },
] as const;

type Choice = (typeof CHOICES)[number]['value'];

type Body = { readonly right: Choice; readonly reason: string; readonly dryRun: boolean };

/** Decides which content of a conflict is right: first shown what it would change, then done. */
export function DecideConflict({ event, onDone, onClose }: RemedyFormProps) {
  const [right, setRight] = useState<Choice>('first');
  const [reason, setReason] = useState('');
  const path = `/v1/parked/${event.id}/decision`;
  const tried = useSend<typeof decisionSchema, Body>('POST', path, decisionSchema);
  const send = useSend<typeof decisionSchema, Body>('POST', path, decisionSchema, [...TOUCHED, '/v1/events']);
  const isTried = tried.data !== undefined;
  const body = { right, reason: reason.trim() };
  return (
    <ChangeForm
      submit={
        isTried ? (right === 'first' ? 'Keep what came first' : 'Count what this event says') : 'Show what changes'
      }
      send={isTried ? send : tried}
      isIncomplete={reason.trim() === ''}
      onSubmit={() =>
        isTried
          ? send.mutate(
              { ...body, dryRun: false },
              {
                onSuccess: ({ enteredIds }) =>
                  onDone(
                    enteredIds.length === 0
                      ? 'The decision is made: what came first stays.'
                      : 'The decision is made: the correction is counted within seconds.',
                  ),
              },
            )
          : tried.mutate({ ...body, dryRun: true })
      }
      onClose={onClose}
    >
      <p>
        Two contents came under the id <EventLink event={event} />. Its receipt shows what came first; this event says
        something else.
      </p>
      <SelectField
        label="Which is right"
        isRequired
        options={CHOICES}
        value={right}
        onChange={(choice) => {
          setRight(choice);
          tried.reset();
        }}
      />
      <ReasonField value={reason} onChange={setReason} error={(send.error ?? tried.error)?.fields.get('reason')} />
      {tried.data === undefined ? null : (
        <>
          <ConflictDifferences differences={tried.data.differences} />
          {tried.data.waitsFor === null ? null : (
            <p>It will then wait: {reasonText(tried.data.waitsFor.reason).name.toLowerCase()}.</p>
          )}
        </>
      )}
    </ChangeForm>
  );
}
