import { type Pool, requestReconciliation } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { parseUsageDay } from '@hopsmeter/usage';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { accepted, BODY_BYTES_MAX } from '../../contract/change-responses.ts';
import { copyOf } from './list-reconciliations.ts';
import { reconciliationSchema } from './schemas.ts';

const dayField = (description: string) =>
  z
    .string()
    .superRefine((text, context) => {
      if (parseUsageDay(text) !== undefined) return;
      context.addIssue({
        code: 'custom',
        message: 'expected a day such as 2026-11-22',
        params: { code: 'INVALID_TIME' },
      });
    })
    .meta({ description, examples: ['2026-11-22'], format: 'date' });

const bodySchema = z.strictObject({
  from: dayField('First usage day, UTC, at most 400 days back'),
  to: dayField('The day after the last; at most two days ahead'),
});

const description = `A worker compares these usage days within seconds, one after the other, each in one snapshot, so
that what is recorded meanwhile does not disturb it. Nothing is changed. Sent again while it waits, it is the same
comparison.`;

/** `POST /v1/reconciliations` */
export function addRequestReconciliation(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'requestReconciliation',
    summary: 'Request a comparison of the ledger with the rollup',
    description,
    tags: ['Reconciliation'],
    body: bodySchema,
    response: accepted(
      'The comparison, which a worker makes',
      reconciliationSchema,
      'MOMENT_IN_FUTURE',
      'MOMENT_TOO_OLD',
    ),
  };
  app.post(
    '/v1/reconciliations',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request, reply) => {
      const row = await requestReconciliation(pool, changeOf(request), request.body);
      return reply.code(202).send(copyOf(row));
    },
  );
}
