import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AttackedIngest, startAttackedIngest } from './attacked-ingest.ts';

/** Enough to be an attack, and few beside the connections that ingest takes. */
const SENDERS_OF_EACH_KIND = 200;

/** One byte in this time. */
const EVERY_MS = 1_000;

/** Headers have 10 s and a whole request 30 s; every 5 s ingest looks for those that took longer. */
const HEADERS_WITHIN_MS = 20_000;
const REQUEST_WITHIN_MS = 45_000;

let ingest: AttackedIngest;

beforeAll(async () => {
  ingest = await startAttackedIngest();
});

afterAll(() => ingest?.close());

/** Opens a connection, sends the start at once and the rest byte by byte. @returns when it was ended, and what came back */
function trickle(start: string, rest: string): Promise<{ endedAfterMs: number; received: string }> {
  const { hostname, port } = new URL(ingest.url);
  return new Promise((resolve) => {
    const openedAt = performance.now();
    let received = '';
    let sent = 0;
    const socket = connect(Number(port), hostname);
    if (start !== '') socket.write(start);
    const timer = setInterval(() => {
      if (sent < rest.length) socket.write(rest.charAt(sent++));
    }, EVERY_MS);
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(timer);
      resolve({ endedAfterMs: performance.now() - openedAt, received });
    });
  });
}

it('slow senders are ended, whatever they are slow with, and hold up nobody', { timeout: 90_000 }, async () => {
  const start = `POST /api/v1/events HTTP/1.1\r\nhost: h\r\nauthorization: Bearer ${ingest.attacker.key}\r\n`;
  const withLength = `${start}content-type: application/cloudevents-batch+json\r\ncontent-length: 1000\r\n\r\n`;
  const inChunks = `${start}content-type: application/cloudevents-batch+json\r\ntransfer-encoding: chunked\r\n\r\n`;
  const endless = 'x'.repeat(1_000);
  const kinds = [
    { name: 'nothing at all', start: '', rest: '', withinMs: HEADERS_WITHIN_MS },
    { name: 'the first line', start: '', rest: `POST /${endless}`, withinMs: HEADERS_WITHIN_MS },
    { name: 'a header', start, rest: `x: ${endless}`, withinMs: HEADERS_WITHIN_MS },
    { name: 'a body', start: withLength, rest: `[${endless}`, withinMs: REQUEST_WITHIN_MS },
    { name: 'chunks', start: inChunks, rest: '1\r\n \r\n'.repeat(100), withinMs: REQUEST_WITHIN_MS },
  ];
  const attack = Promise.all(
    kinds.flatMap((kind) =>
      Array.from({ length: SENDERS_OF_EACH_KIND }, async () => ({ kind, ...(await trickle(kind.start, kind.rest)) })),
    ),
  );
  const { statuses, longestMs } = await ingest.bystander.during(attack);
  for (const { kind, endedAfterMs, received } of await attack) {
    expect([kind.name, received]).toEqual([kind.name, expect.stringMatching(/^HTTP\/1.1 408/)]);
    expect(received).toContain('REQUEST_TIMEOUT');
    expect(endedAfterMs, kind.name).toBeLessThan(kind.withinMs);
  }
  expect([...statuses.keys()]).toEqual([202]);
  expect(longestMs).toBeLessThan(5_000);
});
