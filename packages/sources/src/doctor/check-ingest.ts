import { createEventMaker } from '@hopsmeter/client';
import { z } from 'zod';
import { type Answer, ask } from '../asking/ask.ts';
import { formatMoment } from '../asking/utc-hour.ts';
import type { CollectorSettings } from '../settings/collector-settings.ts';
import { createClusterKeyReader } from '../settings/create-sources.ts';
import { type Check, CheckFailure } from './check.ts';
import { checkClock } from './check-clock.ts';

const TIMEOUT_MS = 15_000;
const WHOM = 'ingest';

const problemSchema = z.object({
  code: z.string().optional(),
  errors: z.array(z.object({ code: z.string() })).optional(),
});

/** Checks of where usage is sent; no event of them is counted. */
export function createIngestChecks(settings: CollectorSettings, now: () => number): readonly Check[] {
  const { INGEST_URL: url, CLUSTER_ID: clusterId } = settings;
  const readKey = createClusterKeyReader(settings);
  const post = async (events: readonly unknown[], signal: AbortSignal): Promise<Answer> =>
    ask({
      url: new URL(`${url.replace(/\/+$/, '')}/api/v1/events`),
      whom: WHOM,
      method: 'POST',
      headers: { authorization: `Bearer ${await readKey()}`, 'content-type': 'application/cloudevents-batch+json' },
      body: JSON.stringify(events),
      timeoutMs: TIMEOUT_MS,
      statuses: [400, 403],
      signal,
    });
  const advice: Check['advice'] = {
    UNREACHABLE: 'see INGEST_URL, and whether the network policy lets it out',
    TIMED_OUT: 'see INGEST_URL, and whether the network policy lets it out',
    ACCESS_DENIED: 'make a key for the cluster in hopsmeter, and set CLUSTER_KEY or the file of CLUSTER_KEY_FILE to it',
    ANSWER_FAILED: 'INGEST_URL is where ingest is, without /api/v1/events',
  };

  return [
    {
      name: 'ingest',
      advice,
      async run(signal) {
        const { status, text, serverTime } = await post([], signal);
        if (status !== 202 || !text.includes('"accepted"'))
          throw new CheckFailure(`what answers at INGEST_URL is not ingest: it answered ${status}`);
        checkClock(serverTime, now(), WHOM);
        return { text: `${url} takes the key${serverTime === undefined ? '' : ', and the clocks agree'}` };
      },
    },
    {
      name: 'cluster',
      advice,
      async run(signal) {
        const { status, text } = await post([createRefusedEvent(clusterId, now())], signal);
        const problem = z.safeParse(problemSchema, parseJson(text)).data;
        if (status === 403 && problem?.code === 'FOREIGN_SOURCE_ONLY')
          throw new CheckFailure(
            `the key is not of the cluster ${clusterId}: set CLUSTER_ID or the key to the other's`,
          );
        const codes = problem?.errors?.map(({ code }) => code) ?? [];
        if (status === 400 && codes.includes('INVALID_COUNT'))
          return { text: `the key is of the cluster ${clusterId}` };
        throw new CheckFailure(`ingest does not tell whose the key is: it answered ${status}`);
      },
    },
  ];
}

/**
 * An event that no ingest takes, because it says that less than nothing was reported. What is said of it tells whether
 * its source is the key's: that is judged beside all else.
 */
function createRefusedEvent(clusterId: string, now: number): unknown {
  const window = { start: formatMoment(now - 2), end: formatMoment(now - 1) };
  return createEventMaker(clusterId, '/collector/doctor').manifest({ window, eventCount: -1 });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The page of a proxy tells nothing.
    return undefined;
  }
}
