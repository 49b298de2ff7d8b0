// `npm run bench`: prepares the clone and measures. Arguments go to the benchmark; `--help` lists them. `npm run bench
// -- --only re-rating` measures price changes instead, `--only reads` answers of the api, `--only soak` half an hour of
// load, `--only noisy-cluster` what one cluster's load costs another.
import { PrepareError, prepare } from './prepare.mjs';

try {
  await prepare();
  const measured =
    ['re-rating', 'reads', 'soak', 'noisy-cluster'].find((name) => process.argv.includes(name)) ?? 'main';
  await import(`../test/bench/dist/bench/${measured}.js`);
} catch (error) {
  console.error(error instanceof PrepareError ? error.message : error);
  process.exitCode = 1;
}
