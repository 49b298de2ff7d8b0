import { lookup as lookUp } from 'node:dns/promises';
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { problemOfWebhookUrl } from '@hopsmeter/db';
import { isPublicAddress } from './public-addresses.ts';

/** From the first question to DNS to the end of the answer. Receivers answer at once and work afterwards. */
export const SEND_TIMEOUT_MS = 10_000;

/** An answer is read so far, so that its sender sees no broken connection; nobody looks at it. */
const ANSWER_BYTES_MAX = 4_096;

/** Headers of an answer; a longer head is not one of a receiver. */
const ANSWER_HEAD_BYTES_MAX = 16_384;

export type Address = { readonly address: string; readonly family: number };

export type SendOptions = {
  /** For tests and local use: also posts to private addresses and by http. */
  readonly isPrivateAllowed: boolean;
  /** Asked once an attempt. Default: the system's resolver. */
  readonly resolve?: ((host: string) => Promise<readonly Address[]>) | undefined;
  /** Default {@link SEND_TIMEOUT_MS}. */
  readonly timeoutMs?: number | undefined;
};

/** What is posted. */
export type WebhookMessage = { readonly headers: Readonly<Record<string, string>>; readonly body: string };

/** An attempt that nothing was sent with, or no answer came to. The message is for people and holds no secret. */
class SendError extends Error {
  override readonly name = 'SendError';
}

/**
 * Posts a message to an address that somebody gave us, and returns the status of the answer.
 *
 * Safe against being led inside: the address must have a form that `problemOfWebhookUrl` finds nothing wrong with; its
 * name is resolved once, every address that it has must be public, and the connection goes to one of those very
 * addresses (so a name cannot lead elsewhere a moment later). TLS still checks the name. Redirects are answers like any
 * other and are not followed. Nothing of the answer but its status is kept.
 *
 * @throws SendError
 */
export async function sendWebhook(url: string, message: WebhookMessage, options: SendOptions): Promise<number> {
  const { isPrivateAllowed, resolve = resolveHost, timeoutMs = SEND_TIMEOUT_MS } = options;
  const problem = problemOfWebhookUrl(url, isPrivateAllowed);
  if (problem !== undefined) throw new SendError(`the address is refused: ${problem}`);
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const target = new URL(url);
    const address = await orAborted(chooseAddress(target.hostname, resolve, isPrivateAllowed), signal);
    return await post(target, message, address, signal);
  } catch (error) {
    if (signal.aborted) throw new SendError(`no answer within ${timeoutMs} ms`, { cause: error });
    throw error instanceof SendError ? error : new SendError(describe(error), { cause: error });
  }
}

async function resolveHost(host: string): Promise<readonly Address[]> {
  return lookUp(host, { all: true });
}

async function chooseAddress(
  hostname: string,
  resolve: (host: string) => Promise<readonly Address[]>,
  isPrivateAllowed: boolean,
): Promise<Address> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const addresses = await resolve(host);
  const [first] = addresses;
  if (first === undefined) throw new SendError(`${host} has no address`);
  // All of them: a name that is half inside is no receiver's.
  const inside = addresses.find(({ address }) => !isPublicAddress(address));
  if (inside !== undefined && !isPrivateAllowed)
    throw new SendError(`${host} leads to ${inside.address}, which is no public address`);
  return first;
}

function post(url: URL, { headers, body }: WebhookMessage, address: Address, signal: AbortSignal): Promise<number> {
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    lookup: lookupOf(address),
    // A connection of its own: one that is kept could lead to an address that was checked for another attempt.
    agent: false,
    maxHeaderSize: ANSWER_HEAD_BYTES_MAX,
    signal,
  };
  return new Promise((resolve, reject) => {
    const sent =
      url.protocol === 'https:'
        ? requestHttps(url, { ...options, rejectUnauthorized: true }, readAnswer)
        : requestHttp(url, options, readAnswer);
    let status: number | undefined;
    // The status decides, however the rest of the answer ends; the signal ends it at last.
    const end = (error: Error): void => (status === undefined ? reject(error) : resolve(status));
    function readAnswer(answer: IncomingMessage): void {
      const { statusCode = 0 } = answer;
      status = statusCode;
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > ANSWER_BYTES_MAX) answer.destroy();
      });
      answer.on('error', end);
      answer.on('close', () => resolve(statusCode));
    }
    sent.on('error', end);
    sent.end(body);
  });
}

/** Answers every question with the address that was checked. */
function lookupOf({ address, family }: Address): LookupFunction {
  return (_hostname, { all }, callback) => {
    if (all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

/** `ECONNRESET: socket hang up` */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? `${error.code}: ` : '';
  return code + error.message;
}
