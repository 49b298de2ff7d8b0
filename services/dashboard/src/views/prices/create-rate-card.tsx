import { useState } from 'react';
import * as z from 'zod/mini';
import { useSend } from '../../api/client.ts';
import { TextField } from '../../parts/fields.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { say } from '../../parts/said.tsx';

const createdSchema = z.object({ id: z.string() });

type Body = { readonly name: string; readonly creditUsd: string };

export type CreateRateCardProps = {
  readonly onCreated: (id: string) => void;
  readonly onClose: () => void;
};

/** Adds a rate card, which has no rates yet. */
export function CreateRateCard({ onCreated, onClose }: CreateRateCardProps) {
  const [name, setName] = useState('');
  const [creditUsd, setCreditUsd] = useState('');
  const send = useSend<typeof createdSchema, Body>('POST', '/v1/rate-cards', createdSchema, ['/v1/rate-cards']);
  const done = (id: string): void => {
    say('The rate card is added. Give it rates before you put an account on it.');
    onClose();
    onCreated(id);
  };
  return (
    <FormDialog
      title="Add a rate card"
      submit="Add the rate card"
      isIncomplete={name.trim() === '' || creditUsd.trim() === ''}
      send={send}
      onSubmit={() =>
        send.mutate({ name: name.trim(), creditUsd: creditUsd.trim() }, { onSuccess: ({ id }) => done(id) })
      }
      onClose={onClose}
    >
      <p>It has no rates yet, and no account is on it until you put one there.</p>
      <TextField
        label="Name"
        isRequired
        lengthMax={100}
        placeholder="partners"
        value={name}
        onChange={setName}
        error={send.error?.fields.get('name')}
      />
      <TextField
        label="USD of one credit"
        kind="decimal"
        isRequired
        placeholder="0.35"
        value={creditUsd}
        onChange={setCreditUsd}
        error={send.error?.fields.get('creditUsd')}
      />
    </FormDialog>
  );
}
