import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createLogger } from './create-logger.ts';
import { createRegistry } from './http-metrics.ts';
import { createHttpShell, type HttpShell } from './http-shell.ts';
import { listen } from './listen.ts';

/** Two thousand, and both ends of each are in this process. */
const CONNECTIONS = 2_000;

let shell: HttpShell | undefined;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await shell?.app.close();
});

async function start(): Promise<{ readonly port: number; readonly healthUrl: string }> {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  shell = await createHttpShell({
    logger: createLogger({ name: 'test', destination }),
    registry: createRegistry({ withProcess: false }),
    checks: {},
  });
  shell.app.get('/work', async () => 'done');
  const url = await listen(shell.app, { host: '127.0.0.1', port: 0, healthPort: 0 });
  const healthPort = lines.map((line) => JSON.parse(line).port).find((port) => port !== undefined);
  return { port: Number(new URL(url).port), healthUrl: `http://127.0.0.1:${healthPort}` };
}

it('answers health, and nothing else, on the port of its own', async () => {
  const { healthUrl } = await start();
  for (const path of ['/livez', '/readyz', '/metrics']) expect((await fetch(healthUrl + path)).status).toBe(200);
  expect((await fetch(`${healthUrl}/work`)).status).toBe(404);
});

it('answers health before the connections of 2,000 clients are all accepted', { timeout: 60_000 }, async () => {
  const { port, healthUrl } = await start();
  const connected = Array.from(
    { length: CONNECTIONS },
    () =>
      new Promise<void>((done) => {
        const socket = connect(port, '127.0.0.1', () => done());
        socket.on('error', () => done());
        sockets.push(socket);
      }),
  );
  expect((await fetch(`${healthUrl}/livez`)).status).toBe(200);
  await Promise.all(connected);
  expect((await fetch(`${healthUrl}/readyz`)).status).toBe(200);
});

it('stops answering health when the app is closed', async () => {
  const { healthUrl } = await start();
  await fetch(`${healthUrl}/livez`);
  await shell?.app.close();
  await expect(fetch(`${healthUrl}/livez`)).rejects.toThrow();
});
