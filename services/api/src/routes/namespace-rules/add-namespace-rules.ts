import type { Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { addFieldProblems } from '../../contract/field-problems.ts';
import { addAddNamespaceRule } from './add-namespace-rule.ts';
import { addListNamespaceRules } from './list-namespace-rules.ts';
import { addWithdrawNamespaceRule } from './withdraw-namespace-rule.ts';

/** What becomes of usage of namespaces that are no project. */
export async function addNamespaceRules(scope: HttpApp, pool: Pool): Promise<void> {
  await scope.register(async (app: HttpApp) => {
    addFieldProblems(app);
    for (const addRoute of [addListNamespaceRules, addAddNamespaceRule, addWithdrawNamespaceRule]) addRoute(app, pool);
  });
}
