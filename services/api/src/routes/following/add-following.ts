import type { Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { addFieldProblems } from '../../contract/field-problems.ts';
import { addConfirmMissing } from './confirm-missing.ts';
import { addReadFollowing } from './read-following.ts';

/** How the application beside is followed, and what of it a person has to decide. */
export async function addFollowing(scope: HttpApp, pool: Pool): Promise<void> {
  await scope.register(async (app: HttpApp) => {
    addFieldProblems(app);
    for (const addRoute of [addReadFollowing, addConfirmMissing]) addRoute(app, pool);
  });
}
