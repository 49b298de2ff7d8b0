import { useState } from 'react';
import { useSend } from '../../api/client.ts';
import { SelectField } from '../../parts/fields.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { SecretDialog } from '../../parts/secret.tsx';
import { type ActiveCluster, type ClusterKey, createdKeySchema } from './cluster-schemas.ts';
import { ReplaceKeyCommand } from './create-key.tsx';
import { Refusal } from './refusal.tsx';

const GRACES = [
  { value: '86400', text: 'A day' },
  { value: '3600', text: 'An hour' },
  { value: '604800', text: 'A week' },
  { value: '0', text: 'None: the key leaked' },
] as const;

type Grace = (typeof GRACES)[number]['value'];

export type RotateKeyProps = {
  readonly cluster: ActiveCluster;
  readonly replaced: ClusterKey;
  readonly onClose: () => void;
};

/** Replaces a key by a new one; for a while both work. */
export function RotateKey({ cluster, replaced, onClose }: RotateKeyProps) {
  const [grace, setGrace] = useState<Grace>('86400');
  const keys = `/v1/clusters/${cluster.id}/keys`;
  const send = useSend<typeof createdKeySchema, object>('POST', `${keys}/${replaced.id}/rotate`, createdKeySchema, [
    keys,
  ]);
  if (send.data !== undefined)
    return (
      <SecretDialog title="The key is rotated" name="key" secret={send.data.key} onClose={onClose}>
        <p>
          Put the new key into the Secret of the collector. It is read within about a minute; nothing is restarted.
          “Last used” says when the old key is no longer used.
        </p>
        <ReplaceKeyCommand clusterKey={send.data.key} />
      </SecretDialog>
    );
  return (
    <FormDialog
      title={`Rotate ${replaced.prefix}…`}
      submit="Rotate the key"
      send={send}
      onSubmit={() => send.mutate({ graceSeconds: Number(grace) })}
      onClose={onClose}
    >
      <p>A new key replaces it. Both work until the grace ends.</p>
      <SelectField
        label="Grace"
        isRequired
        options={GRACES}
        hint="How long the old key still works."
        value={grace}
        onChange={setGrace}
        error={send.error?.fields.get('graceSeconds')}
      />
      <Refusal problem={send.error} />
    </FormDialog>
  );
}
