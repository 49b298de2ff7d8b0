import { listInvites, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { listed, ROWS_DEFAULT, ROWS_MAX } from '../../contract/change-responses.ts';
import { createPageCursor, instantPart, nextCursorSchema, systemIdPart } from '../../contract/page-cursor.ts';
import { accountIdSchema, limitSchema } from '../../contract/parameters.ts';
import { inviteSchema } from './schemas.ts';

const pages = createPageCursor(z.object({ createdAt: instantPart, id: systemIdPart }));

const querySchema = z.strictObject({
  accountOwnerId: accountIdSchema.optional().meta({ description: 'Only invitations of this account' }),
  cursor: pages.parameter,
  limit: limitSchema({ most: ROWS_MAX, standard: ROWS_DEFAULT }),
});

const answerSchema = z.object({ invites: z.array(inviteSchema), nextCursor: nextCursorSchema }).meta({ id: 'Invites' });

/** `GET /v1/invites` */
export function addListInvites(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'listInvites',
    summary: 'List invitations',
    description: 'The newest first. An owner names their own account; staff may leave it out.',
    tags: ['People'],
    querystring: querySchema,
    response: listed('A page of invitations', answerSchema),
  };
  app.get('/v1/invites', { schema, config: { access: 'own-account' } }, async ({ query }) => {
    const { accountOwnerId, cursor, limit } = query;
    const found = await listInvites(pool, { accountOwnerId, after: cursor, limit: limit + 1 });
    const { rows, next } = pages.pageOf(found, limit, (row) => row);
    return { invites: rows, ...next };
  });
}
