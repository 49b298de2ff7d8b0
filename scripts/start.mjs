// `npm start`: prepares the clone and hands over to `hopsmeter start` in this process, so that signals reach it
// directly. package.json says `exec node`, because a shell in between would take npm's signal, die of it and leave this
// running.

import { endWithParent } from './end-with-parent.mjs';
import { PrepareError, prepare } from './prepare.mjs';
import { ROOT } from './run.mjs';

// Started by hand and not by npm, it may well outlive its shell.
if (process.env.npm_lifecycle_event !== undefined) endWithParent();

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
