import { giveUpParked, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { answerOrNotReady } from '../../billing.ts';
import { changed } from '../admin/answers.ts';
import { changeOf } from '../admin/change-of.ts';
import { BODY_BYTES_MAX, decisionSchema, parkedIdSchema, skippedOf } from './answers.ts';

const answerSchema = z
  .object({
    givenUp: z
      .int()
      .min(0)
      .meta({ examples: [1], description: 'Events that are never counted' }),
    skipped: z.array(parkedIdSchema).meta({ description: 'Ids of the request that are not pending, or unknown' }),
  })
  .meta({ id: 'ParkedGivenUp' });

/** `POST /v1/parked/give-up` */
export function addGiveUpParked(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'giveUpParked',
    summary: 'Decide that parked events are never counted',
    description: 'They are kept, with who decided and why. This can not be taken back; sent again it changes nothing.',
    tags: ['Parked events'],
    body: decisionSchema,
    response: changed('Which events are given up', answerSchema),
  };
  app.post(
    '/v1/parked/give-up',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request) => {
      const givenUp = await answerOrNotReady(giveUpParked(pool, changeOf(request), request.body));
      return { givenUp: givenUp.length, skipped: skippedOf(request.body.ids, givenUp) };
    },
  );
}
