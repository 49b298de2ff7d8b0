import { useSend } from '../../api/client.ts';
import { Ago } from '../../parts/day.tsx';
import { Problem } from '../../parts/problem.tsx';
import { CodeBlock } from '../../parts/secret.tsx';
import { type ClusterKey, createdKeySchema } from './cluster-schemas.ts';
import { Refusal } from './refusal.tsx';

export type SetUpKeyProps = {
  readonly clusterId: string;
  /** A key that works. */
  readonly live: ClusterKey | undefined;
  /** The key that was just created, while the page is open. */
  readonly created: string | undefined;
  readonly isAdmin: boolean;
  readonly onCreated: (key: string) => void;
};

/** The key of a new cluster: created here and shown once, or one that is there. */
export function SetUpKey({ clusterId, live, created, isAdmin, onCreated }: SetUpKeyProps) {
  const path = `/v1/clusters/${clusterId}/keys`;
  const send = useSend<typeof createdKeySchema, undefined>('POST', path, createdKeySchema, [path]);
  if (created !== undefined)
    return (
      <>
        <p>Copy the key now: it is not stored and cannot be shown again. The commands below have it already.</p>
        <CodeBlock name="key" text={created} />
      </>
    );
  return (
    <>
      {live === undefined ? (
        <p>The collector posts usage with a key of the cluster.</p>
      ) : (
        <p>
          <code>{live.prefix}…</code> works, since <Ago time={live.createdAt} />
          {live.lastUsedAt === null ? (
            ', and was never used.'
          ) : (
            <>
              , last used <Ago time={live.lastUsedAt} />.
            </>
          )}
        </p>
      )}
      {isAdmin ? (
        <button
          type="button"
          className={live === undefined ? 'button button-main' : 'button'}
          disabled={send.isPending}
          onClick={() => send.mutate(undefined, { onSuccess: ({ key }) => onCreated(key) })}
        >
          {live === undefined ? 'Create the key' : 'Create another key'}
        </button>
      ) : live === undefined ? (
        <p className="quiet">Billing admins create it.</p>
      ) : null}
      {send.error === null ? null : <Problem problem={send.error} />}
      <Refusal problem={send.error} />
    </>
  );
}
