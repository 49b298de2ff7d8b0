import { handOverProject, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, changed } from '../../contract/change-responses.ts';
import { dryRunField, momentField, reasonField, systemIdSchema, userIdField } from '../../contract/fields.ts';
import { projectChangeSchema } from './schemas.ts';

const bodySchema = z.strictObject({
  userId: userIdField('Whose usage it is from then on'),
  from: momentField('From when; now by default').optional(),
  reason: reasonField.optional(),
  dryRun: dryRunField,
});

const description = `The old period ends and one of the new user, with an id of its own, begins at the same instant and
lasts as long as the old one would have. Counted usage whose window the new user has the longest part of moves along.
The new user must have been on the cluster when it took place. Of a project that has ended, the time from \`from\` to
its end is handed over.`;

/** `POST /v1/projects/{id}/user` */
export function addHandOverProject(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'handOverProject',
    summary: 'Hand a project over to another user, from now or from a moment in the past',
    description,
    tags: ['Projects'],
    params: z.strictObject({ id: systemIdSchema("The project's id") }),
    body: bodySchema,
    response: changed(
      "The new user's project and what moved, or would",
      projectChangeSchema,
      'UNKNOWN_REFERENCE',
      'REASON_REQUIRED',
      'MOMENT_IN_FUTURE',
      'MOMENT_TOO_OLD',
      'PROJECT_ENDED',
      'USER_NOT_ON_CLUSTER',
    ),
  };
  app.post(
    '/v1/projects/:id/user',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request) => {
      const { dryRun, ...wanted } = request.body;
      const handOver = { ...wanted, projectId: request.params.id, isDryRun: dryRun };
      const { project, eventCount, moved } = await handOverProject(pool, changeOf(request), handOver);
      return { dryRun, project, eventCount, moved: [...moved] };
    },
  );
}
