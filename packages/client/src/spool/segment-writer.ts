import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Segment } from './segment.ts';
import { syncDirectory } from './sync-directory.ts';

/** Appends to one segment. */
export type SegmentWriter = {
  readonly segment: Segment;
  /** Whether more may be appended after a failure. */
  isTrusted(): boolean;
  /**
   * Resolves when the bytes are on disk.
   *
   * @throws when they are not; then nothing of them is in the segment.
   */
  append(bytes: Buffer): Promise<void>;
  /** Nothing is appended after it. */
  seal(): Promise<void>;
};

export type SyncFile = (file: FileHandle) => Promise<void>;

/** Creates the file, and makes its name durable before anything is promised that is in it. */
export async function createSegmentWriter(segment: Segment, sync: SyncFile): Promise<SegmentWriter> {
  const file = await open(segment.path, 'wx', 0o600);
  try {
    await syncDirectory(dirname(segment.path));
  } catch (error) {
    await file.close();
    throw error;
  }
  let isTrusted = true;

  /**
   * What was half-written must not be read, by nobody: `size` keeps it from this process, the cut from the next one.
   */
  const cutBack = async (): Promise<void> => {
    try {
      await file.truncate(segment.size);
    } catch {
      // The next process finds it by its checksum, as it does after a kill.
      isTrusted = false;
    }
  };

  return {
    segment,
    isTrusted: () => isTrusted,
    async append(bytes) {
      try {
        await writeAll(file, bytes, segment.size);
      } catch (error) {
        // A full disk gets room again when this segment is done and goes, which it can only when nothing is added to
        // it.
        isTrusted = segment.size === 0;
        await cutBack();
        throw error;
      }
      try {
        await sync(file);
      } catch (error) {
        // The kernel may have dropped the pages and called them clean: a later sync would succeed and mean nothing.
        isTrusted = false;
        await cutBack();
        throw error;
      }
      segment.size += bytes.length;
    },
    async seal() {
      segment.isSealed = true;
      await file.close();
    },
  };
}

/** A full disk takes a part first, and says so at the next attempt. */
async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; )
    written += (await file.write(bytes, written, bytes.length - written, position + written)).bytesWritten;
}
