import type { Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { addFieldProblems } from '../../contract/field-problems.ts';
import { addCreateKey } from './create-key.ts';
import { addListKeys } from './list-keys.ts';
import { addRevokeKey } from './revoke-key.ts';
import { addRotateKey } from './rotate-key.ts';

/** The keys that clusters post with. */
export async function addKeys(scope: HttpApp, pool: Pool): Promise<void> {
  await scope.register(async (app: HttpApp) => {
    addFieldProblems(app);
    for (const addRoute of [addListKeys, addCreateKey, addRotateKey, addRevokeKey]) addRoute(app, pool);
  });
}
