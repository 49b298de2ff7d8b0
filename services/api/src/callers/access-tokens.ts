import { isUserId, type Micros, RequestError } from '@hopsmeter/usage';
import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';

export type AccessTokensOptions = {
  /** Who signs tokens, with the slash that `iss` ends with: `https://TENANT/`. */
  readonly issuer: string;
  /** What a token must be for: the identifier of our API at Auth0. */
  readonly audience: string;
  readonly now: () => Micros;
};

/** What a valid token says. */
export type AccessToken = { readonly userId: string; readonly permissions: readonly string[] };

export type AccessTokens = {
  /**
   * Reads a token. @throws RequestError UNAUTHENTICATED when it is not valid, NOT_READY while the issuer's keys cannot
   * be had: then nobody's token can be checked, and nobody gets in.
   */
  verify(token: string): Promise<AccessToken>;
};

/** RS256 and nothing else: with HS256 allowed, the issuer's public key would be a secret that everybody knows. */
const ALGORITHMS = ['RS256'];

/** Clocks of servers with NTP differ by milliseconds; five seconds are a server without it. */
const CLOCK_TOLERANCE_SECONDS = 5;

/**
 * After fetching the keys an unknown key id fetches them again only this much later: made-up ids must not make us ask.
 */
const COOLDOWN_MS = 30_000;

/** Keys are fetched again after this time, so that one that the issuer withdrew stops working. */
const KEYS_AGE_MAX_MS = 600_000;

/** Auth0 answers in some 100 ms. */
const FETCH_TIMEOUT_MS = 5_000;

/** A client that comes back now and then does not keep the issuer's trouble alive. */
const RETRY_AFTER_SECONDS = 5;

const claimsSchema = z.object({
  sub: z.string().refine(isUserId),
  // Absent without role-based access control at Auth0: then nobody has any.
  permissions: z.array(z.string()).catch([]),
});

/** Verifies Auth0 access tokens. Fetches the issuer's keys when the first token comes, not before. */
export function createAccessTokens({ issuer, audience, now }: AccessTokensOptions): AccessTokens {
  const fetchKey = createRemoteJWKSet(new URL('.well-known/jwks.json', issuer), {
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: KEYS_AGE_MAX_MS,
    timeoutDuration: FETCH_TIMEOUT_MS,
  });
  const keyOf: JWTVerifyGetKey = async (header, token) => {
    try {
      return await fetchKey(header, token);
    } catch (error) {
      if (isAboutToken(error)) throw error;
      const options = { retryAfterSeconds: RETRY_AFTER_SECONDS, cause: error };
      throw new RequestError('NOT_READY', 'the keys that tokens are signed with could not be fetched', options);
    }
  };
  return {
    async verify(token) {
      const claims = await readClaims(token, keyOf, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        requiredClaims: ['sub', 'exp'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(now() / 1_000),
      });
      return { userId: claims.sub, permissions: claims.permissions };
    },
  };
}

type VerifyOptions = NonNullable<Parameters<typeof jwtVerify>[2]>;

async function readClaims(token: string, keyOf: JWTVerifyGetKey, options: VerifyOptions) {
  try {
    const { payload } = await jwtVerify(token, keyOf, options);
    return claimsSchema.parse(payload);
  } catch (error) {
    if (!(error instanceof errors.JOSEError) && !(error instanceof z.ZodError)) throw error;
    // Without the cause: jose's errors hold the token's claims, which are somebody's and belong into no log.
    throw new RequestError(
      'UNAUTHENTICATED',
      error instanceof errors.JWTExpired ? 'the token has expired' : 'the token is not valid',
    );
  }
}

/** The keys are there, but none of them is the token's. */
function isAboutToken(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys;
}
