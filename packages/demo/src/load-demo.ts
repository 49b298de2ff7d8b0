import type { Pool } from '@hopsmeter/db';
import { formatTime, type Micros } from '@hopsmeter/usage';
import { createDemo, type Demo } from './create-demo.ts';
import { createDemoFiles, type DemoFiles, type LoadedDemo } from './demo-files.ts';
import { DEMO_CLUSTERS } from './demo-people.ts';
import { countRecorded, findDemo, isEmpty, registerKey, writeDirectory } from './load-directory.ts';
import { type PostCounts, postBatches } from './post-batches.ts';
import { waitUntilRecorded } from './wait-until-recorded.ts';

/** A demo whose people, projects and keys are in the database; its events may not be yet. */
export type PreparedDemo = {
  readonly demo: Demo;
  readonly files: DemoFiles;
  /** The cluster keys in clear, by the cluster's id. */
  readonly keys: ReadonlyMap<string, string>;
  /** How the events were answered; `undefined` while they have to be sent. */
  readonly loaded: LoadedDemo | undefined;
  /** Whether an earlier run began to send and did not finish. */
  readonly wasInterrupted: boolean;
};

export type PrepareOptions = {
  readonly pool: Pool;
  /** Where keys and counts are kept, `.hopsmeter`. */
  readonly directory: string;
  readonly now: Micros;
};

/**
 * Puts the demo's directory into an empty database, or finds it there.
 *
 * Services may start only after it: they begin with the keys and the directory as they are then.
 *
 * @returns `undefined` when the database belongs to somebody else's data.
 */
export async function prepareDemo({ pool, directory, now }: PrepareOptions): Promise<PreparedDemo | undefined> {
  const files = createDemoFiles(directory);
  const found = await findDemo(pool);
  if (found === undefined) {
    if (!(await isEmpty(pool))) return undefined;
    // Counts of a database that is gone.
    await files.forgetLoaded();
    await writeDirectory(pool, now);
  }
  const asOf = found ?? now;
  const demo = await createDemo(asOf);
  const keys = new Map<string, string>();
  for (const { id, name } of DEMO_CLUSTERS) {
    const key = await files.readKey(name);
    await registerKey(pool, id, key);
    keys.set(id, key);
  }
  const loaded = await files.readLoaded();
  const isComplete = loaded?.asOf === formatTime(demo.period.end);
  return {
    demo,
    files,
    keys,
    loaded: isComplete ? loaded : undefined,
    wasInterrupted: found !== undefined && !isComplete,
  };
}

export type LoadProgress = { readonly sent: number; readonly recorded: number };

export type LoadOptions = {
  readonly pool: Pool;
  readonly ingestUrl: string;
  /** Whether no event waits in the queue or is being recorded. */
  readonly isQueueEmpty: () => Promise<boolean>;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: LoadProgress) => void;
};

/** What a load did. `recorded` is the growth of the pipeline's own count. */
export type LoadResult = PostCounts & { readonly recorded: number };

/**
 * Sends the demo through ingest and waits until all of it is recorded. May be called again after an interruption: ids
 * are the same, so what was counted stays counted once.
 *
 * The queue must be empty: what is recorded from here on is taken to be what is sent from here on.
 *
 * @throws DemoError when ingest or the worker does not do its part.
 */
export async function loadDemo({ demo, files, keys }: PreparedDemo, options: LoadOptions): Promise<LoadResult> {
  const { pool, ingestUrl, isQueueEmpty, signal, onProgress } = options;
  const before = await countRecorded(pool);
  const done: PostCounts = { sent: 0, accepted: 0, refused: 0, unanswered: 0 };
  for (const batches of [demo.batches(), demo.lateBatches()]) {
    const sentBefore = done.sent;
    const counts = await postBatches(batches, {
      ingestUrl,
      keys,
      signal,
      onProgress: ({ sent }) => onProgress({ sent: sentBefore + sent, recorded: 0 }),
    });
    done.sent += counts.sent;
    done.accepted += counts.accepted;
    done.refused += counts.refused;
    done.unanswered += counts.unanswered;
    await waitUntilRecorded({
      pool,
      events: before + done.accepted,
      isQueueEmpty,
      signal,
      onProgress: (recorded) => onProgress({ sent: done.sent, recorded: recorded - before }),
    });
  }
  const { sent, accepted, refused } = done;
  await files.writeLoaded({ asOf: formatTime(demo.period.end), sent, accepted, refused });
  return { ...done, recorded: (await countRecorded(pool)) - before };
}
