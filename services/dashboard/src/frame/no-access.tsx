import { useEffect } from 'react';
import { useSession } from '../session/use-session.ts';

/** For somebody who is signed in and may see no bill. */
export function NoAccess({ name }: { readonly name: string | undefined }) {
  const { session } = useSession();
  useEffect(() => {
    document.title = 'No billing access · hopsmeter';
  }, []);
  return (
    <main className="alone">
      <h1>You have no billing access</h1>
      <p>
        {name === undefined ? 'You are signed in' : `You are signed in as ${name}`}, but bills are shown to account
        owners and to billing staff only. As a member of a team, ask the owner of its account: your usage is part of
        their bill.
      </p>
      <button type="button" className="button button-main" onClick={() => void session.signOut()}>
        Sign out
      </button>
    </main>
  );
}
