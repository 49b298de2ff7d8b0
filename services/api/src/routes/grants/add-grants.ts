import type { Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import type { Micros } from '@hopsmeter/usage';
import { addFieldProblems } from '../../contract/field-problems.ts';
import { addGrantCredit } from './grant-credit.ts';
import { addListGrants } from './list-grants.ts';
import { addRevokeGrant } from './revoke-grant.ts';

/** What accounts have paid ahead. Closing a month draws from it. */
export async function addGrants(
  scope: HttpApp,
  { pool, now }: { readonly pool: Pool; readonly now: () => Micros },
): Promise<void> {
  await scope.register(async (app: HttpApp) => {
    addFieldProblems(app);
    for (const addRoute of [addListGrants, addGrantCredit, addRevokeGrant]) addRoute(app, pool, now);
  });
}
