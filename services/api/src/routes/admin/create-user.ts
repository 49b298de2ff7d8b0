import { createUser, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, created } from '../../contract/change-responses.ts';
import { emailField, nameField, userIdField } from '../../contract/fields.ts';
import { userSchema } from './schemas.ts';

const bodySchema = z.strictObject({
  id: userIdField('Auth0 user id (`sub`)'),
  email: emailField.nullable().default(null),
  name: nameField("The user's name", 'Ada Lovelace').nullable().default(null),
  accountOwnerId: userIdField('Who pays; null or omitted for an account owner').nullable().default(null),
});

/** `POST /v1/users` */
export function addCreateUser(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'createUser',
    summary: 'Add an account owner or a member',
    description:
      'The first owner is taken to have owned the user always. Sent again with the same data it answers 200 ' +
      'with the user.',
    tags: ['People'],
    body: bodySchema,
    response: created('The user was added', userSchema, 'UNKNOWN_REFERENCE', 'USER_EXISTS', 'TWO_LEVELS'),
  };
  app.post('/v1/users', { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } }, async (request, reply) => {
    const { isCreated, value } = await createUser(pool, changeOf(request), request.body);
    return reply.code(isCreated ? 201 : 200).send(value);
  });
}
