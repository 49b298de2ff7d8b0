import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AttackedIngest, startAttackedIngest } from './attacked-ingest.ts';

/** Enough to be an attack, and few beside the connections that ingest takes. */
const SENDERS_OF_EACH_KIND = 200;

/** One byte in this time. */
const EVERY_MS = 1_000;

let ingest: AttackedIngest;

beforeAll(async () => {
  ingest = await startAttackedIngest();
});

afterAll(() => ingest?.close());

/**
 * Opens a connection, sends the start at once and the rest byte by byte.
 *
 * @returns what came back before it was ended
 */
function trickle(start: string, rest: string): Promise<{ received: string }> {
  const { hostname, port } = new URL(ingest.url);
  return new Promise((resolve) => {
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
      resolve({ received });
    });
  });
}

it('slow senders are ended, whatever they are slow with, and hold up nobody', { timeout: 90_000 }, async () => {
  const start = `POST /api/v1/events HTTP/1.1\r\nhost: h\r\nauthorization: Bearer ${ingest.attacker.key}\r\n`;
  const withLength = `${start}content-type: application/cloudevents-batch+json\r\ncontent-length: 1000\r\n\r\n`;
  const inChunks = `${start}content-type: application/cloudevents-batch+json\r\ntransfer-encoding: chunked\r\n\r\n`;
  const endless = 'x'.repeat(1_000);
  const kinds = [
    { name: 'nothing at all', start: '', rest: '' },
    { name: 'the first line', start: '', rest: `POST /${endless}` },
    { name: 'a header', start, rest: `x: ${endless}` },
    { name: 'a body', start: withLength, rest: `[${endless}` },
    { name: 'chunks', start: inChunks, rest: '1\r\n \r\n'.repeat(100) },
  ];
  const attack = Promise.all(
    kinds.flatMap((kind) =>
      Array.from({ length: SENDERS_OF_EACH_KIND }, async () => ({ kind, ...(await trickle(kind.start, kind.rest)) })),
    ),
  );
  const answeredMeanwhile = attack.then(() => ingest.bystander.sentBatches());
  const { statuses } = await ingest.bystander.during(attack);
  for (const { kind, received } of await attack) {
    expect([kind.name, received]).toEqual([kind.name, expect.stringMatching(/^HTTP\/1.1 408/)]);
    expect(received).toContain('REQUEST_TIMEOUT');
  }
  expect([...statuses.keys()]).toEqual([202]);
  expect(await answeredMeanwhile).toBeGreaterThan(0);
});
