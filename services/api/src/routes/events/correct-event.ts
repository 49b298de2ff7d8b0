import { correctEvent, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { EVENT_METERS_MAX, type EventProblem, NAME_LENGTH_MAX, readCorrected } from '@hopsmeter/usage';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { changed } from '../../contract/change-responses.ts';
import { addFieldProblems } from '../../contract/field-problems.ts';
import { reasonField } from '../../contract/fields.ts';
import { describeDifferences, describeObstacle, differenceSchema, obstacleSchema } from './difference.ts';
import { eventIdSchema, eventSourceSchema, toAmbiguity } from './named-event.ts';

/** A hundred meters of the longest name with the longest quantity, and a reason, each character written as `\uXXXX`. */
const BODY_BYTES_MAX = EVENT_METERS_MAX * (NAME_LENGTH_MAX + 64) * 6 + 16_384;

const quantitiesField = z
  .record(z.string(), z.union([z.string(), z.number()]))
  .transform((values, context) => {
    const problems: EventProblem[] = [];
    const usages = readCorrected(values, '/quantities', problems);
    for (const { pointer, code, detail } of problems) {
      const path = pointer.split('/').slice(2);
      context.addIssue({ code: 'custom', message: detail, params: { code }, path });
    }
    return usages;
  })
  .meta({
    description: 'The whole new content by meter, as decimal text or numbers; `{}` makes the event void',
    examples: [{ cpu_hours: '1.5' }],
  });

const bodySchema = z.strictObject({
  quantities: quantitiesField,
  reason: reasonField.meta({ description: 'Why; kept with the correction and in the audit log' }),
  dryRun: z.boolean().default(false).meta({ description: 'Dry run: say what would happen and change nothing' }),
});

const answerSchema = z
  .object({
    dryRun: z.boolean(),
    correctionId: z
      .string()
      .nullable()
      .meta({
        description: 'Id of the correction, which has a receipt of its own; null in a dry run',
        examples: ['correction-0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'],
      }),
    differences: z.array(differenceSchema),
    waitsFor: obstacleSchema,
  })
  .meta({ id: 'EventCorrection' });

const description = `Puts new quantities in the place of what is counted of an event, or makes it void, as a correction
that its cluster sends would: both stay in the ledger, linked; the window, the user and the project stay; what belongs
to a closed month is booked in the open one. A worker books it within seconds. It is later than every correction that is
known of the event, so it is the one in force. What is only parked cannot be corrected: decide about the parked event.`;

/** `POST /v1/events/{id}/correction` */
export async function addCorrectEvent(scope: HttpApp, pool: Pool): Promise<void> {
  const schema = {
    operationId: 'correctEvent',
    summary: 'Correct or void counted usage',
    description,
    tags: ['Events'],
    params: z.strictObject({ id: eventIdSchema }),
    querystring: z.strictObject({ source: eventSourceSchema.optional() }),
    body: bodySchema,
    response: changed('What changes, or would change', answerSchema, 'IMPORTED_USAGE', 'NOT_COUNTED'),
  };
  await scope.register(async (app: HttpApp) => {
    addFieldProblems(app);
    app.post(
      '/v1/events/:id/correction',
      { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
      async (request) => {
        const { quantities, reason, dryRun } = request.body;
        const wanted = {
          ...request.params,
          source: request.query.source,
          usages: quantities,
          reason,
          isDryRun: dryRun,
        };
        const done = await correctEvent(pool, changeOf(request), wanted);
        if ('sources' in done) throw toAmbiguity(done.sources);
        const { correctionId = null, differences, obstacle } = done;
        return {
          dryRun,
          correctionId,
          differences: describeDifferences(differences),
          waitsFor: describeObstacle(obstacle),
        };
      },
    );
  });
}
