/**
 * The content security policy of the page: scripts, styles and pictures come from here, nothing is written into the
 * document, and it talks to the api and, where people sign in there, to the issuer. What it sends by leaving it (the
 * sign-in) is no part of this policy.
 *
 * @param issuer where people sign in, such as `https://TENANT/`.
 */
export function pagePolicy(issuer: string | undefined): string {
  const connect = issuer === undefined ? "'self'" : `'self' ${new URL(issuer).origin}`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
