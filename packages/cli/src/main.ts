#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { CommanderError } from 'commander';
import { describeError } from './cli-error.ts';
import { runCollect } from './collect/run-collect.ts';
import { createScreen } from './console/screen.ts';
import { createProgram } from './create-program.ts';
import { runDoctor } from './doctor/run-doctor.ts';
import { runCompare } from './run-compare.ts';
import { runImport } from './run-import.ts';
import { runMigrate } from './run-migrate.ts';
import { runReconcile } from './run-reconcile.ts';
import { runSend } from './send/run-send.ts';
import { runStart } from './start/run-start.ts';

/** What a shell expects of a program that was ended by Ctrl-C. */
const EXIT_INTERRUPTED = 130;

/** Of a command that has another meaning for 1. */
const EXIT_NOT_COMPARED = 2;

/** Beside the package.json of the clone, so that it does not matter where the command is called. */
const DIRECTORY = fileURLToPath(new URL('../../../.hopsmeter', import.meta.url));

// Whoever reads may stop reading (`npm start | head`); that ends nothing else.
process.stdout.on('error', () => undefined);

const screen = createScreen(process.stdout);
const stopping = new AbortController();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    // Children get their orderly signal when this process exits.
    if (stopping.signal.aborted) process.exit(EXIT_INTERRUPTED);
    stopping.abort();
    screen.line();
    screen.line('Stopping; press again to stop immediately.');
  });

let exitFailed = 1;

const program = createProgram(
  {
    async start(options) {
      process.exitCode = await runStart({
        ...options,
        cwd: process.cwd(),
        env: process.env,
        screen,
        signal: stopping.signal,
      });
    },
    migrate: () => runMigrate(process.env, screen),
    async reconcile(options) {
      process.exitCode = await runReconcile({ ...options, env: process.env, screen, now: new Date() });
    },
    async import(options) {
      const { signal } = stopping;
      process.exitCode = await runImport({ ...options, env: process.env, screen, now: new Date(), signal });
    },
    async compare(options) {
      exitFailed = EXIT_NOT_COMPARED;
      const { signal } = stopping;
      process.exitCode = await runCompare({ ...options, env: process.env, screen, now: new Date(), signal });
    },
    async send(options) {
      const { signal } = stopping;
      process.exitCode = await runSend(options, { env: process.env, input: process.stdin, screen, signal });
    },
    async doctor(options) {
      process.exitCode = await runDoctor(options, { env: process.env, screen, signal: stopping.signal });
    },
    async collect(options) {
      const { signal } = stopping;
      process.exitCode = await runCollect(options, { env: process.env, screen, signal, now: Date.now() });
    },
  },
  DIRECTORY,
);

try {
  await program.parseAsync();
} catch (error) {
  if (stopping.signal.aborted) process.exitCode = EXIT_INTERRUPTED;
  // Only of compare, and already told. Its help is no failure.
  else if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT_NOT_COMPARED;
  else {
    process.stderr.write(`\n${describeError(error)}\n`);
    process.exitCode = exitFailed;
  }
}
