// `npm run bench`: prepares the clone and measures. Arguments go to the benchmark; `--help` lists them.
import { PrepareError, prepare } from './prepare.mjs';

try {
  await prepare();
  await import('../test/bench/dist/bench/main.js');
} catch (error) {
  console.error(error instanceof PrepareError ? error.message : error);
  process.exitCode = 1;
}
