import { changeProject, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, changed } from '../../contract/change-responses.ts';
import { dryRunField, momentField, reasonField, systemIdSchema } from '../../contract/fields.ts';
import { projectChangeSchema } from './schemas.ts';

const bodySchema = z.strictObject({
  startedAt: momentField('Since when; null: always. Not given: as it is').nullable().optional(),
  endedAt: momentField('Until when; null: it goes on. Not given: as it is').nullable().optional(),
  reason: reasonField,
  dryRun: dryRunField,
});

const description = `A project that had the namespace in the time that this one gains ends, or begins, there; one that
would have nothing left, or be divided, does not give way. Counted usage moves to the user who has the longest part of
its window now, in one transaction, and parked usage that has a user now is counted soon after. Sent again it changes
nothing.`;

/** `PATCH /v1/projects/{id}` */
export function addChangeProject(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'changeProject',
    summary: 'Change when a project began or ended',
    description,
    tags: ['Projects'],
    params: z.strictObject({ id: systemIdSchema("The project's id") }),
    body: bodySchema,
    response: changed(
      'The project as it is now, and what moved, or would',
      projectChangeSchema,
      'MOMENT_IN_FUTURE',
      'MOMENT_TOO_OLD',
      'NAMESPACE_TAKEN',
      'USAGE_COUNTED_LATER',
      'USER_NOT_ON_CLUSTER',
    ),
  };
  app.patch('/v1/projects/:id', { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } }, async (request) => {
    const { dryRun, ...wanted } = request.body;
    const change = { ...wanted, projectId: request.params.id, isDryRun: dryRun };
    const { project, eventCount, moved } = await changeProject(pool, changeOf(request), change);
    return { dryRun, project, eventCount, moved: [...moved] };
  });
}
