import { decideConflict, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { changed } from '../../contract/change-responses.ts';
import { systemIdSchema } from '../../contract/fields.ts';
import { describeDifferences, describeObstacle, differenceSchema, obstacleSchema } from '../events/difference.ts';
import { BODY_BYTES_MAX, decisionSchema } from './schemas.ts';

const bodySchema = z.strictObject({
  right: z
    .enum(['first', 'later'])
    .meta({ description: '`first`: what was counted stays. `later`: what the parked event says is right' }),
  reason: decisionSchema.shape.reason,
  dryRun: z.boolean().default(false).meta({ description: 'Dry run: say what would happen and change nothing' }),
});

const answerSchema = z
  .object({
    dryRun: z.boolean(),
    enteredIds: z
      .array(z.string().meta({ examples: ['correction-0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] }))
      .meta({ description: 'Ids of the events that carry the decision out; empty in a dry run' }),
    differences: z.array(differenceSchema),
    waitsFor: obstacleSchema,
  })
  .meta({ id: 'ConflictDecision' });

const description = `Of two contents of one identity, the first is counted and the later one is parked as \`conflict\`.
If the first is right, the later one is given up. If the later one is right, the event is corrected to what it says,
with your reason; where it has another window or another user, which no correction can say, the event is made void and
the later content is counted under an id of its own, \`decision-<id>\`. If neither is counted yet, the others are given
up and this one is tried. The parked event is kept, with who decided and why.`;

/** `POST /v1/parked/{id}/decision` */
export function addDecideConflict(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'decideConflict',
    summary: 'Decide which content of a conflict is right',
    description,
    tags: ['Parked events'],
    params: z.strictObject({ id: systemIdSchema("The parked event's id") }),
    body: bodySchema,
    response: changed('What changes, or would change', answerSchema, 'NOT_A_CONFLICT', 'NOT_DECIDABLE'),
  };
  app.post(
    '/v1/parked/:id/decision',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request) => {
      const { dryRun, ...decision } = request.body;
      const wanted = { ...decision, id: request.params.id, isDryRun: dryRun };
      const { enteredIds, differences, obstacle } = await decideConflict(pool, changeOf(request), wanted);
      return {
        dryRun,
        enteredIds: [...enteredIds],
        differences: describeDifferences(differences),
        waitsFor: describeObstacle(obstacle),
      };
    },
  );
}
