import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DamagedPart } from './event-log.ts';
import { makeDirectory, syncDirectory } from './sync-directory.ts';

/**
 * Keeps bytes of the spool that are no events, each range in a file of its own, for whoever wants to save what is in
 * them.
 */
export type DamagedFiles = {
  /** Resolves with the path when they are on disk. */
  keep(part: DamagedPart): Promise<string>;
  bytes(): number;
};

export async function openDamagedFiles(directory: string): Promise<DamagedFiles> {
  let bytes = await sizeOf(directory);
  return {
    async keep(part) {
      // The same range has the same name, so what is passed a second time after a kill is not kept twice.
      const path = join(directory, `${part.segment.name}.${part.start}`);
      const file = await open(path, 'w', 0o600);
      try {
        await file.writeFile(part.bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await syncDirectory(directory);
      bytes += part.bytes.length;
      return path;
    },
    bytes: () => bytes,
  };
}

async function sizeOf(directory: string): Promise<number> {
  await makeDirectory(directory);
  const files = await readdir(directory);
  const sizes = await Promise.all(files.map(async (name) => (await stat(join(directory, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
