// `npm run bench`: prepares the clone and measures. Arguments go to the benchmark; `--help` lists them. `npm run bench
// -- --only re-rating` measures price changes instead, `--only reads` answers of the api, `--only page` how long the
// page's views take, `--only soak` half an hour of load, `--only noisy-cluster` what one cluster's load costs another,
// `--only client` what a cluster's client sends, `--against REV` another revision in turns with this one.
import { PrepareError, prepare } from './prepare.mjs';

try {
  await prepare();
  const isAgainst = process.argv.some((argument) => argument.split('=')[0] === '--against');
  const part = ['re-rating', 'reads', 'soak', 'noisy-cluster', 'client', 'page'].find((name) =>
    process.argv.includes(name),
  );
  const measured = isAgainst ? 'against' : (part ?? 'main');
  await import(`../test/bench/dist/bench/${measured}.js`);
} catch (error) {
  console.error(error instanceof PrepareError ? error.message : error);
  process.exitCode = 1;
}
