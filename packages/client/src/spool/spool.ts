import { join } from 'node:path';
import { ClientError } from '../client-error.ts';
import type { ClientProblem } from '../client-problem.ts';
import { type PackedEvents, packEvents } from '../events/packed-events.ts';
import type { Batch, Outcome } from '../sending/batch.ts';
import { createWatch, type Store, type StoreDeps } from '../store.ts';
import { openDamagedFiles } from './damaged-files.ts';
import { type EventLog, type LogBatch, openEventLog } from './event-log.ts';
import { lockFolder } from './folder-lock.ts';
import { openRefusalFile } from './refusal-file.ts';
import type { LogPlace } from './segment.ts';
import type { SyncFile } from './segment-writer.ts';
import { makeDirectory } from './sync-directory.ts';

export type SpoolOptions = StoreDeps & {
  readonly directory: string;
  /** Of all files in it. */
  readonly spoolBytesMax: number;
  readonly spoolAgeMaxMs: number;
  /** Makes a file durable. */
  readonly sync: SyncFile;
  readonly onProblem: (problem: ClientProblem) => void;
};

/** A segment is a small part of the bound: it goes as a whole, when all of it is done. */
const SEGMENTS_OF_BOUND = 16;
const SEGMENT_BYTES_MAX = 8 * 1_024 * 1_024;

/**
 * Events that wait on disk.
 *
 * @throws ClientError SPOOL_IN_USE, or the file system's error.
 */
export async function openSpool(options: SpoolOptions): Promise<Store> {
  const { directory, spoolBytesMax, spoolAgeMaxMs, sync, onAdded, onProblem, onRefused, after } = options;
  await makeDirectory(directory);
  const lock = await lockFolder(directory);
  const damagedFiles = await openDamagedFiles(join(directory, 'damaged'));
  const refusalFile = await openRefusalFile(join(directory, 'refusals.ndjson'));
  const openLog = (name: string): Promise<EventLog> =>
    openEventLog({
      directory: join(directory, name),
      segmentBytes: Math.min(SEGMENT_BYTES_MAX, Math.ceil(spoolBytesMax / SEGMENTS_OF_BOUND)),
      sync,
      now: monotonicNow,
      async keepDamaged(part) {
        const path = await damagedFiles.keep(part);
        const code = part.isTorn ? 'SPOOL_TORN' : 'SPOOL_DAMAGED';
        onProblem({ code, message: `${part.bytes.length} bytes of the spool are no events; they are in ${path}` });
      },
    });
  const main = await openLog('waiting');
  const early = await openLog('early');

  const watch = createWatch();
  const adding = new Set<Promise<void>>();
  let addingBytes = 0;
  /** Up to where early events are tried again now; what is put off again comes behind it. */
  let earlyUntil: LogPlace = early.endPlace();
  let earlyTimer: { readonly at: number } | undefined;

  const oldestAgeMs = (): number => {
    const since = main.oldestWrittenAt();
    // The clock may have been set back between two processes.
    return since === undefined ? 0 : Math.max(0, monotonicNow() - since);
  };

  const refuseWhenFull = (added: number): void => {
    const [waiting, refused, damaged] = [main.bytes() + early.bytes(), refusalFile.bytes(), damagedFiles.bytes()];
    const sum = waiting + refused + damaged + addingBytes;
    if (sum + added > spoolBytesMax) {
      const parts = `${waiting} of segments, ${refused} of refusals, ${damaged} damaged`;
      throw new ClientError('SPOOL_FULL', `${directory} may have ${spoolBytesMax} bytes and has ${sum} (${parts})`);
    }
    const ageMs = oldestAgeMs();
    if (ageMs > spoolAgeMaxMs)
      throw new ClientError(
        'SPOOL_FULL',
        `its oldest event waits for ${Math.round(ageMs)} ms, at most ${spoolAgeMaxMs} are allowed`,
      );
  };

  /** All of them together, when the first of them can be accepted. */
  const tryEarlyIn = (waitMs: number): void => {
    const timer = { at: performance.now() + waitMs };
    if (earlyTimer !== undefined && earlyTimer.at <= timer.at) return;
    earlyTimer = timer;
    after(waitMs, () => {
      // A later one has been replaced by an earlier one.
      if (earlyTimer !== timer) return;
      earlyTimer = undefined;
      earlyUntil = early.endPlace();
      onAdded();
    });
  };

  const toBatch = (batch: LogBatch): Batch => ({
    events: batch.events,
    async settle({ refused, early: texts, retryAfterMs }: Outcome) {
      if (refused.length > 0) await refusalFile.add(refused);
      if (texts.length > 0) await early.append(packEvents(texts));
      batch.done();
      if (texts.length > 0) tryEarlyIn(retryAfterMs);
      if (refused.length > 0) onRefused(refused);
      watch.look();
    },
  });

  const append = async (packets: readonly PackedEvents[]): Promise<void> => {
    try {
      await lock.check();
      await main.append(packets);
    } catch (error) {
      if (error instanceof ClientError) throw error;
      throw new ClientError('SPOOL_FAILED', error instanceof Error ? error.message : String(error), { cause: error });
    }
  };

  const isEarlyDue = (): boolean => early.readPlace() < earlyUntil;

  return {
    isDurable: true,
    async add(packets) {
      const added = packets.reduce((sum, { bytes }) => sum + bytes.length, 0);
      refuseWhenFull(added);
      addingBytes += added;
      const appended = append(packets);
      adding.add(appended);
      try {
        await appended;
      } finally {
        adding.delete(appended);
        addingBytes -= added;
      }
      onAdded();
      return { spooled: packets.reduce((sum, { count }) => sum + count, 0), accepted: 0, refused: [] };
    },
    waiting() {
      const found = main.unread(options);
      return found === 'nothing' && isEarlyDue() ? 'full' : found;
    },
    async take() {
      const batch = (isEarlyDue() ? await early.read(options, earlyUntil) : undefined) ?? (await main.read(options));
      if (batch !== undefined) return toBatch(batch);
      // What was passed over as damaged may have been all there was.
      watch.look();
      return undefined;
    },
    drain() {
      const end = main.endPlace();
      return watch.until(() => main.donePlace() >= end);
    },
    figures: () => ({
      waitingBytes: main.waitingBytes() + early.waitingBytes(),
      refusalBytes: refusalFile.bytes(),
      damagedBytes: damagedFiles.bytes(),
      oldestAgeMs: oldestAgeMs(),
    }),
    async close() {
      // What is appended after the folder was given back would wait for the process after the next one.
      await Promise.allSettled(adding);
      await main.close();
      await early.close();
      await refusalFile.close();
      await lock.release();
      watch.end();
    },
  };
}

/** Milliseconds since 1970 by the clock of when the process began: one that jumps meanwhile makes no event older. */
function monotonicNow(): number {
  return performance.timeOrigin + performance.now();
}
