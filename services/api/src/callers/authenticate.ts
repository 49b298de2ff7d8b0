import { RequestError } from '@hopsmeter/usage';
import type { FastifyRequest } from 'fastify';
import type { Caller } from './caller.ts';
import { createServiceRoleKey } from './service-role-key.ts';

/** Finds out who sends a request. @throws RequestError UNAUTHENTICATED when that is not proven. */
export type Authenticate = (request: Pick<FastifyRequest, 'headers'>) => Promise<Caller>;

export type CallerOptions = { readonly serviceRoleKey: string };

/** RFC 6750; the scheme in any case, as RFC 9110 has it. */
const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

/** Knows the service role key. @throws RangeError when that key can not be one. */
export function createAuthenticate({ serviceRoleKey }: CallerOptions): Authenticate {
  const key = createServiceRoleKey(serviceRoleKey);
  return async ({ headers }) => {
    const token = BEARER.exec(headers.authorization ?? '')?.[1];
    if (token === undefined) throw new RequestError('UNAUTHENTICATED', 'send the header Authorization: Bearer <key>');
    if (key.matches(token)) return { kind: 'service_role' };
    throw new RequestError('UNAUTHENTICATED', 'the key is not valid');
  };
}
