import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a server is like: well, away, answering 500, cut off in the middle, or slow to begin. */
export type Health = 'well' | 'away' | 'failing' | 'cut-off';

export type AnsweringServer = { readonly url: string; close(): Promise<void> };

export type AnsweringOptions = {
  readonly health: () => Health;
  /** What its clock says, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly answer: (request: IncomingMessage, response: ServerResponse) => unknown;
};

/** A server whose clock and health are the test's. */
export async function startAnsweringServer({ health, now, answer }: AnsweringOptions): Promise<AnsweringServer> {
  const server = createServer(async (request, response) => {
    response.setHeader('date', new Date(now()).toUTCString());
    const state = health();
    if (state === 'away') request.socket.destroy();
    else if (state === 'failing') response.writeHead(500).end('the test says no');
    else if (state === 'cut-off') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"code":200', () => request.socket.destroy());
    } else await answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export function answerJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** Hands a request on to another server, and its answer back. */
export async function handOn(target: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const { authorization = '', 'content-type': type = '', 'content-encoding': encoding } = request.headers;
  const headers = {
    authorization,
    'content-type': type,
    ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
  };
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const answered = await fetch(new URL(request.url ?? '/', target), {
    method: request.method ?? 'GET',
    headers,
    ...(isRead ? {} : { body: Buffer.concat(chunks) }),
  });
  const retryAfter = answered.headers.get('retry-after');
  response.writeHead(answered.status, {
    'content-type': answered.headers.get('content-type') ?? 'text/plain',
    ...(retryAfter === null ? {} : { 'retry-after': retryAfter }),
  });
  response.end(Buffer.from(await answered.arrayBuffer()));
}
