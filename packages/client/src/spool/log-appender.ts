import { rm } from 'node:fs/promises';
import type { PackedEvents } from '../events/packed-events.ts';
import { encodeBlock } from './block.ts';
import { newSegment, type Segment } from './segment.ts';
import { createSegmentWriter, type SegmentWriter, type SyncFile } from './segment-writer.ts';

/** Bytes that are written and synced at once: more would only make the first of them wait longer. */
const COMMIT_BYTES_MAX = 4 * 1_024 * 1_024;

export type AppenderDeps = {
  readonly directory: string;
  /** A segment of this size is followed by another. */
  readonly segmentBytes: number;
  readonly sync: SyncFile;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Gets each new segment at its end. */
  readonly segments: Segment[];
  /** Told after each commit. */
  readonly onCommit: (events: number) => void;
};

/** Appends with group commit: whatever comes while the disk is busy is written and synced together. */
export type LogAppender = {
  append(packets: readonly PackedEvents[]): Promise<void>;
  /** Waits for what was begun. Nothing may be appended after it. */
  close(): Promise<void>;
};

type Waiting = {
  readonly blocks: readonly Buffer[];
  readonly bytes: number;
  readonly events: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
};

export function createLogAppender({
  directory,
  segmentBytes,
  sync,
  now,
  segments,
  onCommit,
}: AppenderDeps): LogAppender {
  const waiting: Waiting[] = [];
  /** Also when it is done and gone: the next one begins where it ends. */
  let last = segments.at(-1);
  let writer: SegmentWriter | undefined;
  let committing: Promise<void> | undefined;

  const openWriter = async (): Promise<SegmentWriter> => {
    if (writer?.isTrusted() === true && writer.segment.size < segmentBytes) return writer;
    await sealWriter();
    const segment = newSegment(directory, last);
    writer = await createSegmentWriter(segment, sync);
    last = segment;
    segments.push(segment);
    return writer;
  };

  const sealWriter = async (): Promise<void> => {
    const old = writer;
    writer = undefined;
    if (old === undefined) return;
    await old.seal();
    // A disk that fails for long must not be filled with names.
    if (old.segment.size > 0) return;
    segments.splice(segments.indexOf(old.segment), 1);
    await rm(old.segment.path, { force: true });
  };

  const commit = async (group: readonly Waiting[]): Promise<void> => {
    try {
      const into = await openWriter();
      await into.append(Buffer.concat(group.flatMap(({ blocks }) => blocks)));
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    onCommit(group.reduce((sum, { events }) => sum + events, 0));
    for (const { resolve } of group) resolve();
  };

  const commitAll = async (): Promise<void> => {
    // A turn of the event loop, in which calls that were made together gather.
    await new Promise(setImmediate);
    while (waiting.length > 0) {
      let bytes = 0;
      let count = 0;
      for (const each of waiting) {
        if (count > 0 && bytes + each.bytes > COMMIT_BYTES_MAX) break;
        bytes += each.bytes;
        count += 1;
      }
      await commit(waiting.splice(0, count));
    }
    committing = undefined;
  };

  return {
    append(packets) {
      const blocks = packets.map((events) => encodeBlock(events, now()));
      const bytes = blocks.reduce((sum, { length }) => sum + length, 0);
      const events = packets.reduce((sum, { count }) => sum + count, 0);
      return new Promise((resolve, reject) => {
        waiting.push({ blocks, bytes, events, resolve, reject });
        committing ??= commitAll();
      });
    },
    async close() {
      await committing;
      await sealWriter();
    },
  };
}
