// `npm start`: prepares the clone and hands over to `hopsmeter start` in this process, so that signals reach it directly.

import { PrepareError, prepare } from './prepare.mjs';
import { ROOT } from './run.mjs';

try {
  await prepare();
} catch (error) {
  if (!(error instanceof PrepareError)) throw error;
  console.error(error.message);
  process.exit(1);
}

const cli = `${ROOT}packages/cli/dist/main.js`;
process.argv = [process.execPath, cli, 'start', ...process.argv.slice(2)];
await import(cli);
