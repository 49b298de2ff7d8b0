import { type Pool, repairUsageDaily } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { BODY_BYTES_MAX, changed } from '../../contract/change-responses.ts';
import { reasonField, systemIdSchema } from '../../contract/fields.ts';
import { differenceShape } from './schemas.ts';

const answerSchema = z
  .object({
    repairedRows: z
      .int()
      .min(0)
      .meta({ examples: [2], description: 'Rows that were written or removed' }),
    closedRows: z
      .int()
      .min(0)
      .meta({ examples: [0], description: 'Rows of closed months, which a person restores from the statement' }),
    unpricedRows: z
      .int()
      .min(0)
      .meta({ examples: [0], description: 'Rows for which no price is in force' }),
    leftDays: z
      .int()
      .min(0)
      .meta({ examples: [0], description: 'Days left over: run the repair again' }),
    rows: z
      .array(
        z
          .object({
            outcome: z.enum(['written', 'gone', 'closed', 'unsettled', 'unpriced']).meta({
              description:
                '`unsettled`: an adjustment of closed months whose rows do not add up to their statement; `closed`, ' +
                '`unsettled` and `unpriced` rows are as they were',
            }),
            ...differenceShape,
          })
          .meta({ id: 'RepairedRow' }),
      )
      .meta({ description: 'Every row that differed, as it was; the first 1,000' }),
  })
  .meta({ id: 'Repair' });

const description = `Makes the rollup what the ledger and the prices in force say, on the days on which the comparison
found differences: at most 31 days at once, in one transaction, during which recording waits. What differs is found
anew, so an old comparison repairs nothing wrong and a second repair does nothing. Rows booked in closed months are
never touched; when nothing else differs the answer is 409 \`DIFFERS_IN_CLOSED_MONTH\`, and its \`detail\` names them.
Every row as it was is in the audit log.`;

/** `POST /v1/reconciliations/{id}/repair` */
export function addRepair(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'repairUsageDaily',
    summary: 'Repair the rollup from the ledger',
    description,
    tags: ['Reconciliation'],
    params: z.object({ id: systemIdSchema('The comparison that found it') }),
    body: z.strictObject({ reason: reasonField }),
    response: changed(
      'What was repaired',
      answerSchema,
      'REASON_REQUIRED',
      'RECONCILIATION_RUNNING',
      'DIFFERS_IN_CLOSED_MONTH',
      'NOT_REPAIRABLE',
    ),
  };
  app.post(
    '/v1/reconciliations/:id/repair',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request) => {
      const { reason } = request.body;
      const repair = { reconciliationId: request.params.id, reason };
      const done = await repairUsageDaily(pool, changeOf(request), repair);
      return { ...done, rows: [...done.rows] };
    },
  );
}
