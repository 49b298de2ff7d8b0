import { InMemoryWebStorage, UserManager, WebStorageStateStore } from 'oidc-client-ts';
import { addresses } from '../address/addresses.ts';
import { currentAddress, safeReturnTo } from './return-to.ts';
import type { Auth0Offer } from './sign-in-offer.ts';
import { type SignedIn, type SignInEvents, SignInFailed, type SignInWay } from './sign-in-way.ts';
import { signedInMark } from './signed-in-mark.ts';

/** `offline_access` for a refresh token: the page asks for a newer token without leaving. */
const SCOPE = 'openid profile email offline_access';

/** So long before it expires a token is renewed. */
const RENEW_BEFORE_SECONDS = 60;

/**
 * Signs in at Auth0, or any OpenID Connect issuer: code flow with PKCE. The tokens are in memory only. What survives
 * the way to the issuer and back is the verifier and the state, in the storage of this tab, and it is used once.
 *
 * A page that is loaded again has no token; the mark in the tab then sends it to the issuer, whose own session sends it
 * straight back.
 */
export function createAuth0SignIn({ issuer, clientId, audience }: Auth0Offer, events: SignInEvents): SignInWay {
  const callback = `${window.location.origin}${addresses.signIn()}`;
  const manager = new UserManager({
    authority: issuer,
    client_id: clientId,
    redirect_uri: callback,
    post_logout_redirect_uri: callback,
    response_type: 'code',
    scope: SCOPE,
    extraQueryParams: { audience },
    userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
    stateStore: new WebStorageStateStore({ store: window.sessionStorage }),
    // Renewed by refresh token below; without one it would be tried in a frame, which the page's policy forbids.
    automaticSilentRenew: false,
    accessTokenExpiringNotificationTimeInSeconds: RENEW_BEFORE_SECONDS,
    monitorSession: false,
    loadUserInfo: false,
  });
  manager.events.addAccessTokenExpiring(async () => {
    const user = await manager.getUser();
    if (user?.refresh_token === undefined) return;
    try {
      const renewed = await manager.signinSilent();
      if (renewed !== null) events.onToken(renewed.access_token);
    } catch {
      // The old token is good for a minute more; then the session has ended, and the person is told.
    }
  });
  manager.events.addAccessTokenExpired(() => {
    signedInMark.remove();
    events.onEnded();
  });
  const begin = async (returnTo: string): Promise<undefined> => {
    try {
      await manager.signinRedirect({ state: { returnTo } });
    } catch (error) {
      throw new SignInFailed('The sign-in service cannot be reached.', { cause: error });
    }
  };
  return {
    begin,
    async resume() {
      if (!isCallback()) return signedInMark.read() === undefined ? undefined : begin(currentAddress());
      const address = window.location.href;
      // At once: the code is good for one use, but belongs into no history.
      window.history.replaceState(null, '', addresses.signIn());
      // Set again when it worked; else a page that is loaded again would go round in circles.
      signedInMark.remove();
      const user = await manager.signinRedirectCallback(address).catch((error: unknown) => {
        throw new SignInFailed(describe(error), { cause: error });
      });
      signedInMark.set('auth0');
      events.onToken(user.access_token);
      return { name: user.profile.name ?? user.profile.email, returnTo: returnToOf(user.state) } satisfies SignedIn;
    },
    async signOut() {
      signedInMark.remove();
      // Best effort: the issuer may not offer it, and the person is signed out here in any case.
      await manager.revokeTokens(['refresh_token']).catch(() => undefined);
      // Before the redirect: otherwise the identity token would be part of its address.
      await manager.removeUser();
      await manager.signoutRedirect().catch(() => undefined);
    },
  };
}

function isCallback(): boolean {
  const { pathname, search } = window.location;
  const params = new URLSearchParams(search);
  return pathname === addresses.signIn() && params.has('state') && (params.has('code') || params.has('error'));
}

function returnToOf(state: unknown): string {
  return safeReturnTo(typeof state === 'object' && state !== null && 'returnTo' in state ? state.returnTo : undefined);
}

/** What the issuer says (`error_description`) is for people; everything else is not. */
function describe(error: unknown): string {
  const told =
    typeof error === 'object' && error !== null && 'error_description' in error ? error.error_description : undefined;
  return typeof told === 'string' && told !== '' ? told : 'Signing in did not work. Please try again.';
}
