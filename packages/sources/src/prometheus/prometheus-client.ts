import { readFile } from 'node:fs/promises';
import { ask } from '../asking/ask.ts';
import { SourceError } from '../source-error.ts';
import { readPrometheusAnswer, type Series } from './read-answer.ts';

export type PrometheusOptions = {
  /** `http://prometheus.monitoring:9090`; it may have a path. */
  readonly url: URL;
  /** A file with a bearer token, which is read for each question: tokens are renewed while we run. */
  readonly tokenFile?: string;
  /** For one answer; default: 2 minutes. */
  readonly timeoutMs?: number;
};

export type PrometheusAnswer = {
  readonly series: readonly Series[];
  /** What its clock said; see `Answer` of questions over HTTP. */
  readonly serverTime: number | undefined;
};

/** Asks a Prometheus, or what speaks like it: Thanos, Mimir. Times are milliseconds since the epoch. */
export type PrometheusClient = {
  /** What a query is at a time; with a range at the end of the query, all samples of that range. */
  readonly at: (query: string, time: number, signal: AbortSignal) => Promise<PrometheusAnswer>;
  /** What a query is at each step from the first time to the last. */
  readonly over: (query: string, steps: Steps, signal: AbortSignal) => Promise<PrometheusAnswer>;
};

export type Steps = { readonly first: number; readonly last: number; readonly stepMs: number };

const WHOM = 'Prometheus';

/** What Prometheus itself gives a query at most by default. */
const TIMEOUT_MS = 120_000;

/** The methods throw SourceError. */
export function createPrometheusClient({
  url,
  tokenFile,
  timeoutMs = TIMEOUT_MS,
}: PrometheusOptions): PrometheusClient {
  const post = async (path: string, parameters: Readonly<Record<string, string>>, signal: AbortSignal) => {
    const address = new URL(url);
    address.pathname = `${url.pathname.replace(/\/$/, '')}/api/v1/${path}`;
    const headers = tokenFile === undefined ? {} : { authorization: `Bearer ${await readToken(tokenFile)}` };
    // Thanos leaves stores that are away out of its answer unless it is told not to.
    const body = new URLSearchParams({ ...parameters, partial_response: 'false' });
    // By POST: queries are longer than addresses may be.
    const { text, serverTime } = await ask({
      url: address,
      whom: WHOM,
      method: 'POST',
      headers,
      body,
      timeoutMs,
      signal,
    });
    return { series: readPrometheusAnswer(text, WHOM), serverTime };
  };
  return {
    at: (query, time, signal) => post('query', { query, time: toSeconds(time) }, signal),
    over: (query, { first, last, stepMs }, signal) =>
      post('query_range', { query, start: toSeconds(first), end: toSeconds(last), step: toSeconds(stepMs) }, signal),
  };
}

function toSeconds(ms: number): string {
  return String(ms / 1_000);
}

async function readToken(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new SourceError('ACCESS_DENIED', `the token of Prometheus cannot be read from ${file}`, { cause: error });
  }
}
