import { createInvite, INVITE_DAYS, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, created } from '../../contract/change-responses.ts';
import { emailField, userIdField } from '../../contract/fields.ts';
import { inviteSchema } from './schemas.ts';

const bodySchema = z.strictObject({
  accountOwnerId: userIdField('The account that invites'),
  email: emailField,
});

const answerSchema = z
  .object({
    invite: inviteSchema,
    token: z.string().meta({
      examples: ['hmi_4f9c0b2e'],
      description: 'Shown only once: anyone who has it can accept. Put it into the link',
    }),
  })
  .meta({ id: 'CreatedInvite' });

/** `POST /v1/invites` */
export function addCreateInvite(app: HttpApp, pool: Pool): void {
  const { 200: _, ...response } = created(
    'The invitation was created',
    answerSchema,
    'UNKNOWN_REFERENCE',
    'TWO_LEVELS',
    'INVITE_PENDING',
  );
  const schema = {
    operationId: 'createInvite',
    summary: "Invite somebody into an account's team",
    description:
      `Valid for ${INVITE_DAYS} days. An account has one open invitation per address; an expired ` + 'one is replaced.',
    tags: ['People'],
    body: bodySchema,
    response,
  };
  app.post(
    '/v1/invites',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'own-account' } },
    async (request, reply) => reply.code(201).send(await createInvite(pool, changeOf(request), request.body)),
  );
}
