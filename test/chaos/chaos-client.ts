import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Random } from '../harness/random.ts';
import type { BatchMaker, ChaosBatch } from './chaos-batch.ts';
import type { OlderIngest } from './older-ingest.ts';
import type { Tally } from './tally.ts';

/** A request that was sent, acknowledged or not. */
export type SentRequest = { readonly events: number; readonly epoch: number; isAcknowledged: boolean };

/**
 * A cluster's client, as every client must be: it spools what it has, sends it until it is acknowledged, and keeps what
 * was acknowledged until it is seen recorded, to send it again when the queue has lost its data.
 */
export type ChaosClient = {
  readonly name: string;
  /** By request id, all of them. */
  readonly requests: ReadonlyMap<string, SentRequest>;
  /** Makes no more events. What is in the spool goes on being sent. */
  stopMaking(): void;
  /** How many batches are not acknowledged yet. */
  spooled(): number;
  /** How many are acknowledged and not seen recorded. */
  kept(): number;
  /** A request of this client was seen recorded. */
  noteRecorded(requestId: string): void;
  /** The queue has lost its data: whatever was not seen recorded is sent again. */
  resend(): void;
  /** So many of a hundred batches go through an ingest of an older release. */
  setOlderShare(percent: number): void;
  close(): Promise<void>;
};

export type ChaosClientOptions = {
  readonly name: string;
  readonly clusterId: string;
  readonly random: Random;
  readonly batches: BatchMaker;
  /** Read at every send: keys are replaced. */
  readonly key: () => string;
  readonly urls: readonly string[];
  readonly older: OlderIngest;
  readonly eventsPerSecond: number;
  readonly tally: Tally;
};

/** Requests under way at once. */
const SENDERS = 2;

/**
 * A client that gets no answer for so long sends again; ingest answers within two seconds whatever happens behind it.
 */
const ANSWER_WITHIN_MS = 5_000;

/** Real clients wait as long as Retry-After says; here the time is short, and many requests find more. */
const AGAIN_AFTER_MS = 200;

/** Batches in the spool at which no more are made: a client's disk is as little without end as our memory. */
const SPOOL_MAX = 2_000;

const REPLAY_PERCENT = 5;

const answerSchema = z.object({ accepted: z.number(), rejected: z.number() });

export function startChaosClient(options: ChaosClientOptions): ChaosClient {
  const { name, random, batches, key, urls, older, eventsPerSecond, tally } = options;
  const requests = new Map<string, SentRequest>();
  const spool: ChaosBatch[] = [];
  const kept = new Map<number, ChaosBatch>();
  const recorded = new Set<number>();
  const inHand = new Set<ChaosBatch>();
  const closer = new AbortController();
  let epoch = 0;
  let isMaking = true;
  let olderPercent = 0;

  const make = async (): Promise<void> => {
    while (isMaking && !closer.signal.aborted) {
      const batch = batches.next();
      spool.push(batch);
      do await delay((batch.events.length / eventsPerSecond) * 1_000);
      while (spool.length >= SPOOL_MAX && isMaking);
    }
  };

  const send = async (batch: ChaosBatch): Promise<'acknowledged' | 'again'> => {
    const requestId = `${name}:${batch.number}:${batch.sends++}`;
    const request = { events: batch.good, epoch, isAcknowledged: false };
    requests.set(requestId, request);
    request.isAcknowledged =
      batch.poison === 0 && random.chance(olderPercent)
        ? await older.add(options.clusterId, requestId, batch.body)
        : await post(batch, requestId);
    return request.isAcknowledged && request.epoch === epoch ? 'acknowledged' : 'again';
  };

  const post = async (batch: ChaosBatch, requestId: string): Promise<boolean> => {
    const answer = await postBody(`${random.pick(urls)}/api/v1/events`, key(), requestId, batch.body);
    tally.noteAnswer(answer?.status);
    if (answer === undefined || [401, 429, 503].includes(answer.status)) return false;
    const counts = answer.status === 202 ? answerSchema.safeParse(readJson(answer.text)).data : undefined;
    if (counts?.accepted === batch.good && counts.rejected === batch.poison) return true;
    tally.noteProblem(`${requestId}: answer ${answer.status} ${answer.text.slice(0, 300)}`);
    return false;
  };

  const work = async (): Promise<void> => {
    while (!closer.signal.aborted) {
      const [batch] = spool.splice(random.int(Math.max(1, spool.length)), 1);
      if (batch === undefined) {
        await delay(20);
        continue;
      }
      inHand.add(batch);
      const outcome = await send(batch);
      inHand.delete(batch);
      // What was recorded by an earlier send whose answer was lost need not be sent again, but may be.
      if (outcome === 'again') {
        spool.push(batch);
        await delay(AGAIN_AFTER_MS * (0.5 + random.int(100) / 100));
        continue;
      }
      if (!recorded.has(batch.number)) kept.set(batch.number, batch);
      if (!random.chance(REPLAY_PERCENT) || !isMaking) continue;
      tally.count('replays of whole batches');
      spool.push(batch);
    }
  };

  const running = [make(), ...Array.from({ length: SENDERS }, work)];
  return {
    name,
    requests,
    stopMaking() {
      isMaking = false;
    },
    spooled: () => spool.length + inHand.size,
    kept: () => kept.size,
    noteRecorded(requestId) {
      const number = Number(requestId.split(':')[1]);
      const batch = kept.get(number);
      kept.delete(number);
      if (recorded.has(number)) return;
      recorded.add(number);
      if (batch !== undefined) batches.noteRecorded(batch);
    },
    resend() {
      epoch += 1;
      spool.push(...kept.values());
      kept.clear();
    },
    setOlderShare(percent) {
      olderPercent = percent;
    },
    async close() {
      closer.abort();
      await Promise.all(running);
    },
  };
}

/** One request; `undefined` when there was no answer, which means: perhaps taken. */
async function postBody(
  url: string,
  key: string,
  requestId: string,
  body: string,
): Promise<{ status: number; text: string } | undefined> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/cloudevents-batch+json',
        authorization: `Bearer ${key}`,
        'x-request-id': requestId,
      },
      body,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    return { status: answer.status, text: await answer.text() };
  } catch {
    // Reset, cut off, refused or too late: all the same to a client.
    return undefined;
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
