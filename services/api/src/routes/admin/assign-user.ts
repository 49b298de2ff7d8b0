import { assignUser, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, created } from '../../contract/change-responses.ts';
import { dryRunField, momentField, reasonField, systemIdField } from '../../contract/fields.ts';
import { accountIdSchema } from '../../contract/parameters.ts';
import { assignmentSchema } from './schemas.ts';

const bodySchema = z.strictObject({
  clusterId: systemIdField('The cluster; chosen automatically by default').optional(),
  from: momentField('From when; now by default').optional(),
  until: momentField('For a period in the past: until when. Needs from; open-ended by default').optional(),
  reason: reasonField.optional(),
  dryRun: dryRunField,
});

const description = `Without \`clusterId\`, somebody who is on a cluster stays there; else an owner gets the active
cluster with the fewest users that has room, and a member the cluster of the owner. With it, the user is assigned or
moved: the old period ends and the new one begins at the same instant. Members who are on an owner's cluster move along.

With \`from\` the user has been on the cluster since then, or in the time up to \`until\`, whatever the history said of
it; this needs a \`reason\`. Usage is counted on every cluster that the user was on in some part of its window: what is
parked as \`user_not_on_cluster\` and has an assignment now is counted soon after.`;

/** `POST /v1/users/{id}/assignment` */
export function addAssignUser(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'assignUser',
    summary: 'Assign a user to a cluster, or move them',
    description,
    tags: ['Clusters'],
    params: z.strictObject({ id: accountIdSchema }),
    body: bodySchema,
    response: created(
      'The user was assigned',
      assignmentSchema,
      'UNKNOWN_REFERENCE',
      'MEMBER_FOLLOWS_OWNER',
      'OWNER_NOT_ASSIGNED',
      'CLUSTER_INACTIVE',
      'CLUSTER_FULL',
      'NO_CLUSTER_WITH_ROOM',
      'REASON_REQUIRED',
      'MOMENT_IN_FUTURE',
      'MOMENT_TOO_OLD',
      'USAGE_COUNTED_LATER',
    ),
  };
  app.post(
    '/v1/users/:id/assignment',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request, reply) => {
      const { dryRun, ...placement } = request.body;
      const wanted = { ...placement, userId: request.params.id, isDryRun: dryRun };
      const { isCreated, value } = await assignUser(pool, changeOf(request), wanted);
      return reply.code(isCreated && !dryRun ? 201 : 200).send(value);
    },
  );
}
