import { endProject, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, changed } from '../../contract/change-responses.ts';
import { dryRunField, momentField, reasonField, systemIdSchema } from '../../contract/fields.ts';
import { moveShape, projectSchema } from './schemas.ts';

const bodySchema = z.strictObject({
  at: momentField('When it ended; by default now, or just after usage that was counted ahead of our clock').optional(),
  reason: reasonField.optional(),
  dryRun: dryRunField,
});

const answerSchema = projectSchema
  .extend({ dryRun: z.boolean(), ...moveShape })
  .meta({ id: 'EndedProject', description: 'The project, and counted usage that moved from it' });

const description = `The namespace is free from then on. Usage of the time before is billed to its user whenever it
arrives. Counted usage moves where its window is another user's for the longest part now: this needs a \`reason\`, and
so does another end than was said before.`;

/** `POST /v1/projects/{id}/end` */
export function addEndProject(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'endProject',
    summary: 'End a project',
    description,
    tags: ['Projects'],
    params: z.strictObject({ id: systemIdSchema("The project's id") }),
    body: bodySchema,
    response: changed(
      'The project as it is now',
      answerSchema,
      'REASON_REQUIRED',
      'MOMENT_IN_FUTURE',
      'MOMENT_TOO_OLD',
      'NAMESPACE_TAKEN',
      'PROJECT_ENDED',
      'USAGE_COUNTED_LATER',
      'USER_NOT_ON_CLUSTER',
    ),
  };
  app.post(
    '/v1/projects/:id/end',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request) => {
      const { dryRun, ...wanted } = request.body;
      const end = { ...wanted, projectId: request.params.id, isDryRun: dryRun };
      const { project, eventCount, moved } = await endProject(pool, changeOf(request), end);
      return { ...project, dryRun, eventCount, moved: [...moved] };
    },
  );
}
