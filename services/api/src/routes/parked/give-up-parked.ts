import { countToGiveUp, giveUpParked, PARKED_GIVE_UP_MAX, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { changed } from '../../contract/change-responses.ts';
import { filterField } from './filter-fields.ts';
import { BODY_BYTES_MAX, decisionSchema, idsField, parkedIdSchema, skippedOf } from './schemas.ts';

const bodySchema = z
  .strictObject({
    ids: idsField.optional(),
    filter: filterField
      .refine((filter) => Object.keys(filter).length > 0, 'expected at least one condition')
      .optional()
      .meta({ description: 'Every pending event that matches; at least one condition' }),
    reason: decisionSchema.shape.reason,
    dryRun: z.boolean().default(false).meta({ description: 'Dry run: say what would happen and change nothing' }),
  })
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), 'expected either ids or filter');

const count = (description: string, example: number) =>
  z
    .int()
    .min(0)
    .meta({ description, examples: [example] });

const answerSchema = z
  .object({
    dryRun: z.boolean(),
    givenUp: count('Events that are given up by this request; 0 in a dry run', 1),
    left: count('Events that match and are not given up: ask again for them', 0),
    leftByReason: z
      .record(z.string(), z.int())
      .meta({ description: 'The same by what they wait for; only in a dry run', examples: [{ unknown_namespace: 12 }] })
      .optional(),
    skipped: z.array(parkedIdSchema).meta({ description: 'Ids of the request that are not pending, or unknown' }),
  })
  .meta({ id: 'ParkedGivenUp' });

const description = `They are kept, with who decided and why. This cannot be taken back; sent again it changes nothing.
By \`filter\` one request gives up at most ${PARKED_GIVE_UP_MAX}, the longest waiting first: ask again while \`left\` is
above 0.`;

/** `POST /v1/parked/give-up` */
export function addGiveUpParked(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'giveUpParked',
    summary: 'Give up parked events',
    description,
    tags: ['Parked events'],
    body: bodySchema,
    response: changed('Which events are given up, or would be', answerSchema),
  };
  app.post(
    '/v1/parked/give-up',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request) => {
      const { dryRun, ...decision } = request.body;
      if (dryRun) {
        const leftByReason = await countToGiveUp(pool, decision);
        const left = Object.values(leftByReason).reduce((sum, each) => sum + each, 0);
        return { dryRun, givenUp: 0, left, leftByReason, skipped: [] };
      }
      const { ids, leftCount } = await giveUpParked(pool, changeOf(request), decision);
      if (decision.ids === undefined) return { dryRun, givenUp: ids.length, left: leftCount, skipped: [] };
      return { dryRun, givenUp: ids.length, left: 0, skipped: skippedOf(decision.ids, ids) };
    },
  );
}
