import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A message as a receiver got it. */
export type Received = { readonly headers: IncomingHttpHeaders; readonly body: string; readonly url: string };

/** What a receiver does with a message that it has read. */
export type Reaction = (answer: ServerResponse, received: Received) => void;

/** For tests: a real server on this machine that webhooks are posted to. */
export type Receiver = {
  readonly url: string;
  readonly received: readonly Received[];
  /** What it does from now on. Default: answers 200. */
  react: Reaction;
  close(): Promise<void>;
};

/** Answers with a status and nothing else. */
export const answerWith =
  (status: number, headers: Record<string, string> = {}): Reaction =>
  (answer) =>
    answer.writeHead(status, headers).end();

/** Reads the message and breaks the connection. */
export const breakOff: Reaction = (answer) => answer.socket?.resetAndDestroy();

/** Reads the message and never answers. */
export const sayNothing: Reaction = () => undefined;

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(async (request, answer) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const message = { headers: request.headers, body, url: request.url ?? '' };
    received.push(message);
    receiver.react(answer, message);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const receiver: Receiver = {
    url: `http://127.0.0.1:${address.port}/hook`,
    received,
    react: answerWith(200),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}
