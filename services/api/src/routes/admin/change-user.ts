import { changeUser, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, changed } from '../../contract/change-responses.ts';
import { billingAddressField, emailField, nameField } from '../../contract/fields.ts';
import { accountIdSchema } from '../../contract/parameters.ts';
import { userSchema } from './schemas.ts';

const bodySchema = z.strictObject({
  email: emailField.nullable().optional(),
  name: nameField("The user's name", 'Ada Lovelace').nullable().optional(),
  billingAddress: billingAddressField.nullable().optional(),
});

/** `PATCH /v1/users/{id}` */
export function addChangeUser(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'changeUser',
    summary: "Change a user's name, e-mail and billing address",
    description: 'Omitted fields stay as they are; null removes a value. Final statements keep what they said.',
    tags: ['People'],
    params: z.strictObject({ id: accountIdSchema }),
    body: bodySchema,
    response: changed('The user as it is now', userSchema),
  };
  app.patch('/v1/users/:id', { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } }, (request) =>
    changeUser(pool, changeOf(request), request.params.id, request.body),
  );
}
