import { addresses } from '../address/addresses.ts';
import { go } from '../address/go.ts';
import { listenForRefusal, setAccessToken } from '../api/access-token.ts';
import { ApiProblem } from '../api/api-problem.ts';
import { readApi } from '../api/client.ts';
import { type Me, meSchema } from '../api/schemas.ts';
import { currentAddress } from './return-to.ts';
import { readSignInOffer, type SignInOffer } from './sign-in-offer.ts';
import { type SignedIn, type SignInEvents, SignInFailed, type SignInWay } from './sign-in-way.ts';

/** Whether somebody is signed in, and as whom. */
export type SessionState =
  | { readonly kind: 'starting' }
  /** The api did not even say how to sign in. */
  | { readonly kind: 'failed'; readonly problem: ApiProblem }
  | {
      readonly kind: 'signed-out';
      readonly offer: SignInOffer;
      /** What the person should know: that the session ended, or why signing in failed. */
      readonly notice: string | undefined;
    }
  /** Signed in, but the person is in no account. */
  | { readonly kind: 'no-access'; readonly name: string | undefined }
  | { readonly kind: 'signed-in'; readonly me: Me };

export type Session = {
  read(): SessionState;
  /** @returns how to stop. */
  watch(listener: () => void): () => void;
  start(): Promise<void>;
  /** Signs in, and comes back to the address that is shown. `who` is for development only. */
  signIn(who?: string): Promise<void>;
  signOut(): Promise<void>;
  /** Asks again who the person is: accepting an invitation changed it. */
  lookAgain(): Promise<void>;
};

const SESSION_ENDED = 'Your session has ended. Sign in again to go on where you were.';

/** @param onChange called when another person may look: what was read for the one before must be forgotten. */
export function createSession(onChange: () => void): Session {
  const listeners = new Set<() => void>();
  let state: SessionState = { kind: 'starting' };
  let offer: SignInOffer = { kind: 'none' };
  let way: SignInWay | undefined;

  const show = (next: SessionState): void => {
    state = next;
    for (const listener of listeners) listener();
  };
  const showSignedOut = (notice?: string): void => {
    setAccessToken(undefined);
    onChange();
    show({ kind: 'signed-out', offer, notice });
  };
  const end = (): void => {
    if (state.kind === 'signed-in' || state.kind === 'no-access') showSignedOut(SESSION_ENDED);
  };
  const events: SignInEvents = { onToken: setAccessToken, onEnded: end };

  const comeIn = async ({ name, returnTo }: SignedIn): Promise<void> => {
    try {
      const me = await readApi('/v1/me', meSchema);
      onChange();
      if (returnTo !== currentAddress()) go(returnTo, { replace: true });
      show({ kind: 'signed-in', me: { ...me, name: me.name ?? name ?? null } });
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 403) show({ kind: 'no-access', name });
      else if (error instanceof ApiProblem && error.status === 401)
        showSignedOut('The API rejected your sign-in. Contact your administrator.');
      else throw error;
    }
  };
  const attempt = async (step: () => Promise<SignedIn | undefined>): Promise<void> => {
    try {
      const signedIn = await step();
      if (signedIn !== undefined) await comeIn(signedIn);
      else if (state.kind === 'starting') showSignedOut();
    } catch (error) {
      if (error instanceof SignInFailed) showSignedOut(error.message);
      else if (error instanceof ApiProblem) show({ kind: 'failed', problem: error });
      else throw error;
    }
  };
  listenForRefusal(end);
  return {
    read: () => state,
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async start() {
      show({ kind: 'starting' });
      await attempt(async () => {
        offer = await readSignInOffer();
        way = await createWay(offer, events);
        return way?.resume();
      });
    },
    signIn: (who) => attempt(async () => way?.begin(currentAddress(), who)),
    lookAgain: () => attempt(async () => ({ name: nameOf(state), returnTo: currentAddress() })),
    async signOut() {
      await way?.signOut();
      go(addresses.signIn());
      showSignedOut();
    },
  };
}

function nameOf(state: SessionState): string | undefined {
  if (state.kind === 'no-access') return state.name;
  return state.kind === 'signed-in' ? (state.me.name ?? undefined) : undefined;
}

/** Each way is loaded only where it is used. */
async function createWay(offer: SignInOffer, events: SignInEvents): Promise<SignInWay | undefined> {
  if (offer.kind === 'auth0') return (await import('./auth0-sign-in.ts')).createAuth0SignIn(offer, events);
  if (HAS_DEVELOPMENT_SIGN_IN && offer.kind === 'development')
    return (await import('./development-sign-in.ts')).createDevelopmentSignIn(offer.people, events);
  return undefined;
}
