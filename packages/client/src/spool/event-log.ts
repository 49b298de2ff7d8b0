import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { joinPackets, type PackedEvents } from '../events/packed-events.ts';
import { createLogAppender } from './log-appender.ts';
import { createLogCursor, type LogPart } from './log-cursor.ts';
import { createPositionFile } from './log-position.ts';
import { createLogProgress } from './log-progress.ts';
import { endOf, type LogPlace, listSegments, type Segment } from './segment.ts';
import type { SyncFile } from './segment-writer.ts';
import { makeDirectory } from './sync-directory.ts';

/** Events read from a log, in order. */
export type LogBatch = {
  readonly events: PackedEvents;
  /** They leave the log. */
  done(): void;
};

export type BatchLimits = { readonly eventsMax: number; readonly bytesMax: number };

export type DamagedPart = Extract<LogPart, { kind: 'damaged' }>;

/**
 * A queue of events on disk. Many append at once; one reads. Memory holds what is read and not done, and nothing else.
 */
export type EventLog = {
  /**
   * Resolves when the events are on disk. Those of all calls that wait are synced together.
   *
   * @throws the file system's error; then none of them is in the log.
   */
  append(packets: readonly PackedEvents[]): Promise<void>;
  /** The next events before a place, as many as fit and at least one packet; `undefined` when there are none so far. */
  read(limits: BatchLimits, until?: LogPlace): Promise<LogBatch | undefined>;
  /** Whether something is there that was not read yet, and whether it is enough for a batch. */
  unread(limits: BatchLimits): 'nothing' | 'some' | 'full';
  /** Up to where it is read. */
  readPlace(): LogPlace;
  endPlace(): LogPlace;
  /** Everything before it is done. */
  donePlace(): LogPlace;
  /** Bytes of blocks that are not done. */
  waitingBytes(): number;
  /** Bytes of the files. */
  bytes(): number;
  /** Since when the oldest of those waits that were read and are not done, in milliseconds since 1970. */
  oldestWrittenAt(): number | undefined;
  close(): Promise<void>;
};

export type LogDeps = {
  readonly directory: string;
  readonly segmentBytes: number;
  readonly sync: SyncFile;
  readonly now: () => number;
  /** Takes what cannot be read out of the way; the log goes on behind it when that is done. */
  readonly keepDamaged: (part: DamagedPart) => Promise<void>;
};

export async function openEventLog({ directory, segmentBytes, sync, now, keepDamaged }: LogDeps): Promise<EventLog> {
  await makeDirectory(directory);
  const positionFile = createPositionFile(join(directory, 'position'));
  const segments = await listSegments(directory);
  const start = await findStart(segments, await positionFile.read());

  const cursor = createLogCursor(segments, start);
  const progress = createLogProgress(segments, start, positionFile);
  /** Of this process; how many an earlier one left is not known. */
  let unreadEvents = 0;
  const appender = createLogAppender({
    directory,
    segmentBytes,
    sync,
    now,
    segments,
    onCommit(events) {
      unreadEvents += events;
      // The segment before a new one may be done already.
      void progress.removeDone();
    },
  });
  const oldEnd = endPlace();

  function endPlace(): LogPlace {
    const last = segments.at(-1);
    return last === undefined ? progress.place() : endOf(last);
  }

  const skipDamage = async (part: DamagedPart): Promise<void> => {
    await keepDamaged(part);
    cursor.take(part);
    progress.begin(part.end, now()).done();
  };

  return {
    append: appender.append,
    async read({ eventsMax, bytesMax }, until = Number.POSITIVE_INFINITY) {
      const packets: PackedEvents[] = [];
      let [count, bytes, since] = [0, 0, 0];
      while (cursor.place() < until) {
        const part = await cursor.peek();
        if (part === undefined) break;
        if (part.kind === 'damaged') {
          if (packets.length > 0) break;
          await skipDamage(part);
          continue;
        }
        const { events, writtenAt } = part;
        if (packets.length === 0) since = writtenAt;
        else if (count + events.count > eventsMax || bytes + events.bytes.length > bytesMax) break;
        packets.push(events);
        count += events.count;
        bytes += events.bytes.length;
        if (cursor.place() >= oldEnd) unreadEvents -= events.count;
        cursor.take(part);
      }
      if (packets.length === 0) return undefined;
      const { done } = progress.begin(cursor.place(), since);
      return { events: joinPackets(packets), done };
    },
    unread({ eventsMax }) {
      if (cursor.place() >= endPlace()) return 'nothing';
      return cursor.place() < oldEnd || unreadEvents >= eventsMax ? 'full' : 'some';
    },
    readPlace: cursor.place,
    endPlace,
    donePlace: progress.place,
    waitingBytes: () => endPlace() - progress.place(),
    bytes: () => segments.reduce((sum, { size }) => sum + size, 0),
    oldestWrittenAt: progress.oldestWrittenAt,
    async close() {
      await appender.close();
      await cursor.close();
      await progress.removeDone();
      await positionFile.close();
    },
  };
}

/** Where the process before stopped. Its word counts only beside the segment that it names. */
async function findStart(
  segments: Segment[],
  position: { readonly segment: string; readonly offset: number } | undefined,
): Promise<LogPlace> {
  const at = segments.findIndex(({ name }) => name === position?.segment);
  const found = segments[at];
  if (found === undefined || position === undefined) return 0;
  for (const { path } of segments.splice(0, at)) await rm(path, { force: true });
  return found.base + Math.min(position.offset, found.size);
}
