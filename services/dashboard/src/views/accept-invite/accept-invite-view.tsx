import { type FormEvent, useState } from 'react';
import { useLocationProperty } from 'wouter/use-browser-location';
import * as z from 'zod/mini';
import { addresses } from '../../address/addresses.ts';
import { go } from '../../address/go.ts';
import { useSend } from '../../api/client.ts';
import type { Me } from '../../api/schemas.ts';
import { Empty } from '../../parts/empty.tsx';
import { TextField } from '../../parts/fields.tsx';
import { PageTitle } from '../../parts/page-title.tsx';
import { Problem } from '../../parts/problem.tsx';
import { say } from '../../parts/said.tsx';
import { useSession } from '../../session/use-session.ts';

const acceptedSchema = z.object({ user: z.object({ id: z.string() }) });

export type AcceptInviteViewProps = {
  readonly name: string | undefined;
  /** Undefined for somebody who is in no account yet. */
  readonly kind?: Me['kind'] | undefined;
};

/** Where the link of an invitation leads. Whoever opens it is signed in by then, but may be in no account yet. */
export function AcceptInviteView({ name, kind }: AcceptInviteViewProps) {
  const token = readToken(useLocationProperty(() => `${window.location.search}${window.location.hash}`));
  return (
    <>
      <PageTitle title="Invitation" />
      {token === null ? (
        <Empty title="This link is not complete.">
          It has no invitation in it. Copy the whole link that you were sent, or ask for a new one.
        </Empty>
      ) : (
        <Accept token={token} name={name} kind={kind} />
      )}
    </>
  );
}

type Body = { readonly token: string; readonly name?: string };

function Accept({ token, name, kind }: AcceptInviteViewProps & { readonly token: string }) {
  const { session } = useSession();
  const [called, setCalled] = useState(name ?? '');
  const send = useSend<typeof acceptedSchema, Body>('POST', '/v1/invites/accept', acceptedSchema);
  const isNew = kind === undefined;
  const accept = (event: FormEvent): void => {
    event.preventDefault();
    const body = isNew && called.trim() !== '' ? { token, name: called.trim() } : { token };
    send.mutate(body, {
      onSuccess: async () => {
        await session.lookAgain();
        go(addresses.usage(), { replace: true });
        say('The invitation is accepted.');
      },
    });
  };
  return (
    <form className="form" onSubmit={accept}>
      <p>
        {name === undefined ? null : `You are signed in as ${name}. `}
        {kind === 'owner'
          ? 'If you accept, your own account becomes a part of the one that invited you: its owner pays for what you ' +
            'use from now on. Earlier usage stays on your own account, and its bills are no longer shown to you.'
          : 'If you accept, you become a member of the account that invited you: its owner pays for what you use ' +
            'from now on, and sees how much that is.'}
      </p>
      {isNew ? (
        <TextField
          label="Your name"
          hint="What the owner and billing staff see."
          value={called}
          onChange={setCalled}
          error={send.error?.fields.get('name')}
        />
      ) : null}
      {send.error === null ? null : <Problem problem={send.error} />}
      <div className="form-buttons">
        <button type="submit" className="button button-main" disabled={send.isPending}>
          {send.isPending ? 'Working…' : 'Accept the invitation'}
        </button>
        {isNew ? (
          <button type="button" className="button button-quiet" onClick={() => void session.signOut()}>
            Sign out
          </button>
        ) : null}
      </div>
      <p className="field-hint">To accept it as somebody else, sign out and open the link again.</p>
    </form>
  );
}

/** Our links have the token behind the `#`; one that was written by hand may have it before. */
function readToken(address: string): string | null {
  const [search = '', hash = ''] = address.split('#');
  return new URLSearchParams(hash).get('token') ?? new URLSearchParams(search).get('token');
}
