import { useState } from 'react';
import { useSend } from '../../api/client.ts';
import { TextField } from '../../parts/fields.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { SecretDialog } from '../../parts/secret.tsx';
import { createdWebhookSchema } from './webhook-schemas.ts';

type Body = { readonly url: string; readonly accountOwnerId: string | null };

/** Creates a webhook, and shows the secret that its signatures are verified with. */
export function CreateWebhook({ onClose }: { readonly onClose: () => void }) {
  const [url, setUrl] = useState('');
  const [account, setAccount] = useState('');
  const send = useSend<typeof createdWebhookSchema, Body>('POST', '/v1/webhooks', createdWebhookSchema, [
    '/v1/webhooks',
  ]);
  if (send.data !== undefined)
    return (
      <SecretDialog title="The webhook is created" name="secret" secret={send.data.secret} onClose={onClose}>
        <p>The receiver verifies the signature of each alert with it.</p>
      </SecretDialog>
    );
  const problem = send.error?.fields;
  return (
    <FormDialog
      title="Create a webhook"
      submit="Create the webhook"
      send={send}
      isIncomplete={url.trim() === ''}
      onSubmit={() => send.mutate({ url: url.trim(), accountOwnerId: account.trim() === '' ? null : account.trim() })}
      onClose={onClose}
    >
      <TextField
        label="URL"
        kind="url"
        isRequired
        placeholder="https://hooks.example.com/billing"
        hint="An https URL of a public host."
        value={url}
        onChange={setUrl}
        error={problem?.get('url')}
      />
      <TextField
        label="Account"
        placeholder="auth0|507f1f77"
        hint="The account owner's id; empty for the alerts of all accounts."
        value={account}
        onChange={setAccount}
        error={problem?.get('accountOwnerId')}
      />
    </FormDialog>
  );
}
