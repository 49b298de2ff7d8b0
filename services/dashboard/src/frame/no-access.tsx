import { useEffect } from 'react';
import { useSession } from '../session/use-session.ts';

/** For somebody who is signed in and is in no account. */
export function NoAccess({ name }: { readonly name: string | undefined }) {
  const { session } = useSession();
  useEffect(() => {
    document.title = 'No account · hopsmeter';
  }, []);
  return (
    <main className="alone">
      <h1>You are not in any account</h1>
      <p>
        {name === undefined ? 'You are signed in' : `You are signed in as ${name}`}, but nobody has added you to an
        account yet. Ask the owner of your team’s account for an invitation, and open the link that you get.
      </p>
      <button type="button" className="button button-main" onClick={() => void session.signOut()}>
        Sign out
      </button>
    </main>
  );
}
