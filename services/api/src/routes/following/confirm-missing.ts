import { confirmMissing, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, changed } from '../../contract/change-responses.ts';
import { reasonField } from '../../contract/fields.ts';
import { describeMissing, missingSchema } from './schemas.ts';

const answerSchema = z
  .object({ confirmed: missingSchema.meta({ description: 'What the next look may find missing' }) })
  .meta({ id: 'ConfirmedMissing' });

/** `POST /v1/following/confirm` */
export function addConfirmMissing(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'confirmMissing',
    summary: 'Confirm that what is missing of the application is right',
    description:
      'The next look, within a minute, brings it over, unless even more is missing by then. Sent again it ' +
      'changes nothing.',
    tags: ['Following'],
    body: z.strictObject({ reason: reasonField }),
    response: changed('What was confirmed', answerSchema, 'FOLLOWING_NOT_HELD'),
  };
  app.post(
    '/v1/following/confirm',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request) => {
      const missing = await confirmMissing(pool, changeOf(request), request.body.reason);
      return { confirmed: describeMissing(missing) };
    },
  );
}
