import type { Window } from '@hopsmeter/client';
import { type Answer, ask } from '../asking/ask.ts';
import { SourceError } from '../source-error.ts';

export type OpenCostAddress = {
  /** `http://opencost.opencost:9003` */
  readonly url: URL;
  /** For one answer: OpenCost computes it when it is asked. */
  readonly timeoutMs: number;
};

/**
 * What rows are about. The row of a pod with several containers names the GPU model of one of them, or of none.
 *
 * Labels of pods and namespaces are given only with `includeAggregatedMetadata`.
 */
export type Level = 'cluster,namespace,pod' | 'cluster,namespace,pod,container';

export type OpenCostAnswer = { readonly json: unknown; readonly serverTime: number | undefined };

/** OpenCost samples every five minutes by default, which loses up to 8 %. */
const RESOLUTION = '1m';

/**
 * Asks what was allocated in a window: always a closed one by its two ends, for `1h` is the hour that still runs.
 *
 * @throws SourceError
 */
export async function askAllocations(
  { url, timeoutMs }: OpenCostAddress,
  { start, end }: Window,
  level: Level,
  signal: AbortSignal,
): Promise<OpenCostAnswer> {
  const question = addressOf(url, 'allocation/compute');
  question.searchParams.set('window', `${start},${end}`);
  question.searchParams.set('aggregate', level);
  question.searchParams.set('resolution', RESOLUTION);
  question.searchParams.set('includeAggregatedMetadata', 'true');
  const { text, serverTime } = await ask({ url: question, whom: 'OpenCost', timeoutMs, signal });
  return { json: parseJson(text), serverTime };
}

/** Asks for another page of OpenCost's; the status is 404 where it has no such page. */
export async function askPage(
  { url, timeoutMs }: OpenCostAddress,
  path: string,
  parameters: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Answer> {
  const question = addressOf(url, path);
  for (const [name, value] of Object.entries(parameters)) question.searchParams.set(name, value);
  return ask({ url: question, whom: 'OpenCost', timeoutMs, statuses: [404], signal });
}

/** The address may have a path: OpenCost can stand behind a proxy. */
function addressOf(base: URL, path: string): URL {
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/$/, '')}/${path}`;
  return url;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SourceError('ANSWER_UNREADABLE', 'the answer of OpenCost is no JSON', { cause: error });
  }
}
