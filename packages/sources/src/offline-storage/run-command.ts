import { spawn } from 'node:child_process';
import { excerpt } from '../asking/ask.ts';
import { SourceError } from '../source-error.ts';

/** Program and arguments, as they are: no shell reads them. */
export type Command = readonly [string, ...string[]];

export type CommandOptions = { readonly timeoutMs: number; readonly signal: AbortSignal };

/** A line of 200 bytes for each of 100,000 folders. */
const OUTPUT_BYTES_MAX = 20_000_000;

/** The end of what it said beside its answer; the reason comes last. */
const ERROR_CHARACTERS_MAX = 2_000;

/**
 * Runs a command to its end, and with it whatever it started: it may be a script around another program.
 *
 * @returns its standard output.
 * @throws SourceError UNREACHABLE (it cannot be started), TIMED_OUT, ANSWER_FAILED (any exit but 0, with the end of
 * what it said), ANSWER_UNREADABLE (too long). @throws the signal's reason.
 */
export async function runCommand([program, ...args]: Command, options: CommandOptions): Promise<string> {
  const { timeoutMs, signal } = options;
  signal.throwIfAborted();
  // A group of its own, so that all of it can be ended.
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let failure: unknown;
  const end = (reason: unknown) => {
    failure ??= reason;
    if (child.pid !== undefined) killGroup(child.pid);
    // Whoever left the group may hold them open for ever.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const abort = () => end(signal.reason);
  signal.addEventListener('abort', abort);
  const timer = setTimeout(
    () => end(new SourceError('TIMED_OUT', `${program} did not end within ${timeoutMs / 1_000} s`)),
    timeoutMs,
  );
  const output: Buffer[] = [];
  let [bytes, errors] = [0, ''];
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= OUTPUT_BYTES_MAX) output.push(chunk);
    else end(new SourceError('ANSWER_UNREADABLE', `${program} printed more than ${OUTPUT_BYTES_MAX} bytes`));
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-ERROR_CHARACTERS_MAX);
  });
  try {
    const exit = await new Promise<number | string | null>((resolve, reject) => {
      child.on('error', (error) =>
        reject(new SourceError('UNREACHABLE', `${program} cannot be started: ${error.message}`, { cause: error })),
      );
      child.on('close', (code, ended) => resolve(code ?? ended));
    });
    if (failure !== undefined) throw failure;
    if (exit === 0) return Buffer.concat(output).toString('utf8');
    const said = excerpt(errors.slice(-200));
    throw new SourceError('ANSWER_FAILED', `${program} ended with ${exit}${said === '' ? '' : `: ${said}`}`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    // All of it has ended by itself just now.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
