import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { EventBatch } from './cloud-event.ts';
import { DemoError } from './demo-error.ts';

/** Requests in flight: ingest gathers what arrives together into one job, so a few keep it and the worker busy. */
const REQUESTS_MAX = 6;

/** A request that is not answered in this time is sent again; a healthy ingest answers in milliseconds. */
const REQUEST_TIMEOUT_MS = 30_000;

/** How long one batch is tried again while ingest asks for patience or is away: a restart of Redis takes seconds. */
const PATIENCE_MS = 90_000;

/** The first wait where ingest names none, doubled with each further one. */
const BACKOFF_MIN_MS = 100;

/** The longest wait, also where ingest names a longer one: the demo is a person waiting. */
const BACKOFF_MAX_MS = 10_000;

/** Longest part of an unexpected answer that is shown. */
const SHOWN_LENGTH_MAX = 300;

const answerSchema = z.object({
  accepted: z.int().min(0),
  rejected: z.int().min(0),
  errors: z.array(z.object({ index: z.int().min(0), retryAfterSeconds: z.number().optional() })),
});

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
 * @throws DemoError when ingest refuses the key or keeps refusing. @throws the signal's reason.
 */
export async function postBatches(batches: Iterable<EventBatch>, options: PostOptions): Promise<PostCounts> {
  const counts: PostCounts = { sent: 0, accepted: 0, refused: 0, unanswered: 0 };
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  // One iterator for all: each lane takes the next batch when its request is answered.
  const queue = batches[Symbol.iterator]();
  const runLane = async (): Promise<void> => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      await postBatch(next.value, { ...options, signal }, counts);
      options.onProgress(counts);
    }
  };
  const lanes = Array.from({ length: REQUESTS_MAX }, () =>
    runLane().catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  await Promise.all(lanes);
  return counts;
}

async function postBatch({ clusterId, events }: EventBatch, options: PostOptions, counts: PostCounts): Promise<void> {
  counts.sent += events.length;
  let left = events;
  const triedUntil = performance.now() + PATIENCE_MS;
  for (let attempt = 0; ; attempt++) {
    const answer = await postOnce(JSON.stringify(left), options.keys.get(clusterId) ?? '', options);
    if ('accepted' in answer) {
      counts.accepted += answer.accepted;
      // Those that are ahead of ingest's clock are taken later; the other refused ones never are.
      const early = new Set(answer.early);
      if (early.size === 0 || performance.now() > triedUntil) {
        counts.refused += answer.rejected;
        return;
      }
      counts.refused += answer.rejected - early.size;
      left = left.filter((_, index) => early.has(index));
      await sleep(waitMs(attempt, answer.retryAfterSeconds), undefined, { signal: options.signal });
      continue;
    }
    if (answer.wasSent) counts.unanswered += left.length;
    if (performance.now() > triedUntil)
      throw new DemoError(`ingest did not accept the demo's events: ${answer.problem}`);
    await sleep(waitMs(attempt, answer.retryAfterSeconds), undefined, { signal: options.signal });
  }
}

type Answer =
  | {
      readonly accepted: number;
      readonly rejected: number;
      /** Places of the refused events that are taken later, and in how many seconds all of them are. */
      readonly early: readonly number[];
      readonly retryAfterSeconds: number;
    }
  | { readonly problem: string; readonly retryAfterSeconds: number | undefined; readonly wasSent: boolean };

async function postOnce(body: string, key: string, { ingestUrl, signal }: PostOptions): Promise<Answer> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${ingestUrl}/api/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents-batch+json', authorization: `Bearer ${key}` },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    });
    text = await response.text();
  } catch (error) {
    signal.throwIfAborted();
    const problem = error instanceof Error ? error.message : String(error);
    return { problem: `no answer (${problem})`, retryAfterSeconds: undefined, wasSent: true };
  }
  const problem = `${response.status} ${text.slice(0, SHOWN_LENGTH_MAX)}`;
  if (response.status === 429 || response.status === 503) {
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    return { problem, retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined, wasSent: false };
  }
  if (response.status !== 202) throw new DemoError(`ingest did not accept the demo's events: ${problem}`);
  const { accepted, rejected, errors } = answerSchema.parse(JSON.parse(text));
  const waits = errors.flatMap(({ index, retryAfterSeconds }) =>
    retryAfterSeconds === undefined ? [] : [{ index, retryAfterSeconds }],
  );
  const early = [...new Set(waits.map(({ index }) => index))];
  return { accepted, rejected, early, retryAfterSeconds: Math.max(0, ...waits.map((wait) => wait.retryAfterSeconds)) };
}

/** The wait that ingest asks for, else a doubling one with half of it random, so that lanes do not return together. */
function waitMs(attempt: number, retryAfterSeconds: number | undefined): number {
  if (retryAfterSeconds !== undefined) return Math.min(retryAfterSeconds * 1_000, BACKOFF_MAX_MS);
  const backoff = Math.min(BACKOFF_MIN_MS * 2 ** attempt, BACKOFF_MAX_MS);
  return backoff / 2 + (Math.random() * backoff) / 2;
}
