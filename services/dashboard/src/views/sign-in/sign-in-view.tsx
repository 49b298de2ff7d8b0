import { useEffect, useState } from 'react';
import type { DevelopmentPerson, SignInOffer } from '../../session/sign-in-offer.ts';
import { useSession } from '../../session/use-session.ts';

export type SignInViewProps = { readonly offer: SignInOffer; readonly notice: string | undefined };

/** Where a person signs in. It is shown at every address while nobody is signed in, so that one comes back to it. */
export function SignInView({ offer, notice }: SignInViewProps) {
  const { session } = useSession();
  const [isBusy, setIsBusy] = useState(false);
  useEffect(() => {
    document.title = 'Sign in · hopsmeter';
  }, []);
  const signIn = (who?: string): void => {
    setIsBusy(true);
    session.signIn(who).finally(() => setIsBusy(false));
  };
  return (
    <main className="alone">
      <p className="brand">
        <img src="/icon.svg" alt="" width="24" height="24" /> hopsmeter
      </p>
      <h1>Sign in</h1>
      {notice === undefined ? null : (
        <p className="notice" role="status">
          {notice}
        </p>
      )}
      {offer.kind === 'auth0' ? (
        <button type="button" className="button button-main" disabled={isBusy} onClick={() => signIn()}>
          Sign in
        </button>
      ) : null}
      {HAS_DEVELOPMENT_SIGN_IN && offer.kind === 'development' ? (
        <People people={offer.people} isBusy={isBusy} onChoose={signIn} />
      ) : null}
      {offer.kind === 'none' ? (
        <p>
          Sign-in is not configured on this server. The operator sets <code>AUTH0_ISSUER</code>,{' '}
          <code>AUTH0_AUDIENCE</code> and <code>AUTH0_CLIENT_ID</code> of the api.
        </p>
      ) : null}
    </main>
  );
}

type PeopleProps = {
  readonly people: readonly DevelopmentPerson[];
  readonly isBusy: boolean;
  readonly onChoose: (id: string) => void;
};

function People({ people, isBusy, onChoose }: PeopleProps) {
  return (
    <>
      <p>This is a development stack: sign in as anyone you like.</p>
      <ul className="people">
        {people.map(({ id, name, role }) => (
          <li key={id}>
            <button type="button" className="button person-choice" disabled={isBusy} onClick={() => onChoose(id)}>
              <span className="person-name">{name}</span>
              <span className="person-role">{role}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
