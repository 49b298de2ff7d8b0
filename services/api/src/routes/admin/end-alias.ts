import { endAlias, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, changed } from '../../contract/change-responses.ts';
import { momentField, reasonField, systemIdSchema } from '../../contract/fields.ts';
import { aliasSchema } from './schemas.ts';

const bodySchema = z.strictObject({
  at: momentField('When it ended; by default now, or at the end of the last usage that it brought').optional(),
  reason: reasonField,
});

const description = `The cluster can then use the name for another user. Usage of the time before is billed to its user
whenever it arrives. Sent again it changes nothing; with another \`at\` it changes the end, as far as no usage was
counted by an alias in the time that changes hands.`;

/** `POST /v1/aliases/{id}/end` */
export function addEndAlias(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'endAlias',
    summary: 'End an alias of a user',
    description,
    tags: ['Clusters'],
    params: z.strictObject({ id: systemIdSchema("The alias's id") }),
    body: bodySchema,
    response: changed(
      'The alias as it is now',
      aliasSchema,
      'MOMENT_IN_FUTURE',
      'MOMENT_TOO_OLD',
      'ALIAS_TAKEN',
      'USAGE_COUNTED_LATER',
    ),
  };
  app.post('/v1/aliases/:id/end', { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } }, (request) =>
    endAlias(pool, changeOf(request), { ...request.body, aliasId: request.params.id }),
  );
}
