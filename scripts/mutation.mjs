// `npm run mutation`: prepares the clone, breaks packages/usage in one place at a time and asks its tests whether they
// see it. Arguments go to Stryker: `--mutate packages/usage/src/time.ts` looks at one file, `--help` lists the rest.
import { PrepareError, prepare } from './prepare.mjs';
import { runInstalled } from './run.mjs';

try {
  await prepare();
  process.exitCode = (await runInstalled('stryker', ['run', ...process.argv.slice(2)])) ? 0 : 1;
} catch (error) {
  console.error(error instanceof PrepareError ? error.message : error);
  process.exitCode = 1;
}
