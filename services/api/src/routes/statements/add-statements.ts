import type { HttpApp } from '@hopsmeter/runtime';
import { addFieldProblems } from '../../contract/field-problems.ts';
import { addCloseMonths } from './close-months.ts';
import { addListStatements } from './list-statements.ts';
import { addReadStatement } from './read-statement.ts';
import type { StatementsDeps } from './statements-deps.ts';

/** Statements: an account's months, and closing them. */
export async function addStatements(scope: HttpApp, deps: StatementsDeps): Promise<void> {
  await scope.register(async (app: HttpApp) => {
    addFieldProblems(app);
    for (const addRoute of [addReadStatement, addListStatements, addCloseMonths]) addRoute(app, deps);
  });
}
