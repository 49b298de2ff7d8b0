import { type Pool, readReconciliation } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { RequestError } from '@hopsmeter/usage';
import { z } from 'zod';
import { listed } from '../../contract/change-responses.ts';
import { systemIdSchema } from '../../contract/fields.ts';
import { NOT_FOUND_RESPONSE } from '../../contract/problems.ts';
import { copyOf } from './list-reconciliations.ts';
import { differenceShape, reconciliationShape } from './schemas.ts';

const differenceSchema = z
  .object(differenceShape)
  .meta({ id: 'Difference', description: 'A row of the rollup that is not what the ledger and the prices say' });

const statementDifferenceSchema = z
  .object({
    difference: z
      .string()
      .meta({ examples: ['the sum of the lines is not the total'], description: 'What is wrong, for people' }),
    number: z.int().meta({ examples: [42], description: 'Number of the statement' }),
    accountOwnerId: z
      .string()
      .meta({ examples: ['auth0|507f1f77'] })
      .nullable(),
    month: z
      .string()
      .meta({ examples: ['2026-11'] })
      .nullable(),
  })
  .meta({ id: 'StatementDifference' });

const answerSchema = z
  .object({
    ...reconciliationShape,
    statementDifferences: z.array(statementDifferenceSchema),
    differences: z
      .array(differenceSchema)
      .meta({ description: 'The first 1,000 rows that differ; `differingRows` is the number of all' }),
  })
  .meta({ id: 'ReconciliationReport' });

/** `GET /v1/reconciliations/{id}` */
export function addReadReconciliation(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'readReconciliation',
    summary: 'Read a comparison with the rows that differ',
    description: 'How far it is, what it compared and the first thousand rows that differ, with both sides.',
    tags: ['Reconciliation'],
    params: z.object({ id: systemIdSchema('The comparison') }),
    querystring: z.strictObject({}),
    response: { ...listed('The comparison', answerSchema), ...NOT_FOUND_RESPONSE },
  };
  app.get('/v1/reconciliations/:id', { schema, config: { access: 'staff' } }, async ({ params: { id } }) => {
    const report = await readReconciliation(pool, id);
    if (report === undefined) throw new RequestError('NOT_FOUND', 'there is no such reconciliation');
    const { statementDifferences, differences } = report;
    return { ...copyOf(report), statementDifferences: [...statementDifferences], differences: [...differences] };
  });
}
