import { crc32 } from 'node:zlib';
import type { PackedEvents } from '../events/packed-events.ts';

/**
 * What a segment consists of: packed events behind a header that says how long they are, how many, since when they
 * wait, and two checksums. The header has one of its own, so that a damaged length is not followed.
 */
export const BLOCK_HEADER_BYTES = 28;

/** Its first byte is in no UTF-8 text, so after damage the next block is found by looking for it. */
export const BLOCK_MARK = Buffer.from([0xff, 0x48, 0x4d, 0x01]);

/** Longer than any packet: one event may be as long as a request. */
const BLOCK_BYTES_MAX = 8 * 1_024 * 1_024;

export type BlockHeader = {
  readonly length: number;
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly writtenAt: number;
  readonly checksum: number;
};

export function encodeBlock({ bytes, count }: PackedEvents, writtenAt: number): Buffer {
  const block = Buffer.allocUnsafe(BLOCK_HEADER_BYTES + bytes.length);
  BLOCK_MARK.copy(block);
  block.writeUInt32LE(bytes.length, 4);
  block.writeUInt32LE(count, 8);
  block.writeDoubleLE(writtenAt, 12);
  block.writeUInt32LE(crc32(bytes), 20);
  block.writeUInt32LE(crc32(block.subarray(0, 24)), 24);
  bytes.copy(block, BLOCK_HEADER_BYTES);
  return block;
}

/** @returns `undefined` when the bytes are no header. */
export function decodeHeader(bytes: Buffer): BlockHeader | undefined {
  if (bytes.length < BLOCK_HEADER_BYTES || !bytes.subarray(0, 4).equals(BLOCK_MARK)) return undefined;
  if (bytes.readUInt32LE(24) !== crc32(bytes.subarray(0, 24))) return undefined;
  const length = bytes.readUInt32LE(4);
  if (length > BLOCK_BYTES_MAX) return undefined;
  return { length, count: bytes.readUInt32LE(8), writtenAt: bytes.readDoubleLE(12), checksum: bytes.readUInt32LE(20) };
}

export function isIntact({ checksum }: BlockHeader, payload: Buffer): boolean {
  return crc32(payload) === checksum;
}
