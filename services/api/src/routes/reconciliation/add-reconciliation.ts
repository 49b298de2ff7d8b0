import type { Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { addFieldProblems } from '../../contract/field-problems.ts';
import { addListReconciliations } from './list-reconciliations.ts';
import { addReadCoverage } from './read-coverage.ts';
import { addReadReconciliation } from './read-reconciliation.ts';
import { addRepair } from './repair.ts';
import { addRequestReconciliation } from './request-reconciliation.ts';

/**
 * Whether everything adds up, and what a person does when it does not. A worker compares; nothing repairs by itself.
 */
export async function addReconciliation(scope: HttpApp, pool: Pool): Promise<void> {
  await scope.register(async (app: HttpApp) => {
    addFieldProblems(app);
    for (const addRoute of [
      addListReconciliations,
      addRequestReconciliation,
      addReadReconciliation,
      addRepair,
      addReadCoverage,
    ])
      addRoute(app, pool);
  });
}
