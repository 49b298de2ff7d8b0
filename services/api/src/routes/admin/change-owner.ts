import { changeOwner, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, changed } from '../../contract/change-responses.ts';
import { dryRunField, momentField, reasonField, userIdField } from '../../contract/fields.ts';
import { accountIdSchema } from '../../contract/parameters.ts';
import { moveShape, userSchema } from './schemas.ts';

const bodySchema = z.strictObject({
  accountOwnerId: userIdField('Who pays from then on; null makes the user an account owner').nullable(),
  from: momentField('From when; now by default').optional(),
  reason: reasonField.optional(),
  dryRun: dryRunField,
});

const answerSchema = z
  .object({
    dryRun: z.boolean(),
    user: userSchema,
    from: z.string().meta({ examples: ['2026-11-22T13:00:00.000000Z'] }),
    ...moveShape,
  })
  .meta({ id: 'OwnerChange' });

const description = `The user belongs to the new owner from \`from\` until now and on: what the history said of that
time is replaced. Usage whose window began since then moves along, at the price of its day, in one transaction; the
answer tells what each account gained or lost. Two levels must hold at every moment since \`from\`. Sent again it
changes nothing.`;

/** `POST /v1/users/{id}/owner` */
export function addChangeOwner(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'changeOwner',
    summary: 'Change who pays for a user, from now or from a moment in the past',
    description,
    tags: ['People'],
    params: z.strictObject({ id: accountIdSchema }),
    body: bodySchema,
    response: changed(
      'What changed, or would',
      answerSchema,
      'UNKNOWN_REFERENCE',
      'REASON_REQUIRED',
      'MOMENT_IN_FUTURE',
      'MOMENT_TOO_OLD',
      'TWO_LEVELS',
    ),
  };
  app.post(
    '/v1/users/:id/owner',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request) => {
      const { dryRun, ...wanted } = request.body;
      const change = { ...wanted, userId: request.params.id, isDryRun: dryRun };
      const { user, from, eventCount, moved } = await changeOwner(pool, changeOf(request), change);
      return { dryRun, user, from, eventCount, moved: [...moved] };
    },
  );
}
