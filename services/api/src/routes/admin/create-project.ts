import { createProject, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, created } from '../../contract/change-responses.ts';
import {
  dryRunField,
  momentField,
  namespaceField,
  reasonField,
  systemIdField,
  userIdField,
} from '../../contract/fields.ts';
import { moveShape, projectSchema } from './schemas.ts';

const bodySchema = z.strictObject({
  clusterId: systemIdField('The cluster that has the namespace'),
  namespace: namespaceField,
  userId: userIdField('Whose usage it is'),
  startedAt: momentField('From when; by default always if the namespace never had a user, else now').optional(),
  endedAt: momentField('For a project that has already ended: until when. Needs startedAt').optional(),
  reason: reasonField.optional(),
  dryRun: dryRunField,
});

const answerSchema = projectSchema
  .extend({ dryRun: z.boolean(), ...moveShape })
  .meta({ id: 'NewProject', description: 'The project, and counted usage that moved to it' });

const description = `Usage without a subject goes to this user. An event whose window several users had the namespace in
is that of the user who had it longest, so counted usage moves where that is the new one: this needs a \`reason\`. Sent
again for the same user it answers 200 with the project. A project that has the namespace at that time does not give
way: hand it over, or change it.`;

/** `POST /v1/projects` */
export function addCreateProject(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'createProject',
    summary: 'Register a namespace as a project of a user',
    description,
    tags: ['Projects'],
    body: bodySchema,
    response: created(
      'The project was added',
      answerSchema,
      'UNKNOWN_REFERENCE',
      'REASON_REQUIRED',
      'MOMENT_IN_FUTURE',
      'MOMENT_TOO_OLD',
      'NAMESPACE_TAKEN',
      'USER_NOT_ON_CLUSTER',
    ),
  };
  app.post(
    '/v1/projects',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request, reply) => {
      const { dryRun, ...wanted } = request.body;
      const project = { ...wanted, isDryRun: dryRun };
      const { isCreated, value, eventCount, moved } = await createProject(pool, changeOf(request), project);
      return reply.code(isCreated && !dryRun ? 201 : 200).send({ ...value, dryRun, eventCount, moved: [...moved] });
    },
  );
}
