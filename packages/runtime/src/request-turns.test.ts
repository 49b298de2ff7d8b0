import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createLogger } from './create-logger.ts';
import { createRegistry } from './http-metrics.ts';
import { createHttpShell, type HttpShell } from './http-shell.ts';

/** Connections that send their next request as soon as they have an answer. */
const BUSY = 200;

/** Connections that come then, all at once. */
const NEWCOMERS = 50;

const REQUEST = 'GET /work HTTP/1.1\r\nhost: test\r\n\r\n';

let shell: HttpShell | undefined;
let answers = 0;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await shell?.app.close();
});

async function start(): Promise<number> {
  shell = await createHttpShell({
    logger: createLogger({ name: 'test', destination: { write: () => undefined } }),
    registry: createRegistry({ withProcess: false }),
    checks: {},
  });
  shell.app.get('/work', async () => {
    // What an event costs that has to be read and checked.
    for (const end = performance.now() + 0.2; performance.now() < end; );
    answers += 1;
    return 'done';
  });
  return Number(new URL(await shell.app.listen({ host: '127.0.0.1', port: 0 })).port);
}

function open(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  return socket;
}

it('accepts who comes new though hundreds of connections always have a request ready', async () => {
  const port = await start();
  for (let i = 0; i < BUSY; i += 1) {
    const socket = open(port).on('data', () => socket.write(REQUEST));
    await once(socket, 'connect');
    socket.write(REQUEST);
  }
  answers = 0;
  const served = Array.from({ length: NEWCOMERS }, async () => {
    const socket = open(port);
    socket.write(REQUEST);
    await once(socket, 'data');
  });
  await Promise.all(served);
  // One round of all for each newcomer would be 10,000.
  expect(answers).toBeLessThan((NEWCOMERS * BUSY) / 4);
});

it('answers a prober before the requests that wait', async () => {
  const port = await start();
  for (let i = 0; i < BUSY; i += 1) {
    const socket = open(port).on('data', () => socket.write(REQUEST));
    await once(socket, 'connect');
    socket.write(REQUEST);
  }
  const prober = open(port);
  await once(prober, 'connect');
  for (let i = 0; i < 10; i += 1) {
    prober.write('GET /livez HTTP/1.1\r\nhost: test\r\n\r\n');
    const before = answers;
    const [answer] = await once(prober, 'data');
    expect(`${answer}`).toContain('200 OK');
    if (i > 0) expect(answers - before).toBeLessThan(BUSY / 2);
  }
});
