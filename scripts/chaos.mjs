// `npm run chaos`: prepares the clone and breaks the pipeline by a plan. Arguments go to it; `--help` lists them.
import { PrepareError, prepare } from './prepare.mjs';

try {
  await prepare();
  await import('../test/chaos/dist/chaos/main.js');
} catch (error) {
  console.error(error instanceof PrepareError ? error.message : error);
  process.exitCode = 1;
}
