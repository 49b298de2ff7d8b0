import type { PersonRow } from '@hopsmeter/db';
import { RequestError } from '@hopsmeter/usage';
import type { FastifyRequest } from 'fastify';
import type { AccessToken, AccessTokens } from './access-tokens.ts';
import type { Caller, Person } from './caller.ts';
import { createServiceRoleKey } from './service-role-key.ts';

/**
 * Finds out who sends a request.
 *
 * @throws RequestError UNAUTHENTICATED when that is not proven, INVALID_REQUEST when the proof stands in the address,
 * NOT_READY while it cannot be checked.
 */
export type Authenticate = (request: Pick<FastifyRequest, 'headers' | 'query'>) => Promise<Caller>;

export type CallerOptions = {
  readonly serviceRoleKey: string;
  /** Reads people's tokens; without it only the service role key gets in. */
  readonly tokens: AccessTokens | undefined;
  /** Finds a user of ours by id. */
  readonly findPerson: (id: string) => Promise<PersonRow | undefined>;
};

/** Auth0's names of the rights of billing staff; the second one includes the first. */
export const READ_PERMISSION = 'billing:read';
export const ADMIN_PERMISSION = 'billing:admin';

/** RFC 6750; the scheme in any case, as RFC 9110 has it. */
const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

/** Knows the service role key and people's tokens. @throws RangeError when that key cannot be one. */
export function createAuthenticate({ serviceRoleKey, tokens, findPerson }: CallerOptions): Authenticate {
  const key = createServiceRoleKey(serviceRoleKey);
  return async ({ headers, query }) => {
    if (hasQueryToken(query))
      throw new RequestError('INVALID_REQUEST', 'URLs end up in logs: send tokens in the Authorization header');
    const token = BEARER.exec(headers.authorization ?? '')?.[1];
    if (token === undefined) throw new RequestError('UNAUTHENTICATED', 'send the header Authorization: Bearer <token>');
    if (key.matches(token)) return { kind: 'service_role' };
    if (tokens === undefined) throw new RequestError('UNAUTHENTICATED', 'the key is not valid');
    return describePerson(await tokens.verify(token), findPerson);
  };
}

/** Whether a request carries a token in its address, RFC 6750's third way. */
export function hasQueryToken(query: unknown): boolean {
  return typeof query === 'object' && query !== null && Object.hasOwn(query, 'access_token');
}

/** Staff are not looked up: their rights come from the token, and win over those of an owner or a member. */
async function describePerson(
  { userId, permissions }: AccessToken,
  findPerson: CallerOptions['findPerson'],
): Promise<Person> {
  if (permissions.includes(ADMIN_PERMISSION)) return { kind: 'staff', userId, rights: 'admin' };
  if (permissions.includes(READ_PERMISSION)) return { kind: 'staff', userId, rights: 'read' };
  const found = await findPerson(userId);
  if (found === undefined) return { kind: 'stranger', userId };
  const { accountOwnerId } = found;
  return accountOwnerId === null ? { kind: 'owner', userId } : { kind: 'member', userId, accountOwnerId };
}
