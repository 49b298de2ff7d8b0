import * as z from 'zod/mini';
import { useSend } from '../../../api/client.ts';
import { FormDialog } from '../../../parts/form-dialog.tsx';
import { say } from '../../../parts/said.tsx';

const removedSchema = z.object({ removed: z.boolean() });

/** Takes the spending cap away. */
export function RemoveCap({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const account = `/v1/accounts/${encodeURIComponent(id)}`;
  const send = useSend<typeof removedSchema, undefined>('DELETE', `${account}/cap`, removedSchema, [
    account,
    `${account}/cap`,
  ]);
  const done = (): void => {
    say('The spending cap is removed.');
    onClose();
  };
  return (
    <FormDialog
      title="Remove the spending cap?"
      submit="Remove the cap"
      isDanger
      send={send}
      onSubmit={() => send.mutate(undefined, { onSuccess: done })}
      onClose={onClose}
    >
      <p>No more alerts are raised for this account. Those that were raised stay.</p>
    </FormDialog>
  );
}
