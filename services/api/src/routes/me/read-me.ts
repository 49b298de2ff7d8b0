import { type Pool, readPersonName } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { ADMIN_PERMISSION, READ_PERMISSION } from '../../callers/authenticate.ts';
import type { Caller } from '../../callers/caller.ts';
import { answer, PROBLEM_RESPONSES } from '../../contract/problems.ts';

const answerSchema = z
  .object({
    id: z
      .string()
      .nullable()
      .meta({ description: "The person's user id; null for the service role key", examples: ['auth0|507f1f77'] }),
    kind: z.enum(['staff', 'owner', 'member']).meta({
      description: 'Staff see all accounts, an owner only their own, a member none: only what they used themselves',
    }),
    name: z
      .string()
      .nullable()
      .meta({ description: 'Name, or else e-mail address; null for who is no user', examples: ['Ada Lovelace'] }),
    permissions: z
      .array(z.enum([READ_PERMISSION, ADMIN_PERMISSION]))
      .meta({ description: 'What staff may do; empty for others' }),
  })
  .meta({ id: 'Me' });

type Me = z.input<typeof answerSchema>;

/** `GET /v1/me` */
export function addReadMe(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'readMe',
    summary: "Read the caller's identity and permissions",
    description: 'Who the caller is and what they may do. Whoever is neither staff nor a user of ours is refused.',
    tags: ['People'],
    querystring: z.strictObject({}),
    response: { ...answer('Who is asking', answerSchema), ...PROBLEM_RESPONSES },
  };
  app.get('/v1/me', { schema, config: { access: 'any-user' } }, async ({ caller }): Promise<Me> => {
    if (caller.kind === 'service_role') return { id: null, ...roleOf(caller), name: 'Service role' };
    return { id: caller.userId, ...roleOf(caller), name: await readPersonName(pool, caller.userId) };
  });
}

function roleOf(caller: Caller): Pick<Me, 'kind' | 'permissions'> {
  if (caller.kind === 'member') return { kind: 'member', permissions: [] };
  if (caller.kind !== 'service_role' && caller.kind !== 'staff') return { kind: 'owner', permissions: [] };
  const isAdmin = caller.kind === 'service_role' || caller.rights === 'admin';
  return { kind: 'staff', permissions: isAdmin ? [READ_PERMISSION, ADMIN_PERMISSION] : [READ_PERMISSION] };
}
