import { type Pool, setAlias } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, created } from '../../contract/change-responses.ts';
import { aliasField, momentField, reasonField, systemIdField, userIdField } from '../../contract/fields.ts';
import { aliasSchema } from './schemas.ts';

const bodySchema = z.strictObject({
  clusterId: systemIdField('The cluster that uses the name'),
  alias: aliasField,
  userId: userIdField('Whose alias it is'),
  startedAt: momentField(
    'From when; by default always if nobody ever had it, else after the last time and usage of others',
  ).optional(),
  endedAt: momentField('Of a user who no longer has it: until when').optional(),
  reason: reasonField,
});

const description = `An event whose \`subject\` is the alias is that of this user, and so is a report of a project whose
\`owner\` it is. What is parked for it is counted by itself. A subject that is a user's id is that user, whoever has it
as an alias. A user may have several aliases on a cluster; an alias is one user's at a time, and does not give way: end
it first. Usage that was counted by an alias does not move, so nobody else gets the alias in the time of such usage.
Sent again for the same user it answers 200 with the alias.`;

/** `POST /v1/aliases` */
export function addSetAlias(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'setAlias',
    summary: 'Make a name the alias of a user of a cluster',
    description,
    tags: ['Clusters'],
    body: bodySchema,
    response: created(
      'The alias was added',
      aliasSchema,
      'UNKNOWN_REFERENCE',
      'MOMENT_IN_FUTURE',
      'MOMENT_TOO_OLD',
      'ALIAS_TAKEN',
      'USAGE_COUNTED_LATER',
    ),
  };
  app.post(
    '/v1/aliases',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request, reply) => {
      const { isCreated, value } = await setAlias(pool, changeOf(request), request.body);
      return reply.code(isCreated ? 201 : 200).send(value);
    },
  );
}
