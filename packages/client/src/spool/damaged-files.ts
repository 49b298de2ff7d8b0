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
  const sizes = await readSizes(directory);
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
      sizes.set(path, part.bytes.length);
      return path;
    },
    bytes: () => [...sizes.values()].reduce((sum, size) => sum + size, 0),
  };
}

async function readSizes(directory: string): Promise<Map<string, number>> {
  await makeDirectory(directory);
  const paths = (await readdir(directory)).map((name) => join(directory, name));
  return new Map(await Promise.all(paths.map(async (path) => [path, (await stat(path)).size] as const)));
}
