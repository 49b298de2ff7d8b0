import { mkdir, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Makes a directory, and its name durable: what is in it would be lost with it. */
export async function makeDirectory(path: string): Promise<void> {
  // Undefined when it is there already.
  const made = await mkdir(path, { recursive: true, mode: 0o700 });
  if (made === undefined) return;
  const first = dirname(made);
  for (let parent = dirname(resolve(path)); parent.length >= first.length; parent = dirname(parent)) {
    await syncDirectory(parent);
    if (parent === first) return;
  }
}

/** Makes the names in a directory durable. Windows has no such thing and refuses to open a directory. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
