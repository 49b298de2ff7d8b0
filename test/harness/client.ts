import { setTimeout as delay } from 'node:timers/promises';
import type { PostedEvent } from './events.ts';

/** A client that sends a batch until it is acknowledged, as every cluster must. */
export type TestClient = {
  /** @returns how many events the ingest acknowledged over all sends of this client; each call adds its batch once. */
  send(events: readonly PostedEvent[]): Promise<{ accepted: number; sends: number }>;
};

/** Between two sends of the same batch while the ingest refuses or is away. */
const RESEND_AFTER_MS = 100;

/** A fault test brings everything back long before. */
const SENDS_MAX = 600;

export function createTestClient(url: string, key: string): TestClient {
  return {
    async send(events) {
      for (let sends = 1; sends <= SENDS_MAX; sends++) {
        const answer = await post(url, key, JSON.stringify(events));
        if (answer?.status === 202) return { accepted: (await accepted(answer)).accepted, sends };
        if (answer !== undefined && answer.status !== 503 && answer.status !== 429)
          throw new Error(`unexpected answer ${answer.status}: ${await answer.text()}`);
        await answer?.body?.cancel();
        await delay(RESEND_AFTER_MS);
      }
      throw new Error('the ingest did not acknowledge the batch');
    },
  };
}

/** One request; `undefined` when there was no answer, which means: perhaps taken, send again. */
export async function post(url: string, key: string, body: string): Promise<Response | undefined> {
  try {
    return await fetch(`${url}/api/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents-batch+json', authorization: `Bearer ${key}` },
      body,
      signal: AbortSignal.timeout(10_000),
    });
  } catch {
    return undefined;
  }
}

async function accepted(answer: Response): Promise<{ accepted: number }> {
  const body: unknown = await answer.json();
  if (typeof body !== 'object' || body === null || !('accepted' in body) || typeof body.accepted !== 'number')
    throw new Error('the answer has no count of accepted events');
  return { accepted: body.accepted };
}
