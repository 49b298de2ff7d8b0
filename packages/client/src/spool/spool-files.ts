import { join } from 'node:path';
import type { ClientProblem } from '../client-problem.ts';
import { type DamagedFiles, openDamagedFiles } from './damaged-files.ts';
import { type EventLog, openEventLog } from './event-log.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';
import { openRefusalFile, type RefusalFile } from './refusal-file.ts';
import type { SyncFile } from './segment-writer.ts';
import { makeDirectory } from './sync-directory.ts';

/** What is in the folder of a spool. */
export type SpoolFiles = {
  readonly lock: FolderLock;
  /** Events as they came. */
  readonly waiting: EventLog;
  /** Those that ingest asked to send later. */
  readonly early: EventLog;
  readonly refusals: RefusalFile;
  readonly damaged: DamagedFiles;
  close(): Promise<void>;
};

export type SpoolFilesOptions = {
  readonly directory: string;
  /** Of all files in it. */
  readonly spoolBytesMax: number;
  /** Makes a file durable. */
  readonly sync: SyncFile;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onProblem: (problem: ClientProblem) => void;
};

/** A segment is a small part of the bound: it goes as a whole, when all of it is done. */
const SEGMENTS_OF_BOUND = 16;
const SEGMENT_BYTES_MAX = 8 * 1_024 * 1_024;

/** @throws ClientError SPOOL_IN_USE, or the file system's error; then the folder is nobody's. */
export async function openSpoolFiles(options: SpoolFilesOptions): Promise<SpoolFiles> {
  await makeDirectory(options.directory);
  const lock = await lockFolder(options.directory);
  try {
    return await openFiles(options, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function openFiles(
  { directory, spoolBytesMax, sync, now, onProblem }: SpoolFilesOptions,
  lock: FolderLock,
): Promise<SpoolFiles> {
  const damaged = await openDamagedFiles(join(directory, 'damaged'));
  const refusals = await openRefusalFile(join(directory, 'refusals.ndjson'));
  const openLog = (name: string): Promise<EventLog> =>
    openEventLog({
      directory: join(directory, name),
      segmentBytes: Math.min(SEGMENT_BYTES_MAX, Math.ceil(spoolBytesMax / SEGMENTS_OF_BOUND)),
      sync,
      now,
      async keepDamaged(part) {
        const path = await damaged.keep(part);
        const code = part.isTorn ? 'SPOOL_TORN' : 'SPOOL_DAMAGED';
        onProblem({ code, message: `${part.bytes.length} bytes of the spool are no events; they are in ${path}` });
      },
    });
  const waiting = await openLog('waiting');
  const early = await openLog('early');
  return {
    lock,
    waiting,
    early,
    refusals,
    damaged,
    async close() {
      await waiting.close();
      await early.close();
      await refusals.close();
      await lock.release();
    },
  };
}
