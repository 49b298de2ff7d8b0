import { ClientError } from '../client-error.ts';
import { type PackedEvents, packEvents } from '../events/packed-events.ts';
import type { Batch, Outcome } from '../sending/batch.ts';
import { createWatch, type Store, type StoreDeps } from '../store.ts';
import type { LogBatch } from './event-log.ts';
import type { LogPlace } from './segment.ts';
import { openSpoolFiles, type SpoolFilesOptions } from './spool-files.ts';

export type SpoolOptions = StoreDeps & Omit<SpoolFilesOptions, 'now'> & { readonly spoolAgeMaxMs: number };

/**
 * Events that wait on disk.
 *
 * @throws ClientError SPOOL_IN_USE, or the file system's error.
 */
export async function openSpool(options: SpoolOptions): Promise<Store> {
  const { directory, spoolBytesMax, spoolAgeMaxMs, onAdded, onRefused, after } = options;
  const files = await openSpoolFiles({ ...options, now: monotonicNow });
  const { lock, waiting, early, refusals, damaged } = files;

  const watch = createWatch();
  const adding = new Set<Promise<void>>();
  let addingBytes = 0;
  /** Up to where early events are tried again now; what is put off again comes behind it. */
  let earlyUntil: LogPlace = early.endPlace();
  let earlyTimer: { readonly at: number } | undefined;

  const oldestAgeMs = (): number => {
    const since = waiting.oldestWrittenAt();
    // The clock may have been set back between two processes.
    return since === undefined ? 0 : Math.max(0, monotonicNow() - since);
  };

  const refuseWhenFull = (added: number): void => {
    const segments = waiting.bytes() + early.bytes();
    const sum = segments + refusals.bytes() + damaged.bytes() + addingBytes;
    if (sum + added > spoolBytesMax) {
      const parts = `${segments} of segments, ${refusals.bytes()} of refusals, ${damaged.bytes()} damaged`;
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
      if (refused.length > 0) await refusals.add(refused);
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
      await waiting.append(packets);
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
      const found = waiting.unread(options);
      return found === 'nothing' && isEarlyDue() ? 'full' : found;
    },
    async take() {
      const batch = (isEarlyDue() ? await early.read(options, earlyUntil) : undefined) ?? (await waiting.read(options));
      if (batch !== undefined) return toBatch(batch);
      // What was passed over as damaged may have been all there was.
      watch.look();
      return undefined;
    },
    drain() {
      const end = waiting.endPlace();
      return watch.until(() => waiting.donePlace() >= end);
    },
    figures: () => ({
      waitingBytes: waiting.waitingBytes() + early.waitingBytes(),
      refusalBytes: refusals.bytes(),
      damagedBytes: damaged.bytes(),
      oldestAgeMs: oldestAgeMs(),
    }),
    async close() {
      // What is appended after the folder was given back would wait for the process after the next one.
      await Promise.allSettled(adding);
      await files.close();
      watch.end();
    },
  };
}

/** Milliseconds since 1970 by the clock of when the process began: one that jumps meanwhile makes no event older. */
function monotonicNow(): number {
  return performance.timeOrigin + performance.now();
}
