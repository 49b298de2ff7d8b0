import { type FileHandle, open, readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** How far a log is done: everything before this place was acknowledged. */
export type LogPosition = { readonly segment: string; readonly offset: number };

/**
 * Remembers a position in a small file that is written over. It is not synced: a lost or torn one means that something
 * is sent again, which is harmless, and it is asked for after every request.
 */
export type PositionFile = {
  read(): Promise<LogPosition | undefined>;
  /** Keeps the latest of many; never fails: what is sent twice is counted once. */
  write(position: LogPosition): void;
  close(): Promise<void>;
};

const LENGTH = 96;

export function createPositionFile(path: string): PositionFile {
  let file: FileHandle | undefined;
  let wanted: LogPosition | undefined;
  let writing: Promise<void> | undefined;

  const writeWanted = async (): Promise<void> => {
    while (wanted !== undefined) {
      const text = format(wanted);
      wanted = undefined;
      file ??= await openKept(path);
      await file.write(text, 0);
    }
  };

  return {
    async read() {
      return parse(await readFile(path, 'utf8').catch(() => ''));
    },
    write(position) {
      wanted = position;
      writing ??= writeWanted()
        .catch(() => undefined)
        .finally(() => {
          writing = undefined;
        });
    },
    async close() {
      await writing;
      await file?.close();
    },
  };
}

/** For writing over: neither 'w', which empties it, nor 'a', which ignores where to write. */
async function openKept(path: string): Promise<FileHandle> {
  await (await open(path, 'a', 0o600)).close();
  return open(path, 'r+');
}

function format({ segment, offset }: LogPosition): string {
  const text = `${segment} ${offset}`;
  return `${text} ${crc32(text)}`.padEnd(LENGTH - 1).concat('\n');
}

function parse(text: string): LogPosition | undefined {
  const [segment = '', offset = '', checksum = ''] = text.trim().split(' ');
  if (crc32(`${segment} ${offset}`) !== Number(checksum) || !/^\d+$/.test(offset)) return undefined;
  return { segment, offset: Number(offset) };
}
