import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Enough to look back over some days of development; with the one older file kept, at most twice this on the disk. */
const LOG_BYTES_MAX = 10 * 1024 * 1024;

/** About forty lines: what a person reads in an error message. */
const TAIL_BYTES_MAX = 4 * 1024;

/** A log that a child writes to directly, so that it keeps its last words when we are killed. */
export interface LogFile {
  readonly path: string;
  /** Hand this to the child, then close ours. */
  readonly fd: number;
  /** The end of what was written since the file was opened; works after `close` too. */
  tail(): string;
  close(): void;
}

/** Opens a log for appending. A file that has grown past 10 MiB becomes `<path>.1` first. */
export function openLogFile(path: string): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES_MAX) renameSync(path, `${path}.1`);
  const fd = openSync(path, 'a', 0o600);
  const start = fstatSync(fd).size;
  return {
    path,
    fd,
    tail: () => readFileSync(path).subarray(start).subarray(-TAIL_BYTES_MAX).toString('utf8'),
    close: () => closeSync(fd),
  };
}
