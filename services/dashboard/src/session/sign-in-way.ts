/** What a way to sign in tells the session. */
export type SignInEvents = {
  /** There is a token, the first or a newer one. */
  readonly onToken: (token: string) => void;
  /** The last token has expired and there is no newer one. */
  readonly onEnded: () => void;
};

/** Somebody came in. */
export type SignedIn = {
  /** As the issuer knows the person; the api may know better. */
  readonly name: string | undefined;
  /** Where the person wanted to go: an address of this page. */
  readonly returnTo: string;
};

/** A way to sign in. */
export type SignInWay = {
  /**
   * Goes on where the page was left: it comes back from the issuer, or was loaded again by somebody who is signed in.
   * Undefined when the person has to sign in. @throws SignInFailed
   */
  resume(): Promise<SignedIn | undefined>;
  /** Signs in. With an issuer the browser leaves the page, and `resume` goes on. `who` is for development only. */
  begin(returnTo: string, who?: string): Promise<SignedIn | undefined>;
  /** Forgets the token, here and at the issuer. */
  signOut(): Promise<void>;
};

/** Signing in did not work; the message is for the person. */
export class SignInFailed extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SignInFailed';
  }
}
