import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { NOT_FOUND_RESPONSE, PROBLEM_RESPONSES } from '../../contract/problems.ts';
import { answerQuestion, type QuestionDeps } from './answer-question.ts';
import { fromSchema, toSchema } from './parameters.ts';
import { QUERY_GROUPINGS, type Value } from './windows.ts';

/** `GET /api/v1/meters/{slug}/group-by/{groupBy}/values` */
export function addListGroupByValues(app: HttpApp, deps: QuestionDeps): void {
  const schema = {
    operationId: 'listOpenMeterGroupByValues',
    summary: "List the values of a grouping that a meter's usage has, in OpenMeter's form",
    description:
      'Such as the namespaces with usage of the meter, in the order of their texts. An owner gets those of ' +
      'the own account.',
    tags: ['OpenMeter'],
    params: z.strictObject({
      slug: z
        .string()
        .max(253)
        .meta({ description: 'Name of the meter', examples: ['cpu_hours'] }),
      groupBy: z.enum(QUERY_GROUPINGS).meta({ description: 'The grouping' }),
    }),
    querystring: z.strictObject({ from: fromSchema, to: toSchema }),
    response: {
      200: {
        description: 'The values',
        content: {
          'application/json': {
            schema: z.array(z.string().meta({ examples: ['fraud-detection'] })).meta({ id: 'OpenMeterGroupByValues' }),
          },
        },
      },
      ...NOT_FOUND_RESPONSE,
      ...PROBLEM_RESPONSES,
    },
  };
  app.get(
    '/api/v1/meters/:slug/group-by/:groupBy/values',
    { schema, config: { access: 'any-owner' } },
    async ({ params: { slug: meter, groupBy }, query, caller }) => {
      const question = { meter, ...query, groupBy: new Set([groupBy]), only: new Map() };
      const { values } = await answerQuestion(deps, caller, question);
      const textOf = (value: Value) => (groupBy === 'subject' ? value.subject : value.groupBy[groupBy]);
      return [...new Set(values.flatMap((value) => textOf(value) ?? []))].sort();
    },
  );
}
