import { Agent, request } from 'node:http';
import { createHistogram, type Histogram } from './histogram.ts';
import { countTwice, placeTwice } from './twice.ts';

/** One line of load: a connection that posts batch after batch. */
export type LoadOptions = {
  readonly url: string;
  readonly clusterId: string;
  readonly key: string;
  readonly eventsPerBatch: number;
  readonly connections: number;
  /** Ends the load: no new batch is begun after this time. */
  readonly seconds: number;
  /** Makes ids distinct between rounds. */
  readonly round: string;
  /** Events per second at most, over all connections. Default: as many as are answered. */
  readonly pace?: number;
  /** Sends half of the events twice, as copies in any order: see {@link placeTwice}. */
  readonly isTwice?: boolean;
  /** Is told of every batch that was acknowledged. */
  readonly onAcknowledged?: (events: number, latencyMs: number) => void;
};

export type LoadResult = {
  readonly accepted: number;
  /** How many of them were no copies of others. */
  readonly distinct: number;
  readonly latencies: Histogram;
  readonly refusals: number;
};

/** Namespaces of the load's cluster: a busy Hopsworks cluster has some hundred projects. */
export const LOAD_NAMESPACES = 100;

/** Posts distinct compute events from several connections until the time is over. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { connections, seconds, eventsPerBatch, pace, isTwice = false, onAcknowledged } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies = createHistogram();
  let accepted = 0;
  let refusals = 0;
  let sequence = 0;
  const begin = performance.now();
  const end = begin + seconds * 1_000;
  const createBody = createBodies(options);
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < end) {
        const body = createBody(sequence, eventsPerBatch);
        const dueMs = pace === undefined ? 0 : begin + (sequence * 1_000) / pace - performance.now();
        sequence += eventsPerBatch;
        if (dueMs > 1) await new Promise((resolve) => setTimeout(resolve, dueMs));
        for (;;) {
          const startedAt = performance.now();
          const status = await post(agent, options, body);
          if (status === 202) {
            const latencyMs = performance.now() - startedAt;
            latencies.add(latencyMs);
            accepted += eventsPerBatch;
            onAcknowledged?.(eventsPerBatch, latencyMs);
            break;
          }
          if (status !== 503 && status !== 429) throw new Error(`the ingest answered ${status}`);
          refusals += 1;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }
    }),
  );
  agent.destroy();
  // Every batch that was begun has been acknowledged, or this was not reached.
  return { accepted, distinct: isTwice ? countTwice(sequence) : accepted, latencies, refusals };
}

/** What one event adds: the amounts are the same for every event, so that the sums can be checked exactly. */
export const LOAD_EVENT = { cpuCoreHours: '0.734512', ramByteHours: 2_684_354_560 } as const;

/**
 * Bodies are put together from ready pieces, because making them with JSON.stringify would cost more than the ingest
 * spends on reading them, and it runs on the same cores.
 */
function createBodies({ clusterId, round, isTwice = false }: LoadOptions): (first: number, count: number) => string {
  const hours = Array.from({ length: 48 }, (_, hour) => {
    const start = new Date(Date.now() - (hour + 2) * 3_600_000);
    start.setUTCMinutes(0, 0, 0);
    const end = new Date(start.getTime() + 3_600_000);
    return { start: start.toISOString(), end: end.toISOString() };
  });
  const tails = Array.from({ length: LOAD_NAMESPACES }, (_, namespace) => {
    const { start, end } = hours[namespace % hours.length] ?? { start: '', end: '' };
    const data =
      `{"namespace":"ns-${namespace}","window":{"start":"${start}","end":"${end}"},` +
      `"cpuCoreHours":"${LOAD_EVENT.cpuCoreHours}","gpuHours":0,"ramByteHours":${LOAD_EVENT.ramByteHours}}`;
    return (
      `","source":"urn:hopsworks:cluster:${clusterId}","specversion":"1.0",` +
      `"type":"ai.hopsworks.usage.compute.v1","time":"${end}","data":${data}}`
    );
  });
  return (first, count) => {
    let body = '[';
    for (let i = first; i < first + count; i++) {
      const event = isTwice ? placeTwice(i) : i;
      body += `${i === first ? '' : ','}{"id":"opencost/${round}/${event}${tails[event % LOAD_NAMESPACES] ?? ''}`;
    }
    return `${body}]`;
  };
}

function post(agent: Agent, { url, key }: LoadOptions, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${url}/api/v1/events`,
      {
        agent,
        method: 'POST',
        headers: {
          'content-type': 'application/cloudevents-batch+json',
          'content-length': Buffer.byteLength(body),
          authorization: `Bearer ${key}`,
        },
      },
      (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode ?? 0));
        answer.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
