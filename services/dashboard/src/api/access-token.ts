/**
 * The access token, in memory and nowhere else: what is in the browser's storage can be read by every script that ever
 * runs on this page, and is still there tomorrow.
 */
let token: string | undefined;

let onRefused: (() => void) | undefined;

/** The token that requests are sent with; undefined while nobody is signed in. */
export function accessToken(): string | undefined {
  return token;
}

/** Sets the token, or takes it away. */
export function setAccessToken(next: string | undefined): void {
  token = next;
}

/** Tells whoever listens that the api did not take the token. */
export function refuseAccessToken(): void {
  onRefused?.();
}

/** Called when the api does not take the token any more. */
export function listenForRefusal(listener: () => void): void {
  onRefused = listener;
}
