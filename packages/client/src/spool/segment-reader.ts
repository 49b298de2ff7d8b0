import { type FileHandle, open } from 'node:fs/promises';
import type { PackedEvents } from '../events/packed-events.ts';
import { BLOCK_HEADER_BYTES, BLOCK_MARK, decodeHeader, isIntact } from './block.ts';
import type { Segment } from './segment.ts';

/** Read at a time: some hundred events, so that small blocks do not cost a call each. */
const WINDOW_BYTES = 256 * 1_024;

export type ReadBlock = {
  readonly kind: 'block';
  readonly events: PackedEvents;
  readonly writtenAt: number;
  readonly start: number;
  readonly end: number;
};

/** Bytes that are no block. */
export type DamagedRange = { readonly kind: 'damaged'; readonly start: number; readonly end: number };

/** Reads the blocks of one segment, one after the other, without ever having more of it in memory than a block. */
export type SegmentReader = {
  readonly segment: Segment;
  /** The next block or damaged range; `undefined` when there is no more so far. */
  next(): Promise<ReadBlock | DamagedRange | undefined>;
  /** The bytes of a range, as they are. */
  read(start: number, end: number): Promise<Buffer>;
  close(): Promise<void>;
};

export async function openSegmentReader(segment: Segment, from: number): Promise<SegmentReader> {
  const file = await open(segment.path, 'r');
  let offset = from;
  let window: Buffer = Buffer.alloc(0);
  let windowStart = 0;

  /** At least `count` bytes from a place on, or as many as there are. */
  const look = async (start: number, count: number): Promise<Buffer> => {
    const end = Math.min(start + count, segment.size);
    if (start < windowStart || end > windowStart + window.length) {
      window = await readRange(file, start, Math.min(Math.max(end, start + WINDOW_BYTES), segment.size));
      windowStart = start;
    }
    return window.subarray(start - windowStart, end - windowStart);
  };

  const readBlock = async (start: number): Promise<ReadBlock | undefined> => {
    const header = decodeHeader(await look(start, BLOCK_HEADER_BYTES));
    if (header === undefined || start + BLOCK_HEADER_BYTES + header.length > segment.size) return undefined;
    const end = start + BLOCK_HEADER_BYTES + header.length;
    const payload = (await look(start, end - start)).subarray(BLOCK_HEADER_BYTES);
    if (!isIntact(header, payload)) return undefined;
    // A copy: the window is read over.
    const events = { bytes: Buffer.from(payload), count: header.count };
    return { kind: 'block', events, writtenAt: header.writtenAt, start, end };
  };

  /** Where the next intact block begins, or the end. */
  const findBlock = async (after: number): Promise<number> => {
    for (let at = after; at < segment.size; ) {
      const bytes = await look(at, WINDOW_BYTES);
      const found = bytes.indexOf(BLOCK_MARK);
      if (found >= 0) {
        if ((await readBlock(at + found)) !== undefined) return at + found;
        at += found + 1;
      } else if (at + bytes.length >= segment.size) {
        break;
      } else {
        // A mark may lie across the end of what was read.
        at += Math.max(1, bytes.length - BLOCK_MARK.length + 1);
      }
    }
    return segment.size;
  };

  return {
    segment,
    async next() {
      if (offset >= segment.size) return undefined;
      const block = await readBlock(offset);
      if (block !== undefined) {
        offset = block.end;
        return block;
      }
      const start = offset;
      offset = await findBlock(start + 1);
      return { kind: 'damaged', start, end: offset };
    },
    read: (start, end) => readRange(file, start, end),
    close: () => file.close(),
  };
}

async function readRange(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(end - start);
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, start + length);
    if (bytesRead === 0) throw new Error(`the file ends at ${start + length}, before ${end}`);
    length += bytesRead;
  }
  return bytes;
}
