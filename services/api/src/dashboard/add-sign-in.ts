import type { HttpApp } from '@hopsmeter/runtime';

/** How people sign in: as the page needs to know it before anybody has. Nothing of it is secret. */
export type SignIn =
  | { readonly kind: 'auth0'; readonly issuer: string; readonly clientId: string; readonly audience: string }
  | { readonly kind: 'development'; readonly people: () => Promise<readonly DevelopmentPerson[]> }
  | { readonly kind: 'none' };

/** Somebody whom one can be on a developer's machine. */
export type DevelopmentPerson = { readonly id: string; readonly name: string; readonly role: string };

/** `GET /dashboard/sign-in.json` */
export function addSignIn(app: HttpApp, signIn: SignIn): void {
  app.get('/dashboard/sign-in.json', { schema: { hide: true } }, async () =>
    signIn.kind === 'development' ? { kind: signIn.kind, people: await signIn.people() } : signIn,
  );
}
