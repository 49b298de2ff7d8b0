import { SourceError } from '../source-error.ts';

/** A question over HTTP. */
export type Question = {
  readonly url: URL;
  /** What is asked, in messages: `OpenCost`. */
  readonly whom: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** Of a text, `headers` say what it is. */
  readonly body?: URLSearchParams | string;
  /** From the first byte sent to the last one read. */
  readonly timeoutMs: number;
  /** Default: 64 MiB. */
  readonly bytesMax?: number;
  /** Statuses that are an answer too, such as 404 where that is what was asked. */
  readonly statuses?: readonly number[];
  readonly signal: AbortSignal;
};

export type Answer = {
  readonly status: number;
  readonly text: string;
  /** What the server's clock said, in milliseconds since the epoch; `undefined` where it told no time. */
  readonly serverTime: number | undefined;
};

const BYTES_MAX = 64 * 1_024 * 1_024;

/** Longest part of somebody else's message that is passed on. */
const DETAIL_LENGTH_MAX = 200;

/**
 * Asks, and reads the answer to its end. Redirects are not followed: they would take a key elsewhere.
 *
 * @throws SourceError UNREACHABLE, TIMED_OUT, ACCESS_DENIED (401, 403), ANSWER_FAILED (any other status than 2xx, with
 * the beginning of what was said), ANSWER_UNREADABLE (cut off, too large). @throws the signal's reason.
 */
export async function ask({ url, whom, method = 'GET', headers, body, ...limits }: Question): Promise<Answer> {
  const { timeoutMs, bytesMax = BYTES_MAX, statuses = [], signal } = limits;
  const timeout = AbortSignal.timeout(timeoutMs);
  let hasBegun = false;
  try {
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: { ...headers },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.any([signal, timeout]),
    });
    hasBegun = true;
    const text = await readText(response, whom, bytesMax);
    const answer = { status: response.status, text, serverTime: readDate(response.headers.get('date')) };
    if (response.ok || statuses.includes(response.status)) return answer;
    throw refusedBy(whom, answer);
  } catch (error) {
    if (error instanceof SourceError) throw error;
    signal.throwIfAborted();
    if (timeout.aborted)
      throw new SourceError('TIMED_OUT', `${whom} did not answer within ${timeoutMs / 1_000} s`, { cause: error });
    const detail = causeOf(error);
    throw hasBegun
      ? new SourceError('ANSWER_UNREADABLE', `the answer of ${whom} was cut off: ${detail}`, { cause: error })
      : new SourceError('UNREACHABLE', `${whom} cannot be reached at ${url.host}: ${detail}`, { cause: error });
  }
}

/** The beginning of what somebody else said, on one line. */
export function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > DETAIL_LENGTH_MAX ? `${line.slice(0, DETAIL_LENGTH_MAX)}…` : line;
}

async function readText(response: Response, whom: string, bytesMax: number): Promise<string> {
  const decoder = new TextDecoder();
  let [read, bytes] = ['', 0];
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax)
      throw new SourceError('ANSWER_UNREADABLE', `the answer of ${whom} is larger than ${bytesMax} bytes`);
    read += decoder.decode(chunk, { stream: true });
  }
  return read + decoder.decode();
}

function refusedBy(whom: string, { status, text }: Answer): SourceError {
  const said = excerpt(text);
  const message = `${whom} answered ${status}${said === '' ? '' : `: ${said}`}`;
  return new SourceError(status === 401 || status === 403 ? 'ACCESS_DENIED' : 'ANSWER_FAILED', message);
}

function readDate(text: string | null): number | undefined {
  const time = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** `fetch` says "fetch failed" and hides why. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
