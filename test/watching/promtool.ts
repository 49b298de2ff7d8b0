import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { findPrometheus } from '@hopsmeter/stack';

/** Covers getting Prometheus on a machine that has none. */
export const GETTING_PROMETHEUS_MS = 300_000;

export type PromtoolOptions = {
  /** Written into the folder that it runs in, by name. */
  readonly files?: Readonly<Record<string, unknown>>;
  /** What it reads. */
  readonly input?: string;
};

/** Runs promtool. @returns what it says. @throws Error with that where it complains. */
export async function runPromtool(
  args: readonly string[],
  { files = {}, input = '' }: PromtoolOptions,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hopsmeter-promtool-'));
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), JSON.stringify(content));
    const { path } = await findPrometheus(join(folder, 'software'), () => undefined);
    const child = spawn(join(dirname(path), 'promtool'), [...args], { cwd: folder });
    child.stdin.end(input);
    const [stdout, stderr, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve)),
    ]);
    if (code !== 0) throw new Error(`promtool ${args.join(' ')}: ${code}\n${stdout}${stderr}`);
    return stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
