import { listNamespaceRules, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { exactSchema } from '../../contract/amounts.ts';
import { listed } from '../../contract/change-responses.ts';
import { systemIdSchema } from '../../contract/fields.ts';
import { ruleShape } from './schemas.ts';

const answerSchema = z
  .object({
    rules: z.array(
      z
        .object({
          ...ruleShape,
          ignoredCount: z.string().meta({ description: 'Events that it ignores, as text', examples: ['1042'] }),
          bookedCost: exactSchema.meta({
            description: 'What its user is booked with on the cluster outside of any project; 0 where it ignores',
          }),
        })
        .meta({ id: 'ListedNamespaceRule' }),
    ),
  })
  .meta({ id: 'NamespaceRules' });

/** `GET /v1/namespace-rules` */
export function addListNamespaceRules(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'listNamespaceRules',
    summary: 'List rules for namespaces that are not projects',
    description: 'Those in force, by cluster and pattern, with what they did.',
    tags: ['Parked events'],
    querystring: z.strictObject({ clusterId: systemIdSchema('Only rules of this cluster').optional() }),
    response: listed('The rules', answerSchema),
  };
  app.get('/v1/namespace-rules', { schema, config: { access: 'staff' } }, async ({ query }) => ({
    rules: [...(await listNamespaceRules(pool, query.clusterId))],
  }));
}
