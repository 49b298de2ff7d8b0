import { listUsers, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { listed, ROWS_DEFAULT, ROWS_MAX } from '../../contract/change-responses.ts';
import { systemIdSchema } from '../../contract/fields.ts';
import { createPageCursor, nextCursorSchema, textPart } from '../../contract/page-cursor.ts';
import { accountIdSchema, limitSchema, searchSchema } from '../../contract/parameters.ts';
import { userSchema } from './schemas.ts';

const pages = createPageCursor(z.object({ id: textPart }));

const querySchema = z.strictObject({
  q: searchSchema('Part of the id, name or e-mail address, in upper or lower case', 'ada@').optional(),
  accountOwnerId: accountIdSchema.optional().meta({ description: 'Only the members of this owner' }),
  clusterId: systemIdSchema('Only users who are on this cluster now').optional(),
  cursor: pages.parameter,
  limit: limitSchema({ most: ROWS_MAX, standard: ROWS_DEFAULT }),
});

const answerSchema = z.object({ users: z.array(userSchema), nextCursor: nextCursorSchema }).meta({ id: 'Users' });

/** `GET /v1/users` */
export function addListUsers(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'listUsers',
    summary: 'List users',
    description: 'Account owners and members, by id. An owner names their own account; staff may leave it out.',
    tags: ['People'],
    querystring: querySchema,
    response: listed('A page of users', answerSchema),
  };
  app.get('/v1/users', { schema, config: { access: 'own-account' } }, async ({ query }) => {
    const { q, accountOwnerId, clusterId, cursor, limit } = query;
    const search = q === '' ? undefined : q;
    const asked = { search, accountOwnerId, clusterId, after: cursor?.id, limit: limit + 1 };
    const { rows, next } = pages.pageOf(await listUsers(pool, asked), limit, (row) => row);
    return { users: rows, ...next };
  });
}
