import { execFile } from 'node:child_process';
import { mkdir, statfs } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A file system in memory that can be made full and roomy again. */
export type SmallDisk = {
  /** Leaves next to no room. */
  fill(): Promise<void>;
  empty(): Promise<void>;
  unmount(): Promise<void>;
};

/** Room that is left, so that what is being written at that moment does not make the change of size fail. */
const LEFT_BYTES = 64 * 1024;

/** Between asking how much is used and saying how much may be, more may have been written. */
const ATTEMPTS_MAX = 20;

/** Mounts one, or says why that is not possible here: it takes root and a kernel that lets root do it. */
export async function mountSmallDisk(path: string, megabytes: number): Promise<SmallDisk | { readonly why: string }> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const resize = (bytes: number): Promise<unknown> => run('mount', ['-o', `remount,size=${bytes}`, path]);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', path]);
  } catch (error) {
    return { why: `no tmpfs can be mounted here: ${firstLineOf(error)}` };
  }
  return {
    async fill() {
      for (let attempt = 1; ; attempt++) {
        const { bsize, blocks, bfree } = await statfs(path);
        try {
          await resize((blocks - bfree) * bsize + LEFT_BYTES);
          return;
        } catch (error) {
          if (attempt === ATTEMPTS_MAX) throw error;
        }
      }
    },
    async empty() {
      await resize(megabytes * 1024 * 1024);
    },
    async unmount() {
      // Lazily: whoever still has a file open there must not keep the run from ending.
      await run('umount', ['--lazy', path]);
    },
  };
}

function firstLineOf(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  return (said === '' ? String(error) : said).split('\n')[0] ?? '';
}
