import { PARKED_RETRY_MAX, type Pool, requestParkedRetry } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { accepted } from '../../contract/change-responses.ts';
import { filterField } from './filter-fields.ts';
import { BODY_BYTES_MAX, idsField, parkedIdSchema, skippedOf } from './schemas.ts';

const bodySchema = z
  .strictObject({
    ids: idsField.optional(),
    filter: filterField.optional().meta({ description: 'Every pending event that matches; `{}` is all of them' }),
  })
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), 'expected either ids or filter');

const answerSchema = z
  .object({
    retrying: z
      .int()
      .min(0)
      .meta({ examples: [3], description: 'Events that will be tried within seconds' }),
    left: z
      .int()
      .min(0)
      .meta({ examples: [0], description: 'Events that match too and were not marked: ask again for them' }),
    skipped: z.array(parkedIdSchema).meta({ description: 'Ids of the request that are not pending, or unknown' }),
  })
  .meta({ id: 'ParkedRetry' });

const description = `Marks pending events, the longest waiting first, at most ${PARKED_RETRY_MAX} with one request; a
worker tries them within seconds. What can be counted then is counted as it would have been when it came: on its own
usage days, for who owned the user when the usage began, at the prices of those days. The others stay pending with their
reason as it is then.

It is rarely needed: what waits for a user, a project, an assignment, a meter or a price is tried by itself when that is
added.`;

/** `POST /v1/parked/retry` */
export function addRetryParked(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'retryParked',
    summary: 'Retry parked events',
    description,
    tags: ['Parked events'],
    body: bodySchema,
    response: accepted('Which events are tried', answerSchema),
  };
  app.post(
    '/v1/parked/retry',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request, reply) => {
      const { ids: wanted, filter } = request.body;
      const query = wanted === undefined ? { filter } : { ids: wanted };
      const { ids, leftCount } = await requestParkedRetry(pool, changeOf(request), query);
      return reply
        .code(202)
        .send({ retrying: ids.length, left: leftCount, skipped: wanted === undefined ? [] : skippedOf(wanted, ids) });
    },
  );
}
