import { type Pool, releaseParked } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { accepted } from '../../contract/change-responses.ts';
import { BODY_BYTES_MAX, decisionSchema, parkedIdSchema, skippedOf } from './schemas.ts';

const answerSchema = z
  .object({
    released: z
      .int()
      .min(0)
      .meta({ examples: [1], description: 'Events that are counted as they are, within seconds' }),
    skipped: z.array(parkedIdSchema).meta({ description: 'Ids of the request that do not wait as implausible' }),
  })
  .meta({ id: 'ParkedRelease' });

/** `POST /v1/parked/release` */
export function addReleaseParked(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'releaseParked',
    summary: 'Count implausible events as they are',
    description:
      'Nothing of them is changed. One that lacks a user, a project or a price as well is counted once that is ' +
      'there. Sent again it changes nothing.',
    tags: ['Parked events'],
    body: decisionSchema,
    response: accepted('Which events are released', answerSchema),
  };
  app.post(
    '/v1/parked/release',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request, reply) => {
      const released = await releaseParked(pool, changeOf(request), request.body);
      return reply.code(202).send({ released: released.length, skipped: skippedOf(request.body.ids, released) });
    },
  );
}
