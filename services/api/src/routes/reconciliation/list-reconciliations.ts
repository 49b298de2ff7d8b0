import { listReconciliations, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { listed, ROWS_DEFAULT, ROWS_MAX } from '../../contract/change-responses.ts';
import { createPageCursor, instantPart, nextCursorSchema, systemIdPart } from '../../contract/page-cursor.ts';
import { limitSchema } from '../../contract/parameters.ts';
import { reconciliationSchema } from './schemas.ts';

const pages = createPageCursor(z.object({ requestedAt: instantPart, id: systemIdPart }));

const querySchema = z.strictObject({
  cursor: pages.parameter,
  limit: limitSchema({ most: ROWS_MAX, standard: ROWS_DEFAULT }),
});

const answerSchema = z
  .object({ reconciliations: z.array(reconciliationSchema), nextCursor: nextCursorSchema })
  .meta({ id: 'Reconciliations' });

/** `GET /v1/reconciliations` */
export function addListReconciliations(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'listReconciliations',
    summary: 'List comparisons of the ledger with the rollup',
    description: 'The newest first. One runs every hour; others were requested.',
    tags: ['Reconciliation'],
    querystring: querySchema,
    response: listed('A page of comparisons', answerSchema),
  };
  app.get('/v1/reconciliations', { schema, config: { access: 'staff' } }, async ({ query: { cursor, limit } }) => {
    const found = await listReconciliations(pool, { after: cursor, limit: limit + 1 });
    const { rows, next } = pages.pageOf(found, limit, (row) => row);
    return { reconciliations: rows.map(copyOf), ...next };
  });
}

/** The days are a list of the answer's own. */
export function copyOf<R extends { readonly differingDays: readonly string[] }>(row: R) {
  return { ...row, differingDays: [...row.differingDays] };
}
