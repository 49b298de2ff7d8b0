import type { Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { addFieldProblems } from '../../contract/field-problems.ts';
import { addDecideConflict } from './decide-conflict.ts';
import { addGiveUpParked } from './give-up-parked.ts';
import { addListParked } from './list-parked.ts';
import { addReleaseParked } from './release-parked.ts';
import { addRetryParked } from './retry-parked.ts';

/** What people do about parked events. The api only marks them; a worker counts them. */
export async function addParked(scope: HttpApp, pool: Pool): Promise<void> {
  await scope.register(async (app: HttpApp) => {
    addFieldProblems(app);
    const routes = [addListParked, addRetryParked, addReleaseParked, addGiveUpParked, addDecideConflict];
    for (const addRoute of routes) addRoute(app, pool);
  });
}
