import { ClientError } from './client-error.ts';
import type { ClientProblem } from './client-problem.ts';
import type { Refusal } from './refusal.ts';

/** How a client is made. Only the first three are needed. */
export type ClientOptions = {
  /** Where ingest is: `https://usage.example.com`, with a path before `/api/v1/events` where there is one. */
  readonly url: string;
  /** The cluster's key, or what reads it; it is asked before each request, so a rotated key needs no restart. */
  readonly key: string | (() => string | Promise<string>);
  /** The cluster's id, as hopsmeter lists it. */
  readonly clusterId: string;
  /** What of the cluster reports, such as `/collector`; part of an event's identity. Default: nothing. */
  readonly sourcePath?: string;
  /** Events are kept here until they are acknowledged. Without it they are in memory, and lost with the process. */
  readonly spoolDirectory?: string;
  /** Most bytes of the spool's files, refused and damaged ones included; from 1 MiB. Default: 1 GiB. */
  readonly spoolBytesMax?: number;
  /** When the oldest event has waited longer, `send` rejects. Default: 30 days. */
  readonly spoolAgeMaxMs?: number;
  /** Most bytes of events that wait in memory. Default: 64 MiB. */
  readonly memoryBytesMax?: number;
  /** Most events of a request, up to 5,000. Default: 1,000. */
  readonly batchEventsMax?: number;
  /** Most bytes of a request before compression, up to 5 MiB. Default: 1 MiB. */
  readonly batchBytesMax?: number;
  /** How long events wait for company. Default: 20 ms. */
  readonly batchWaitMs?: number;
  /** Requests under way at once. Default: 4. */
  readonly connections?: number;
  /** How long a request may take, all in all. Default: 30 s. */
  readonly requestTimeoutMs?: number;
  /** How long `close` waits for requests under way, and without a spool for all that waits. Default: 5 s. */
  readonly closeTimeoutMs?: number;
  /** Whether requests are compressed. Default: true. */
  readonly gzip?: boolean;
  /** Told of events that will never be taken as they are; with a spool after they are in its `refusals.ndjson`. */
  readonly onRefused?: (refusals: readonly Refusal[]) => void;
  /** Told what goes wrong while the client goes on. */
  readonly onProblem?: (problem: ClientProblem) => void;
};

export type ReadyOptions = Required<Omit<ClientOptions, 'url' | 'key' | 'spoolDirectory'>> & {
  readonly url: URL;
  readonly key: () => string | Promise<string>;
  readonly spoolDirectory: string | undefined;
};

const MIB = 1_024 * 1_024;
const DAY_MS = 86_400_000;

/** Numbers by their name: default, least, most. */
const NUMBERS = {
  spoolBytesMax: [1_024 * MIB, MIB, Number.MAX_SAFE_INTEGER],
  spoolAgeMaxMs: [30 * DAY_MS, 1, Number.POSITIVE_INFINITY],
  memoryBytesMax: [64 * MIB, 1, Number.MAX_SAFE_INTEGER],
  batchEventsMax: [1_000, 1, 5_000],
  batchBytesMax: [MIB, 1, 5 * MIB - 2],
  batchWaitMs: [20, 0, 60_000],
  connections: [4, 1, 64],
  requestTimeoutMs: [30_000, 1, 600_000],
  closeTimeoutMs: [5_000, 0, 600_000],
} as const;

type NumberName = keyof typeof NUMBERS;

/** @throws ClientError INVALID_OPTION */
export function readOptions(options: ClientOptions): ReadyOptions {
  const { key, clusterId, sourcePath = '', spoolDirectory, gzip = true } = options;
  const number = (name: NumberName): number => {
    const [usual, least, most] = NUMBERS[name];
    const value = options[name] ?? usual;
    if (typeof value === 'number' && value >= least && value <= most) return value;
    throw new ClientError('INVALID_OPTION', `${name} must be a number from ${least} to ${most}, not ${value}`);
  };
  if (typeof key === 'string' && key.trim() === '') throw new ClientError('INVALID_OPTION', 'key must not be empty');
  if (spoolDirectory === '') throw new ClientError('INVALID_OPTION', 'spoolDirectory must not be empty');
  return {
    url: readUrl(options.url),
    key: typeof key === 'string' ? () => key : key,
    clusterId,
    sourcePath,
    spoolDirectory,
    spoolBytesMax: number('spoolBytesMax'),
    spoolAgeMaxMs: number('spoolAgeMaxMs'),
    memoryBytesMax: number('memoryBytesMax'),
    batchEventsMax: number('batchEventsMax'),
    batchBytesMax: number('batchBytesMax'),
    batchWaitMs: number('batchWaitMs'),
    connections: number('connections'),
    requestTimeoutMs: number('requestTimeoutMs'),
    closeTimeoutMs: number('closeTimeoutMs'),
    gzip,
    onRefused: callLater(options.onRefused),
    onProblem: callLater(options.onProblem),
  };
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new ClientError('INVALID_OPTION', `url must begin with http:// or https://, not ${text}`);
  if (url.username !== '' || url.search !== '' || url.hash !== '')
    throw new ClientError('INVALID_OPTION', 'url must hold no user, query or fragment');
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v1/events`;
  return url;
}

/** A callback that throws must not stop a sender: what it throws is uncaught, as that of any event listener. */
function callLater<T>(callback: ((value: T) => void) | undefined): (value: T) => void {
  return (value) => queueMicrotask(() => callback?.(value));
}
