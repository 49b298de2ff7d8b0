import { spawn } from 'node:child_process';
import { StackError } from '../stack-error.ts';

/** What a command may say in an error: its last words. */
const OUTPUT_CHARACTERS_MAX = 4_000;

/** How a command is run. */
export interface CommandOptions {
  /** Ends the command with SIGKILL. */
  readonly withinMs: number;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly cwd?: string | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

/**
 * Runs a command to its end, with no input.
 *
 * @returns its standard output.
 * @throws StackError `COMMAND_FAILED` with the end of its output.
 */
export async function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<string> {
  const { withinMs, env = process.env, cwd, uid, gid } = options;
  const identity = { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) };
  return new Promise((resolve, reject) => {
    const fail = (reason: string, cause?: unknown) =>
      reject(new StackError('COMMAND_FAILED', `${[command, ...args].join(' ')}\n${reason}`, { cause }));
    const child = spawn(command, [...args], {
      env,
      cwd,
      ...identity,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // Not spawn's own timeout: its timer outlives a command that was not found, and would keep us running.
    const deadline = setTimeout(() => child.kill('SIGKILL'), withinMs);
    let output = '';
    let all = '';
    const collect = (text: string) => {
      all = (all + text).slice(-OUTPUT_CHARACTERS_MAX);
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      collect(text);
    });
    child.stderr.setEncoding('utf8').on('data', collect);
    child.on('error', (error) => {
      clearTimeout(deadline);
      fail(error.message, error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(deadline);
      if (code === 0) resolve(output);
      else fail(`ended with ${code ?? signal}: ${all}`);
    });
  });
}

/** Whether a command exists and ends with 0. */
export async function commandSucceeds(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<boolean> {
  return runCommand(command, args, options).then(
    () => true,
    () => false,
  );
}
