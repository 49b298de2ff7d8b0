import { addNamespaceRule, type Pool, RULE_ACTIONS } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, created } from '../../contract/change-responses.ts';
import { reasonField, systemIdField, userIdField } from '../../contract/fields.ts';
import { namespacePatternField } from '../../contract/namespace-pattern.ts';
import { ruleSchema } from './schemas.ts';

const bodySchema = z
  .strictObject({
    clusterId: systemIdField('The cluster that has the namespaces'),
    pattern: namespacePatternField('The namespace').refine(
      (text) => text !== '*',
      'expected the beginning of a namespace',
    ),
    action: z.enum(RULE_ACTIONS).meta({ description: '`ignore` its usage, or `book` it on the account of `userId`' }),
    userId: userIdField('Of `book`: whose usage it is; need not be on the cluster').optional(),
    reason: reasonField.meta({ description: 'Why; kept with the rule and in the audit log' }),
  })
  .refine(({ action, userId }) => (action === 'book') === (userId !== undefined), {
    error: 'expected it with book, and not with ignore',
    path: ['userId'],
  });

const description = `Usage of a namespace that is no project at that time goes by the rule that names it, else by the
one with the longest beginning. What is ignored is kept as a parked event with the status \`ignored\`, and waits again
once the rule is withdrawn. What is parked for these namespaces follows by itself. A rule never overrides a project.
Sent again it answers 200 with the rule.`;

/** `POST /v1/namespace-rules` */
export function addAddNamespaceRule(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'addNamespaceRule',
    summary: 'Add a rule for namespaces that are not projects',
    description,
    tags: ['Parked events'],
    body: bodySchema,
    response: created('The rule was added', ruleSchema, 'UNKNOWN_REFERENCE', 'RULE_EXISTS', 'TOO_MANY_RULES'),
  };
  app.post(
    '/v1/namespace-rules',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request, reply) => {
      const { clusterId, pattern, userId, reason } = request.body;
      const wanted = { clusterId, pattern, userId, reason };
      const { isCreated, value } = await addNamespaceRule(pool, changeOf(request), wanted);
      return reply.code(isCreated ? 201 : 200).send(value);
    },
  );
}
