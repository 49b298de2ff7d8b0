import { randomUUID } from 'node:crypto';
import { mkdir, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { CollectorSettings } from '../settings/collector-settings.ts';
import { type Check, CheckFailure } from './check.ts';

/** What of a file system matters. */
export type FileSystem = { readonly type: number; readonly freeBytes: number };

export type ReadFileSystem = (directory: string) => Promise<FileSystem>;

/** Kinds of file systems that forget, by the numbers that Linux has for them (`statfs`). */
const FORGETFUL = new Map([
  [0x01021994, 'in memory (tmpfs)'],
  [0x858458f6, 'in memory (ramfs)'],
  [0x794c7630, "the container's own (overlayfs), which goes with it"],
]);

const MIB = 1_048_576;

/** Whether what waits to be sent is safe: the folder can be written, keeps what it is given, and has room. */
export function createDirectoryCheck(
  { COLLECTOR_DIRECTORY: directory, SPOOL_BYTES_MAX: bytesMax }: CollectorSettings,
  readFileSystem: ReadFileSystem = readStatfs,
): Check {
  return {
    name: 'directory',
    advice: {},
    async run() {
      await tryWriting(directory);
      const { type, freeBytes } = await readFileSystem(directory);
      const kind = FORGETFUL.get(type);
      if (kind !== undefined)
        throw new CheckFailure(`the file system of ${directory} is ${kind}: mount a volume at COLLECTOR_DIRECTORY`);
      const free = `${Math.floor(freeBytes / MIB)} MiB free`;
      if (freeBytes < bytesMax)
        throw new CheckFailure(
          `${directory} has ${free}, and SPOOL_BYTES_MAX is ${Math.ceil(bytesMax / MIB)} MiB: make room, or lower it`,
        );
      return { text: `${directory} can be written and synced, ${free}` };
    },
  };
}

/** As the spool does it: a file that is synced, in a folder that is synced. */
async function tryWriting(directory: string): Promise<void> {
  const path = join(directory, `doctor-${randomUUID()}`);
  try {
    await mkdir(directory, { recursive: true });
    const file = await open(path, 'wx');
    try {
      await file.writeFile('a collector keeps its events here');
      await file.sync();
    } finally {
      await file.close();
    }
    const folder = await open(directory);
    await folder.sync().finally(() => folder.close());
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new CheckFailure(
      `COLLECTOR_DIRECTORY ${directory} cannot be written: ${detail}: let the collector's user own it`,
      { cause: error },
    );
  } finally {
    await rm(path, { force: true }).catch(() => undefined);
  }
}

async function readStatfs(directory: string): Promise<FileSystem> {
  const { type, bavail, bsize } = await statfs(directory);
  return { type, freeBytes: bavail * bsize };
}
