import { useSend } from '../../api/client.ts';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { CodeBlock, SecretDialog } from '../../parts/secret.tsx';
import { type ActiveCluster, createdKeySchema } from './cluster-schemas.ts';
import { CollectorCommands } from './collector-commands.tsx';
import { Refusal } from './refusal.tsx';

type CreateKeyProps = { readonly cluster: ActiveCluster; readonly onClose: () => void };

/** Creates a key, and shows it once with the commands that start a collector with it. */
export function CreateKey({ cluster, onClose }: CreateKeyProps) {
  const path = `/v1/clusters/${cluster.id}/keys`;
  const send = useSend<typeof createdKeySchema, undefined>('POST', path, createdKeySchema, [path]);
  if (send.data !== undefined)
    return (
      <SecretDialog title="The key is created" name="key" secret={send.data.key} onClose={onClose}>
        <h3>Start the collector with it</h3>
        <CollectorCommands clusterId={cluster.id} clusterKey={send.data.key} />
      </SecretDialog>
    );
  return (
    <FormDialog
      title={`Create a key for ${cluster.name}`}
      submit="Create the key"
      send={send}
      onSubmit={() => send.mutate(undefined)}
      onClose={onClose}
    >
      <p>Anyone who has the key can post usage of this cluster. It works at once and is shown only once.</p>
      <p className="quiet">A cluster can have two live keys. To replace one, rotate it.</p>
      <Refusal problem={send.error} />
    </FormDialog>
  );
}

/** Puts a key into the Secret that a collector reads it from, and leaves the other keys of the Secret as they are. */
export function ReplaceKeyCommand({ clusterKey }: { readonly clusterKey: string }) {
  const patch = JSON.stringify({ stringData: { 'cluster-key': clusterKey } });
  return (
    <CodeBlock name="command" text={`kubectl -n hopsmeter patch secret hopsmeter-collector \\\n  -p '${patch}'`} />
  );
}
