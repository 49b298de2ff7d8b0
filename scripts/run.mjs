import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The clone. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * @typedef {object} RunOptions
 * @property {NodeJS.ProcessEnv} [env] Added to ours.
 * @property {boolean} [quiet] Keeps the output back unless the command fails.
 * @property {AbortSignal} [signal] Ends the command with SIGTERM.
 */

/**
 * Runs a command in the clone, without input.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<boolean>} Whether it ended with 0.
 */
export function run(command, args, { env = {}, quiet = false, signal } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
      ...(signal === undefined ? {} : { signal }),
    });
    /** @type {Buffer[]} */
    const output = [];
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    child.on('error', (error) => (signal?.aborted ? undefined : reject(error)));
    child.on('close', (code) => {
      if (code !== 0 && !signal?.aborted) process.stderr.write(Buffer.concat([Buffer.from('\n'), ...output]));
      resolve(code === 0);
    });
  });
}

/**
 * Runs a program that npm installed, without npm's own second of start-up.
 *
 * @param {string} name
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export function runInstalled(name, args, options) {
  return run(`${ROOT}node_modules/.bin/${name}`, args, options);
}
