import { RequestError } from '@hopsmeter/usage';
import { errors, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { AccessTokens } from '../callers/access-tokens.ts';
import { permissionsOf } from './people.ts';

export type DevelopmentTokens = AccessTokens & {
  sign(id: string): Promise<{ readonly accessToken: string; readonly expiresAt: string }>;
};

/** Short: the page asks for the next one by itself. */
const TOKEN_SECONDS = 900;

const ALGORITHM = 'ES256';

const ISSUER = 'urn:hopsmeter:development';

const claimsSchema = z.object({ sub: z.string(), permissions: z.array(z.string()) });

/** Makes a key in memory, and signs and takes tokens with it. @param now in microseconds. */
export async function createDevelopmentTokens(now: () => number): Promise<DevelopmentTokens> {
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM);
  return {
    async sign(id) {
      const issued = Math.floor(now() / 1_000_000);
      const accessToken = await new SignJWT({ permissions: permissionsOf(id) })
        .setProtectedHeader({ alg: ALGORITHM })
        .setIssuer(ISSUER)
        .setAudience(ISSUER)
        .setSubject(id)
        .setIssuedAt(issued)
        .setExpirationTime(issued + TOKEN_SECONDS)
        .sign(privateKey);
      return { accessToken, expiresAt: new Date((issued + TOKEN_SECONDS) * 1_000).toISOString() };
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, publicKey, {
          issuer: ISSUER,
          audience: ISSUER,
          algorithms: [ALGORITHM],
          requiredClaims: ['sub', 'exp'],
          currentDate: new Date(now() / 1_000),
        });
        const { sub, permissions } = claimsSchema.parse(payload);
        return { userId: sub, permissions };
      } catch (error) {
        if (!(error instanceof errors.JOSEError) && !(error instanceof z.ZodError)) throw error;
        throw new RequestError('UNAUTHENTICATED', 'the token is not valid; sign in again');
      }
    },
  };
}
