import type { Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { addFieldProblems } from '../admin/field-problems.ts';
import { addCloseMonths } from './close-months.ts';
import { addListStatements } from './list-statements.ts';
import { addReadStatement } from './read-statement.ts';

/** Statements: an account's months, and closing them. */
export async function addStatements(scope: HttpApp, pool: Pool): Promise<void> {
  await scope.register(async (app: HttpApp) => {
    addFieldProblems(app);
    for (const addRoute of [addReadStatement, addListStatements, addCloseMonths]) addRoute(app, pool);
  });
}
