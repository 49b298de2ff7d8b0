import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { PackedEvents } from '../events/packed-events.ts';

/** Bytes of an answer: 5,000 problems with their texts are below 2 MB. A longer one is not from ingest. */
const ANSWER_BYTES_MAX = 8 * 1_024 * 1_024;

/** Smaller bodies are sent as they are: compressing would cost more than it saves. */
const GZIP_BYTES_MIN = 1_024;

/** Events repeat their names, so the fastest level already takes nine tenths away. */
const GZIP_LEVEL = 1;

const compress = promisify(gzip);

/** What came back. */
export type HttpAnswer = {
  readonly status: number;
  readonly text: string;
  /** What Retry-After asks for. */
  readonly retryAfterMs: number | undefined;
};

/** No answer, or not all of one: the events may have been taken. */
export class NoAnswerError extends Error {
  /** Whether a connection that had been idle was closed by the other side just then. */
  readonly isStaleConnection: boolean;

  constructor(message: string, options: { readonly isStaleConnection?: boolean; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'NoAnswerError';
    this.isStaleConnection = options.isStaleConnection ?? false;
  }
}

export type Poster = {
  /**
   * Sends events in one request.
   *
   * @throws NoAnswerError, or what `key` throws.
   */
  post(events: PackedEvents): Promise<HttpAnswer>;
  /** Ends requests under way. */
  abort(): void;
  close(): void;
};

export type PosterOptions = {
  readonly url: URL;
  readonly key: () => string | Promise<string>;
  readonly connections: number;
  readonly requestTimeoutMs: number;
  readonly isCompressed: boolean;
};

export function createPoster({ url, key, connections, requestTimeoutMs, isCompressed }: PosterOptions): Poster {
  const isHttps = url.protocol === 'https:';
  const agentOptions = { keepAlive: true, maxSockets: connections };
  const agent = isHttps ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
  const request = isHttps ? requestHttps : requestHttp;
  /** Ends each exchange that is under way. */
  const underWay = new Set<(reason: NoAnswerError) => void>();

  const exchange = async (events: PackedEvents, onSent: (sent: ClientRequest) => void): Promise<HttpAnswer> => {
    const plain = Buffer.concat([Buffer.from('['), events.bytes, Buffer.from(']')]);
    const isGzip = isCompressed && plain.length >= GZIP_BYTES_MIN;
    const body = isGzip ? await compress(plain, { level: GZIP_LEVEL }) : plain;
    const headers = {
      'content-type': 'application/cloudevents-batch+json',
      'content-length': String(body.length),
      ...(isGzip ? { 'content-encoding': 'gzip' } : {}),
      authorization: `Bearer ${(await key()).trim()}`,
    };
    const sent = request(url, { method: 'POST', agent, headers });
    onSent(sent);
    const answered = awaitAnswer(sent);
    sent.end(body);
    return readAnswer(await answered);
  };

  return {
    post(events) {
      return new Promise((resolve, reject) => {
        let sent: ClientRequest | undefined;
        let ended: NoAnswerError | undefined;
        const end = (reason: NoAnswerError): void => {
          ended = reason;
          sent?.destroy(reason);
          reject(reason);
        };
        // One deadline for all of it: reading the key, finding the host, connecting, sending, and the whole answer.
        const timer = setTimeout(
          () => end(new NoAnswerError(`nothing within ${requestTimeoutMs} ms`)),
          requestTimeoutMs,
        );
        underWay.add(end);
        exchange(events, (made) => {
          sent = made;
          if (ended !== undefined) made.destroy(ended);
        })
          .then(resolve, (error: unknown) => reject(toNoAnswer(error, sent)))
          .finally(() => {
            clearTimeout(timer);
            underWay.delete(end);
          });
      });
    },
    abort() {
      for (const end of underWay) end(new NoAnswerError('the client was closed'));
    },
    close: () => agent.destroy(),
  };
}

function awaitAnswer(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.on('response', resolve);
    // Also after the answer began: without a listener it would end the process.
    sent.on('error', reject);
  });
}

/** What happened before there was a request is its own error. */
function toNoAnswer(cause: unknown, sent: ClientRequest | undefined): unknown {
  if (sent === undefined || cause instanceof NoAnswerError) return cause;
  const isReset = cause instanceof Error && 'code' in cause && (cause.code === 'ECONNRESET' || cause.code === 'EPIPE');
  return new NoAnswerError(describe(cause), { cause, isStaleConnection: sent.reusedSocket && isReset });
}

async function readAnswer(answer: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > ANSWER_BYTES_MAX) throw new Error(`an answer of more than ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(bytes);
  }
  return {
    status: answer.statusCode ?? 0,
    text: Buffer.concat(chunks).toString('utf8'),
    retryAfterMs: readRetryAfter(answer.headers['retry-after'], answer.headers.date),
  };
}

/** Seconds, or a date by the clock of who says it: ours may be wrong. */
function readRetryAfter(text: string | undefined, date: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text.trim())) return Number(text) * 1_000;
  const waitMs = Date.parse(text) - Date.parse(date ?? '');
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}

/** A host with several addresses fails with the errors of all of them, and no message of its own. */
function describe(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(describe).join(', ');
  return cause instanceof Error ? cause.message : String(cause);
}
