import { type Pool, revokeInvite } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { changed } from '../../contract/change-responses.ts';
import { systemIdSchema } from '../../contract/fields.ts';
import { accountIdSchema } from '../../contract/parameters.ts';
import { inviteSchema } from './schemas.ts';

/** `DELETE /v1/invites/{id}` */
export function addRevokeInvite(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'revokeInvite',
    summary: 'Revoke an invitation',
    description: 'An owner names their own account; staff may leave it out. Sent again it changes nothing.',
    tags: ['People'],
    params: z.strictObject({ id: systemIdSchema("The invitation's id") }),
    querystring: z.strictObject({
      accountOwnerId: accountIdSchema.optional().meta({ description: 'The account that invited' }),
    }),
    response: changed('The invitation as it is now', inviteSchema, 'INVITE_ENDED'),
  };
  app.delete('/v1/invites/:id', { schema, config: { access: 'own-account' } }, (request) => {
    const { accountOwnerId } = request.query;
    return revokeInvite(pool, changeOf(request), { inviteId: request.params.id, accountOwnerId });
  });
}
