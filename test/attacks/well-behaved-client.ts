import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestCluster, TestProject } from '../harness/world.ts';
import { callsEvent } from './calls-event.ts';

/** How the answers to a client were. */
export type Experience = {
  readonly statuses: ReadonlyMap<number, number>;
  /** For benches: no test compares times. */
  readonly p99Ms: number;
};

export type WellBehavedClient = {
  /** Posts a small batch of new events every few milliseconds, as long as `work` takes, and waits for the answers. */
  during(work: Promise<unknown>): Promise<Experience>;
  /** Posts so many batches, one after the other. @returns how often each status was answered. */
  send(batches: number): Promise<Experience['statuses']>;
  /** Batches that were acknowledged so far. */
  sentBatches(): number;
  close(): void;
};

export const BATCH_EVENTS = 10;

/** Creates a client that means no harm; its connections stay open, and requests wait for a free one. */
export function createWellBehavedClient(
  url: string,
  { key }: TestCluster,
  project: TestProject,
  { everyMs, connectionsMax }: { readonly everyMs: number; readonly connectionsMax: number },
): WellBehavedClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connectionsMax });
  let count = 0;
  let sent = 0;
  const post = async (): Promise<number> => {
    const events = Array.from({ length: BATCH_EVENTS }, () => callsEvent(project, `well-behaved-${count++}`));
    const status = await postBody(url, key, Buffer.from(JSON.stringify(events)), agent);
    if (status === 202) sent += 1;
    return status;
  };
  return {
    async during(work) {
      const statuses = new Map<number, number>();
      const tookMs: number[] = [];
      let isOver = false;
      const over = work.finally(() => {
        isOver = true;
      });
      const posting: Promise<void>[] = [];
      const measure = async (): Promise<void> => {
        const startedAt = performance.now();
        const status = await post();
        tookMs.push(performance.now() - startedAt);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      };
      do {
        posting.push(measure());
        await delay(everyMs);
      } while (!isOver);
      await Promise.all([over, ...posting]);
      tookMs.sort((a, b) => a - b);
      return {
        statuses,
        p99Ms: tookMs[Math.floor(tookMs.length * 0.99)] ?? Number.POSITIVE_INFINITY,
      };
    },
    async send(batches) {
      const statuses = new Map<number, number>();
      for (let batch = 0; batch < batches; batch++) {
        const status = await post();
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
      return statuses;
    },
    sentBatches: () => sent,
    close: () => agent.destroy(),
  };
}

/** Posts a batch and reads the answer to its end. @returns its status */
export function postBody(url: string, key: string, body: Buffer, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}/api/v1/events`,
      {
        agent,
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/cloudevents-batch+json',
          'content-length': body.length,
        },
      },
      (answer) => {
        answer.on('end', () => resolve(answer.statusCode ?? 0)).on('error', reject);
        answer.resume();
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
