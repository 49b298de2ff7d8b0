import { createWriteStream, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Enough to look back over days at LOG_LEVEL=warn; with the one older file kept, at most twice this on the disk. */
const LOG_BYTES_MAX = 10 * 1024 * 1024;

/** A service's log file. */
export type ServiceLog = { readonly path: string; write(line: string): void; close(): Promise<void> };

/** Opens a log for appending. A file that has grown past 10 MiB becomes `<path>.1` first. */
export function openServiceLog(path: string): ServiceLog {
  mkdirSync(dirname(path), { recursive: true });
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES_MAX) renameSync(path, `${path}.1`);
  const stream = createWriteStream(path, { flags: 'a', mode: 0o600 });
  // A full disk must not end the services: they work on, only unread.
  stream.on('error', () => undefined);
  return {
    path,
    write: (line) => void stream.write(`${line}\n`),
    close: () => new Promise((closed) => stream.end(() => closed())),
  };
}
