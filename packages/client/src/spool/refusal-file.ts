import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Refusal } from '../refusal.ts';
import { syncDirectory } from './sync-directory.ts';

/** Where refused events are kept, one in a line with the reasons: `{"id", "problems", "event"}`. */
export type RefusalFile = {
  /** Resolves when they are on disk. One may be there twice when the process was killed right after. */
  add(refusals: readonly Refusal[]): Promise<void>;
  bytes(): number;
  close(): Promise<void>;
};

export async function openRefusalFile(path: string): Promise<RefusalFile> {
  let file: FileHandle | undefined;
  let size = await sizeOf(path);
  let adding: Promise<unknown> = Promise.resolve();

  const openFile = async (): Promise<FileHandle> => {
    const opened = await open(path, 'a+', 0o600);
    await syncDirectory(dirname(path));
    return opened;
  };

  const write = async (refusals: readonly Refusal[]): Promise<void> => {
    file ??= await openFile();
    const lines = refusals.map((refusal) => `${JSON.stringify(refusal)}\n`).join('');
    try {
      // A line that a kill or a full disk cut off was not acknowledged, and comes again: it must not swallow the next
      // one.
      const text = (await endsInTheMiddle(file)) ? `\n${lines}` : lines;
      await file.appendFile(text);
      await file.datasync();
    } finally {
      size = (await file.stat()).size;
    }
  };

  return {
    add(refusals) {
      const added = adding.then(() => write(refusals));
      // The next one is not stopped by the failure of this one, which its own caller sees.
      adding = added.catch(() => undefined);
      return added;
    },
    bytes: () => size,
    async close() {
      await adding;
      await file?.close();
    },
  };
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}

async function endsInTheMiddle(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== 0x0a;
}
