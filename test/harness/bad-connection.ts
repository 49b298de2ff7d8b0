import { once } from 'node:events';
import { type IncomingMessage, type OutgoingHttpHeaders, request as openRequest } from 'node:http';
import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** A request as a client could send it, careful or not. */
export type HttpRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  /** A function makes a stream that is sent in chunks. */
  readonly body: string | Buffer | (() => Readable);
};

/** Bytes for a connection, for what no HTTP client would send. */
export type WireRequest = {
  readonly wire: string | Buffer;
  /** Whether our side of the connection ends after them. */
  readonly isEnd: boolean;
};

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
};

/** The longest timeout of ingest, for a whole request, is 30 s; nothing here may need it. */
const ANSWER_WITHIN_MS = 20_000;

/** Sends one request on a connection of its own and reads the answer, also when that comes before all is sent. */
export function send(url: string, request: HttpRequest | WireRequest): Promise<Answer> {
  return 'wire' in request ? sendWire(url, request) : sendHttp(url, request);
}

async function sendHttp(url: string, { method, path, headers, body }: HttpRequest): Promise<Answer> {
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const { hostname, port } = new URL(url);
  // The path goes out as it is: a URL would repair it.
  const sent = openRequest({ hostname, port, path, method, headers, agent: false, signal });
  const answered = once(sent, 'response', { signal });
  // A connection that is cut after the answer is no failure; without an answer `answered` rejects too.
  sent.on('error', () => undefined);
  if (typeof body === 'function') {
    const stream = body().on('error', () => undefined);
    sent.once('close', () => stream.destroy());
    stream.pipe(sent);
  } else sent.end(body);
  const [answer]: IncomingMessage[] = await answered;
  if (answer === undefined) throw new Error('no answer');
  const read = { status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) };
  sent.destroy();
  return read;
}

function sendWire(url: string, { wire, isEnd }: WireRequest): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  return new Promise((resolve, reject) => {
    let received = '';
    const fail = (reason: string): void => {
      socket.destroy();
      reject(new Error(`${reason} after ${JSON.stringify(received)}`));
    };
    socket.setTimeout(ANSWER_WITHIN_MS, () => fail('no answer in time'));
    socket.on('error', ({ message }) => fail(message)).on('end', () => fail('the connection ended'));
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
      const answer = readAnswer(received);
      if (answer === undefined) return;
      resolve(answer);
      socket.destroy();
    });
    socket.write(wire);
    if (isEnd) socket.end();
  });
}

/** The first answer in what was received, once it is complete. */
function readAnswer(received: string): Answer | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = received.slice(0, headEnd).split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const length = Number(headers['content-length']);
  const body = received.slice(headEnd + 4, headEnd + 4 + length);
  return body.length < length ? undefined : { status: Number(statusLine.split(' ')[1]), headers, body };
}
