import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export type TestRequest = {
  readonly headers: IncomingMessage['headers'];
  readonly path: string;
  readonly bytes: number;
  readonly ids: readonly string[];
  readonly body: string;
  readonly remotePort: number;
};

/** What a server does with a request; nothing: it accepts every event. */
export type Behaviour = (request: TestRequest, response: ServerResponse, index: number) => unknown;

/** An ingest of the test: it answers as it is told, and remembers what it accepted with 202. */
export type TestServer = {
  readonly url: string;
  readonly requests: TestRequest[];
  /** Ids that were acknowledged, each as often as it was. */
  readonly accepted: string[];
  behave(behaviour: Behaviour): void;
  /** What its clock says from now on, in milliseconds since the epoch; whoever asks with HEAD is told only that. */
  tellTime(now: () => number): void;
  close(): Promise<void>;
};

export async function startTestServer(port = 0): Promise<TestServer> {
  const requests: TestRequest[] = [];
  const accepted: string[] = [];
  let behaviour: Behaviour = () => undefined;
  let now = Date.now;
  const server = createServer(async (message, response) => {
    response.setHeader('date', new Date(now()).toUTCString());
    if (message.method === 'HEAD') {
      response.writeHead(404).end();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(Buffer.from(chunk));
    const raw = Buffer.concat(chunks);
    const body = (message.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString('utf8');
    const ids = (JSON.parse(body) as { id: string }[]).map(({ id }) => id);
    const { headers, url: path = '' } = message;
    const request = { headers, path, bytes: raw.length, ids, body, remotePort: message.socket.remotePort ?? 0 };
    requests.push(request);
    await behaviour(request, response, requests.length - 1);
    if (response.writableEnded || response.destroyed || response.headersSent) return;
    accepted.push(...ids);
    answer(response, 202, { accepted: ids.length, rejected: 0, errors: [] });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    accepted,
    behave(next) {
      behaviour = next;
    },
    tellTime(next) {
      now = next;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Refuses some events of a request as ingest does, and accepts the others. */
export function refuseSome(
  server: Pick<TestServer, 'accepted'>,
  { ids }: TestRequest,
  response: ServerResponse,
  problemOf: (id: string) => Readonly<Record<string, unknown>> | undefined,
): void {
  const errors = ids.flatMap((id, index) => {
    const problem = problemOf(id);
    return problem === undefined ? [] : [{ index, id, pointer: '/data', detail: 'of the test', ...problem }];
  });
  const accepted = ids.filter((id) => problemOf(id) === undefined);
  server.accepted.push(...accepted);
  if (accepted.length > 0) answer(response, 202, { accepted: accepted.length, rejected: errors.length, errors });
  else if (errors.some((error) => 'retryAfterSeconds' in error))
    answer(response, 503, { code: 'EVENTS_TOO_EARLY', errors }, { 'retry-after': '1' });
  else answer(response, 400, { code: 'NO_USABLE_EVENT', errors });
}
