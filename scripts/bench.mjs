// `npm run bench`: prepares the clone and measures. Arguments go to the benchmark; `--help` lists them.
// `npm run bench -- --only re-rating` measures price changes instead.
import { PrepareError, prepare } from './prepare.mjs';

try {
  await prepare();
  const isReRating = process.argv.includes('re-rating');
  await import(`../test/bench/dist/bench/${isReRating ? 're-rating' : 'main'}.js`);
} catch (error) {
  console.error(error instanceof PrepareError ? error.message : error);
  process.exitCode = 1;
}
