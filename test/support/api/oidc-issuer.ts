import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/**
 * For tests: an OpenID Connect issuer on loopback that checks what Auth0 checks, with one person who is signed in
 * there.
 */
export type OidcIssuer = {
  readonly issuer: string;
  readonly audience: string;
  readonly clientId: string;
  /** What happened so far, in order: `authorize`, `code`, `refresh`, `revoke`, `logout`, or why it was refused. */
  readonly log: string[];
  /** Every address that was asked for, with its parameters. */
  readonly addresses: string[];
  /** Tokens that were given so far. */
  readonly tokens: string[];
  /** How the next sign-ins go. */
  behaviour: Behaviour;
  close(): Promise<void>;
};

export type Behaviour = {
  readonly tokenSeconds: number;
  readonly hasRefreshToken: boolean;
  /** Sent back instead of the state that came. */
  readonly state?: string;
  /** Refuses to sign in with these words. */
  readonly refusal?: string;
};

export const ORDINARY: Behaviour = { tokenSeconds: 3_600, hasRefreshToken: true };

const AUDIENCE = 'https://hopsmeter.example/api';
const CLIENT_ID = 'the-page';
const KEY_ID = 'issuer-key';

type Pending = { readonly challenge: string; readonly redirectUri: string; readonly nonce: string | undefined };

/** Starts it. @param permissions what its access tokens say. */
export async function startOidcIssuer(permissions: readonly string[]): Promise<OidcIssuer> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: KEY_ID, alg: 'RS256', use: 'sig' }] };
  const pending = new Map<string, Pending>();
  const refreshTokens = new Set<string>();
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      state.log.push(String(error));
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error: 'invalid_request' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the issuer has no port');
  const issuer = `http://127.0.0.1:${address.port}/`;
  const state: OidcIssuer = {
    issuer,
    audience: AUDIENCE,
    clientId: CLIENT_ID,
    log: [],
    addresses: [],
    tokens: [],
    behaviour: ORDINARY,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  const sign = async (claims: Readonly<Record<string, unknown>>, audience: string): Promise<string> => {
    const token = await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: KEY_ID })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject('auth0|grace')
      .setIssuedAt()
      .setExpirationTime(`${state.behaviour.tokenSeconds} s`)
      .sign(privateKey);
    state.tokens.push(token);
    return token;
  };
  const grant = async (nonce: string | undefined) => {
    const refreshToken = randomUUID();
    if (state.behaviour.hasRefreshToken) {
      refreshTokens.add(refreshToken);
      state.tokens.push(refreshToken);
    }
    return {
      access_token: await sign({ permissions }, AUDIENCE),
      id_token: await sign({ name: 'Grace Hopper', ...(nonce === undefined ? {} : { nonce }) }, CLIENT_ID),
      token_type: 'Bearer',
      expires_in: state.behaviour.tokenSeconds,
      ...(state.behaviour.hasRefreshToken ? { refresh_token: refreshToken } : {}),
    };
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', issuer);
    state.addresses.push(url.href);
    response.setHeader('access-control-allow-origin', request.headers.origin ?? '*');
    response.setHeader('access-control-allow-headers', 'content-type');
    const json = (value: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        json({
          issuer,
          authorization_endpoint: `${issuer}authorize`,
          token_endpoint: `${issuer}oauth/token`,
          jwks_uri: `${issuer}.well-known/jwks.json`,
          end_session_endpoint: `${issuer}oidc/logout`,
          revocation_endpoint: `${issuer}oauth/revoke`,
        });
        return;
      case '/.well-known/jwks.json':
        json(jwks);
        return;
      case '/authorize':
        response.writeHead(302, { location: authorize(url.searchParams) }).end();
        return;
      case '/oauth/token':
        json(await exchange(new URLSearchParams(await text(request))));
        return;
      case '/oauth/revoke': {
        const token = new URLSearchParams(await text(request)).get('token') ?? '';
        state.log.push(refreshTokens.delete(token) ? 'revoke' : 'revoke of nothing');
        response.end();
        return;
      }
      case '/oidc/logout':
        state.log.push(url.searchParams.has('id_token_hint') ? 'logout with a token' : 'logout');
        response.writeHead(302, { location: url.searchParams.get('post_logout_redirect_uri') ?? '/' }).end();
        return;
      default:
        response.writeHead(404).end();
    }
  }

  /** @returns where the browser goes back to. */
  function authorize(params: URLSearchParams): string {
    const expected = { response_type: 'code', client_id: CLIENT_ID, audience: AUDIENCE, code_challenge_method: 'S256' };
    for (const [name, value] of Object.entries(expected))
      if (params.get(name) !== value) throw new Error(`${name} is ${params.get(name)}`);
    const redirectUri = params.get('redirect_uri') ?? '';
    const back = new URL(redirectUri);
    back.searchParams.set('state', state.behaviour.state ?? params.get('state') ?? '');
    const { refusal } = state.behaviour;
    if (refusal !== undefined) {
      back.searchParams.set('error', 'access_denied');
      back.searchParams.set('error_description', refusal);
      return back.href;
    }
    const code = randomUUID();
    pending.set(code, {
      challenge: params.get('code_challenge') ?? '',
      redirectUri,
      nonce: params.get('nonce') ?? undefined,
    });
    state.log.push('authorize');
    back.searchParams.set('code', code);
    return back.href;
  }

  async function exchange(form: URLSearchParams) {
    if (form.get('client_id') !== CLIENT_ID) throw new Error(`client_id is ${form.get('client_id')}`);
    if (form.get('grant_type') === 'refresh_token') {
      if (!refreshTokens.delete(form.get('refresh_token') ?? '')) throw new Error('the refresh token is unknown');
      state.log.push('refresh');
      return grant(undefined);
    }
    const code = form.get('code') ?? '';
    const asked = pending.get(code);
    // A code is good for one use.
    pending.delete(code);
    if (asked === undefined) throw new Error('the code is unknown');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (challenge !== asked.challenge) throw new Error('the verifier does not fit the challenge');
    if (form.get('redirect_uri') !== asked.redirectUri) throw new Error('the redirect address changed');
    state.log.push('code');
    return grant(asked.nonce);
  }

  return state;
}
