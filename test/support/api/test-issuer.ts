import { createServer } from 'node:http';
import { parseTime } from '@hopsmeter/usage';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { TEST_NOW } from './test-api.ts';

/** For tests: an Auth0 tenant on loopback, with one key that it publishes and one that nobody knows. */
export type TestIssuer = {
  readonly issuer: string;
  readonly audience: string;
  /** How often the published keys were fetched so far. */
  readonly fetches: () => number;
  /** What the next fetches are answered with; 200 at first. */
  answerWith(status: number): void;
  /** A valid token for an hour, but for what `claims` changes; an undefined claim is left out. */
  sign(claims: Claims): Promise<string>;
  /** As if the public key were a shared secret. */
  signWithPublicKey(claims: Claims): Promise<string>;
  /** With the right key id, by the wrong key. */
  signWithOtherKey(claims: Claims): Promise<string>;
  /** With a key id that is not published. */
  signWithUnknownKey(claims: Claims): Promise<string>;
  /** With `alg: none`. */
  leaveUnsigned(claims: Claims): string;
  close(): Promise<void>;
};

export type Claims = Readonly<Record<string, unknown>>;

/** The moment of the tests, in the seconds of a token. */
export const NOW_SECONDS = (parseTime(TEST_NOW) ?? 0) / 1_000_000;

const AUDIENCE = 'https://hopsmeter.example/api';
const KEY_ID = 'the-published-key';

/** Starts it on a free port. */
export async function startTestIssuer(): Promise<TestIssuer> {
  const [published, hidden] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')]);
  const keys = [{ ...(await exportJWK(published.publicKey)), kid: KEY_ID, alg: 'RS256', use: 'sig' }];
  let fetches = 0;
  let status = 200;
  const server = createServer((request, response) => {
    fetches += 1;
    response.statusCode = request.url === '/.well-known/jwks.json' ? status : 404;
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the issuer has no port');
  const issuer = `http://127.0.0.1:${address.port}/`;

  const fill = (claims: Claims): Claims => {
    const standard = { iss: issuer, aud: [AUDIENCE, `${issuer}userinfo`], iat: NOW_SECONDS, exp: NOW_SECONDS + 3_600 };
    return Object.fromEntries(Object.entries({ ...standard, ...claims }).filter(([, value]) => value !== undefined));
  };
  const signAs = (alg: string, kid: string, key: CryptoKey | Uint8Array) => (claims: Claims) =>
    new SignJWT(fill(claims)).setProtectedHeader({ alg, kid, typ: 'JWT' }).sign(key);
  const publicKeyText = new TextEncoder().encode(await exportSPKI(published.publicKey));
  return {
    issuer,
    audience: AUDIENCE,
    fetches: () => fetches,
    answerWith(next) {
      status = next;
    },
    sign: signAs('RS256', KEY_ID, published.privateKey),
    signWithPublicKey: signAs('HS256', KEY_ID, publicKeyText),
    signWithOtherKey: signAs('RS256', KEY_ID, hidden.privateKey),
    signWithUnknownKey: signAs('RS256', 'another-key', hidden.privateKey),
    leaveUnsigned: (claims) => new UnsecuredJWT(fill(claims)).encode(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
