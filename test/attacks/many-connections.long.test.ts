import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { send } from '../harness/bad-connection.ts';
import { peakMemoryBytes } from '../harness/peak-memory.ts';
import { waitFor } from '../harness/wait-for.ts';
import { type AttackedIngest, startAttackedIngest } from './attacked-ingest.ts';

const CONNECTIONS = 10_000;

/** What ingest keeps open at one time. */
const KEPT_MAX = 5_000;

/** Opened at one time: more than the queue of the listening socket would be retried by the kernel, seconds later. */
const AT_ONCE = 200;

/** 5,000 idle connections cost 66 MB beside the 115 MB of the start. */
const MEMORY_BYTES_MAX = 400_000_000;

let ingest: AttackedIngest;
const sockets: Socket[] = [];

beforeAll(async () => {
  ingest = await startAttackedIngest();
});

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await ingest?.close();
});

it('10,000 connections: who has one is served, the surplus is closed, and others get in again', async () => {
  const { statuses } = await ingest.bystander.during(openAll());
  expect([...statuses.keys()]).toEqual([202]);
  await waitFor('the surplus to be closed', () => (countOpen() <= KEPT_MAX ? true : undefined));
  expect(peakMemoryBytes(ingest.pid)).toBeLessThan(MEMORY_BYTES_MAX);
  // Those that say nothing are ended like slow senders; then there is room for everybody.
  const after = await ingest.bystander.during(
    waitFor('the idle ones to be closed', () => (countOpen() === 0 ? true : undefined)),
  );
  expect([...after.statuses.keys()]).toEqual([202]);
  const { status } = await send(ingest.url, { method: 'GET', path: '/readyz', headers: {}, body: '' });
  expect(status).toBe(200);
});

/** Opens all of them, as fast as the machine takes them, and leaves them open. */
async function openAll(): Promise<void> {
  while (sockets.length < CONNECTIONS) await Promise.all(Array.from({ length: AT_ONCE }, open));
}

async function open(): Promise<void> {
  const { hostname, port } = new URL(ingest.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined).resume();
  sockets.push(socket);
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]).catch(() => undefined);
}

function countOpen(): number {
  return sockets.filter(({ closed }) => !closed).length;
}
