import { endProject, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { answerOrNotReady } from '../../billing.ts';
import { BODY_BYTES_MAX, changed, projectSchema } from './answers.ts';
import { changeOf } from './change-of.ts';
import { momentField, reasonField, systemIdSchema } from './fields.ts';

const bodySchema = z.strictObject({
  at: momentField('When it ended; not given: now, or just after usage that was counted ahead of our clock').optional(),
  reason: reasonField.optional(),
});

/** `POST /v1/projects/{id}/end` */
export function addEndProject(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'endProject',
    summary: 'End a project',
    description:
      'The namespace is free from then on. Usage of the time before is billed to its user whenever it arrives.',
    tags: ['Projects'],
    params: z.strictObject({ id: systemIdSchema("The project's id") }),
    body: bodySchema,
    response: changed(
      'The project as it is now',
      projectSchema,
      'MOMENT_IN_FUTURE',
      'MOMENT_TOO_OLD',
      'PROJECT_ENDED',
      'USAGE_COUNTED_LATER',
    ),
  };
  app.post('/v1/projects/:id/end', { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } }, (request) =>
    answerOrNotReady(endProject(pool, changeOf(request), { ...request.body, projectId: request.params.id })),
  );
}
