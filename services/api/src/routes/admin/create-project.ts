import { createProject, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { answerOrNotReady } from '../../billing.ts';
import { BODY_BYTES_MAX, created, projectSchema } from './answers.ts';
import { changeOf } from './change-of.ts';
import { momentField, namespaceField, systemIdField, userIdField } from './fields.ts';

const bodySchema = z.strictObject({
  clusterId: systemIdField('The cluster that has the namespace'),
  namespace: namespaceField,
  userId: userIdField('Whose usage it is'),
  startedAt: momentField('Since when; not given: always when nobody ever had the namespace, else now').optional(),
});

/** `POST /v1/projects` */
export function addCreateProject(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'createProject',
    summary: 'Say whose a namespace is',
    description:
      'Usage without a subject goes to this user. Sent again for the same user it answers 200 with the project.',
    tags: ['Projects'],
    body: bodySchema,
    response: created(
      'The project was added',
      projectSchema,
      'UNKNOWN_REFERENCE',
      'MOMENT_IN_FUTURE',
      'NAMESPACE_TAKEN',
    ),
  };
  app.post(
    '/v1/projects',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request, reply) => {
      const { isCreated, value } = await answerOrNotReady(createProject(pool, changeOf(request), request.body));
      return reply.code(isCreated ? 201 : 200).send(value);
    },
  );
}
