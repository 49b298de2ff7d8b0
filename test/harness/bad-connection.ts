import { once } from 'node:events';
import { type IncomingMessage, request as openRequest } from 'node:http';
import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** A request as a client could send it, careful or not. */
export type HttpRequest = {
  /** Default POST. */
  readonly method?: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** A function makes a stream that is sent in chunks. */
  readonly body?: string | Buffer | (() => Readable);
};

/** Bytes for a connection, for what no HTTP client would send. Our side ends its half of the connection after them. */
export type WireRequest = { readonly wire: string | Buffer };

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
};

/** The longest timeout of ingest, for a whole request, is 30 s; nothing here may need it. */
const ANSWER_WITHIN_MS = 20_000;

/** Sends one request on a connection of its own and reads the answer, also when that comes before all is sent. */
export function send(url: string, request: HttpRequest | WireRequest): Promise<Answer> {
  return 'wire' in request ? sendWire(url, request) : sendHttp(url, request);
}

async function sendHttp(url: string, { method = 'POST', path, headers, body = '' }: HttpRequest): Promise<Answer> {
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

async function sendWire(url: string, { wire }: WireRequest): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy(new Error('no answer in time')));
  socket.end(wire);
  const answer = await text(socket);
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  // What follows belongs to the next answer on the connection.
  return { status: Number(statusLine.split(' ')[1]), headers, body: body.slice(0, Number(headers['content-length'])) };
}
