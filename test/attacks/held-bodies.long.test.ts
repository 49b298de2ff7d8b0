import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitFor } from '../harness/wait-for.ts';
import { type AttackedIngest, startAttackedIngest } from './attacked-ingest.ts';

const MIB = 1_048_576;

/** 60 MiB: twice what ingest holds of all bodies together. */
const SENDERS = 12;

let ingest: AttackedIngest;
const sockets: Socket[] = [];

beforeAll(async () => {
  ingest = await startAttackedIngest();
});

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await ingest?.close();
});

it('bodies that lack their last byte take the room of their own cluster only', async () => {
  const attack = async (): Promise<void> => {
    for (let sender = 0; sender < SENDERS; sender++) sockets.push(sendNearlyAll());
    await waitFor('the bodies to be held', async () => ((await heldBytes()) > 20 * MIB ? true : undefined));
    await delay(2_000);
  };
  const { statuses } = await ingest.bystander.during(attack());
  expect([...statuses.keys()]).toEqual([202]);
  expect(await heldBytes()).toBeLessThanOrEqual(24 * MIB);
  for (const socket of sockets) socket.destroy();
  await waitFor('them to be let go', async () => ((await heldBytes()) === 0 ? true : undefined));
});

function sendNearlyAll(): Socket {
  const { hostname, port } = new URL(ingest.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined).resume();
  socket.write(
    `POST /api/v1/events HTTP/1.1\r\nhost: h\r\nauthorization: Bearer ${ingest.attacker.key}\r\n` +
      `content-type: application/cloudevents-batch+json\r\ncontent-length: ${5 * MIB}\r\n\r\n`,
  );
  socket.write(Buffer.alloc(5 * MIB - 1, ' '));
  return socket;
}

async function heldBytes(): Promise<number> {
  const metrics = await (await fetch(`${ingest.url}/metrics`)).text();
  return Number(/^ingest_in_flight_bytes (\d+)/m.exec(metrics)?.[1]);
}
