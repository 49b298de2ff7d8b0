import { once } from 'node:events';
import { type Client, type ClientProblem, type CloudEvent, createClient } from '@hopsmeter/client';
import { DemoError } from './demo-error.ts';
import type { EventBatch } from './event-batch.ts';

/** Batches in flight: ingest gathers what arrives together into one job, so a few keep it and the worker busy. */
const BATCHES_MAX = 6;

/** How long nothing at all may be acknowledged: a restart of Redis takes seconds, and a person waits. */
const PATIENCE_MS = 90_000;

/** How the events were answered. */
export type PostCounts = {
  /** Events in all batches; a batch that was tried again counts once. */
  sent: number;
  accepted: number;
  refused: number;
  /** Events in requests that got no answer and were sent again: they may have been taken twice. */
  unanswered: number;
};

export type PostOptions = {
  readonly ingestUrl: string;
  /** The cluster key, by the cluster's id. */
  readonly keys: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
  /** Told after each batch. */
  readonly onProgress: (counts: PostCounts) => void;
};

/**
 * Posts all batches, several at a time, and counts the answers.
 *
 * @throws DemoError when ingest refuses a key or the requests, or takes nothing for long. @throws the signal's reason.
 */
export async function postBatches(
  batches: Iterable<EventBatch>,
  { ingestUrl, keys, signal, onProgress }: PostOptions,
): Promise<PostCounts> {
  const counts: PostCounts = { sent: 0, accepted: 0, refused: 0, unanswered: 0 };
  const watch = createWatch();
  const clients = new Map<string, Client<CloudEvent>>();
  for (const [clusterId, key] of keys) {
    const options = { url: ingestUrl, key, clusterId, closeTimeoutMs: 0, onProblem: watch.note };
    clients.set(clusterId, await createClient<CloudEvent>(options));
  }
  // One iterator for all: each lane takes the next batch when its events are answered.
  const queue = batches[Symbol.iterator]();
  const runLane = async (): Promise<void> => {
    for (let next = queue.next(); !next.done && !watch.failed.aborted; next = queue.next()) {
      const { clusterId, events } = next.value;
      const client = clients.get(clusterId);
      if (client === undefined) throw new DemoError(`there is no key of cluster ${clusterId}`);
      counts.sent += events.length;
      const { accepted, refused } = await client.send(events);
      watch.progress();
      counts.accepted += accepted;
      counts.refused += refused.length;
      onProgress(counts);
    }
  };
  try {
    const lanes = Promise.all(Array.from({ length: BATCHES_MAX }, runLane));
    // What is left of them when another one is first ends with the clients.
    lanes.catch(() => undefined);
    await Promise.race([lanes, throwWhenAborted(signal), throwWhenAborted(watch.failed)]);
    for (const client of clients.values()) counts.unanswered += client.stats().unanswered;
    return counts;
  } finally {
    watch.close();
    for (const client of clients.values()) await client.close();
  }
}

/** Gives up where the client, which is made for clusters that nobody watches, would try for ever. */
function createWatch() {
  const failing = new AbortController();
  let last = 'no answer';
  const fail = (): void => failing.abort(new DemoError(`ingest did not accept the demo's events: ${last}`));
  const timer = setTimeout(fail, PATIENCE_MS);
  return {
    failed: failing.signal,
    note({ code, message }: ClientProblem): void {
      last = message;
      if (code === 'KEY_REFUSED' || code === 'REQUEST_REFUSED') fail();
    },
    progress: () => void timer.refresh(),
    close: () => clearTimeout(timer),
  };
}

async function throwWhenAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
  signal.throwIfAborted();
}
