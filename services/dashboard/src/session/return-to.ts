import { addresses } from '../address/addresses.ts';

/** The address that a person wanted, or the first view for one who came to sign in. */
export function currentAddress(): string {
  const { pathname, search, hash } = window.location;
  return safeReturnTo(`${pathname}${search}${hash}`);
}

/**
 * An address that is certainly one of this page's. What comes back from an issuer could name another host, also as
 * `//host` or `/\host`.
 */
export function safeReturnTo(address: unknown): string {
  if (typeof address !== 'string' || !/^\/(?![/\\])/.test(address)) return addresses.overview();
  return address === addresses.signIn() || address.startsWith(`${addresses.signIn()}?`)
    ? addresses.overview()
    : address;
}
