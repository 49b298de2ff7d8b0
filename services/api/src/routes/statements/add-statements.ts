import type { HttpApp } from '@hopsmeter/runtime';
import { addFieldProblems } from '../../contract/field-problems.ts';
import { addCloseMonths } from './close-months.ts';
import { addListMonths } from './list-months.ts';
import { addListStatements } from './list-statements.ts';
import { addReadMonth } from './read-month.ts';
import { addReadStatement } from './read-statement.ts';
import type { StatementsDeps } from './statements-deps.ts';

/** Statements: an account's months, and closing them. */
export async function addStatements(scope: HttpApp, deps: StatementsDeps): Promise<void> {
  await scope.register(async (app: HttpApp) => {
    addFieldProblems(app);
    const routes = [addListMonths, addReadMonth, addReadStatement, addListStatements, addCloseMonths];
    for (const addRoute of routes) addRoute(app, deps);
  });
}
