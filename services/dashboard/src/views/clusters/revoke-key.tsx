import { useSend } from '../../api/client.ts';
import { Ago } from '../../parts/day.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { say } from '../../parts/said.tsx';
import { type ClusterKey, keySchema } from './cluster-schemas.ts';

export type RevokeKeyProps = {
  readonly clusterId: string;
  readonly revoked: ClusterKey;
  readonly onClose: () => void;
};

/** Ends a key for good. */
export function RevokeKey({ clusterId, revoked, onClose }: RevokeKeyProps) {
  const keys = `/v1/clusters/${clusterId}/keys`;
  const send = useSend<typeof keySchema, undefined>('DELETE', `${keys}/${revoked.id}`, keySchema, [keys]);
  const done = (): void => {
    say('The key is revoked.');
    onClose();
  };
  return (
    <FormDialog
      title={`Revoke ${revoked.prefix}…?`}
      submit="Revoke the key"
      isDanger
      send={send}
      onSubmit={() => send.mutate(undefined, { onSuccess: done })}
      onClose={onClose}
    >
      <p>
        It is refused within 10 seconds, for good. A collector that posts with it keeps its events until it has another
        key.
      </p>
      <p className="quiet">
        {revoked.lastUsedAt === null ? (
          'It was never used.'
        ) : (
          <>
            It was last used <Ago time={revoked.lastUsedAt} />.
          </>
        )}
      </p>
    </FormDialog>
  );
}
