import { request } from 'node:http';
import { connect } from 'node:net';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Answer, send } from '../harness/bad-connection.ts';
import { peakMemoryBytes } from '../harness/peak-memory.ts';
import { type AttackedIngest, startAttackedIngest } from './attacked-ingest.ts';

const GIB = 1_073_741_824;
const CHUNK = Buffer.alloc(1_048_576, ' ');

/** What is read of a refused body, and what the kernel takes on both sides while it is not read. */
const SENT_BYTES_MAX = 64 * 1_048_576;

/** Ingest takes 115 MB at its start; one of these bodies kept whole would add 1 GiB. */
const MEMORY_BYTES_MAX = 400_000_000;

const BATCHED = 'application/cloudevents-batch+json';

let ingest: AttackedIngest;
let pid: number;

beforeAll(async () => {
  ingest = await startAttackedIngest();
  pid = ingest.pid;
});

afterAll(() => ingest?.close());

/** Runs an attack beside a client that means no harm, which must not notice it. */
async function besideOthers<T>(attack: Promise<T>): Promise<T> {
  const { statuses } = await ingest.bystander.during(attack);
  expect([...statuses.keys()]).toEqual([202]);
  expect(ingest.pid).toBe(pid);
  expect(peakMemoryBytes(pid)).toBeLessThan(MEMORY_BYTES_MAX);
  return await attack;
}

type Streamed = { readonly status: number | undefined; readonly sentBytes: number };

/** Sends a GiB through an HTTP client, as long as the connection is there. */
function streamChunks(headers: Readonly<Record<string, string | number>>): Promise<Streamed> {
  return new Promise((resolve) => {
    let status: number | undefined;
    let sentBytes = 0;
    const sent = request(`${ingest.url}/api/v1/events`, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': BATCHED, ...headers },
    });
    sent.on('response', (answer) => {
      status = answer.statusCode;
      answer.resume();
    });
    sent.on('error', () => undefined).on('close', () => resolve({ status, sentBytes }));
    const write = (): void => {
      if (sent.destroyed) return;
      if (sentBytes >= GIB) {
        sent.end();
        return;
      }
      sent.write(CHUNK, () => {
        sentBytes += CHUNK.length;
        setImmediate(write);
      });
    };
    write();
  });
}

/** Rounds of an attack, of which one must bring an answer. */
const ROUNDS_MAX = 5;

/** A sender that does not stop may lose the answer with its connection, above all on a busy machine: not every time. */
async function untilAnswered(attack: () => Promise<boolean>): Promise<void> {
  for (let round = 1; round <= ROUNDS_MAX; round++) if (await attack()) return;
  throw new Error(`no answer in ${ROUNDS_MAX} rounds`);
}

it.each([
  ['in chunks', 413, () => ({ authorization: `Bearer ${ingest.attacker.key}` })],
  ['in chunks, without a key', 401, () => ({})],
  ['of a known length', 413, () => ({ authorization: `Bearer ${ingest.attacker.key}`, 'content-length': GIB })],
  ['of a known length, without a key', 401, () => ({ 'content-length': GIB })],
])('a stream of 1 GiB %s is answered and cut off', async (_name, expected, headers) => {
  await untilAnswered(async () => {
    const streams = await besideOthers(Promise.all(Array.from({ length: 4 }, () => streamChunks(headers()))));
    for (const { sentBytes } of streams) expect(sentBytes).toBeLessThan(SENT_BYTES_MAX);
    const answers = streams.map(({ status }) => status).filter((status) => status !== undefined);
    expect(answers.every((status) => status === expected)).toBe(true);
    return answers.length > 0;
  });
});

it('a length that lies ends the connection where the body ends', async () => {
  const { hostname, port } = new URL(ingest.url);
  const streamOn = () =>
    new Promise<{ received: string; sentBytes: number }>((resolve) => {
      let received = '';
      let sentBytes = 0;
      const socket = connect(Number(port), hostname);
      const write = (): void => {
        if (socket.destroyed || sentBytes >= GIB) return;
        sentBytes += CHUNK.length;
        socket.write(CHUNK.fill('x'), () => setImmediate(write));
      };
      socket.on('data', (bytes) => {
        received += bytes.toString('latin1');
      });
      socket.on('error', () => undefined).on('close', () => resolve({ received, sentBytes }));
      socket.write(
        `POST /api/v1/events HTTP/1.1\r\nhost: h\r\nauthorization: Bearer ${ingest.attacker.key}\r\n` +
          `content-type: ${BATCHED}\r\ncontent-length: 2\r\n\r\n[]`,
      );
      write();
    });
  await untilAnswered(async () => {
    const { received, sentBytes } = await besideOthers(streamOn());
    expect(sentBytes).toBeLessThan(SENT_BYTES_MAX);
    const answers = received.match(/HTTP\/1\.1 \d+/g) ?? [];
    return answers.at(-1) === 'HTTP/1.1 400';
  });
});

it('bombs in every encoding are refused without being unpacked, many at a time', async () => {
  // Eight of them unpacked would be 2 GiB.
  const zeros = Buffer.alloc(256 * 1_048_576);
  const bomb = gzipSync(zeros);
  const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
  const bombs: readonly [encoding: string, body: Buffer, status: number, code: string][] = [
    ['gzip', bomb, 413, 'BODY_TOO_LARGE'],
    ['x-gzip', bomb, 413, 'BODY_TOO_LARGE'],
    // Unpacked once it is the inner bomb, of 260 kB, which is no JSON; nobody unpacks it a second time.
    ['gzip', gzipSync(bomb), 400, 'INVALID_JSON'],
    ['gzip, gzip', gzipSync(bomb), 415, 'UNSUPPORTED_ENCODING'],
    ['br', brotliCompressSync(zeros, quick), 415, 'UNSUPPORTED_ENCODING'],
    ['deflate', deflateSync(zeros), 415, 'UNSUPPORTED_ENCODING'],
  ];
  const post = (encoding: string, body: Buffer): Promise<Answer> =>
    send(ingest.url, {
      method: 'POST',
      path: '/api/v1/events',
      headers: {
        authorization: `Bearer ${ingest.attacker.key}`,
        'content-type': BATCHED,
        'content-encoding': encoding,
      },
      body,
    });
  const attack = bombs.flatMap(([encoding, body]) => Array.from({ length: 8 }, () => post(encoding, body)));
  const answers = await besideOthers(Promise.all(attack));
  const expected = bombs.flatMap(([, , status, code]) => Array.from({ length: 8 }, () => ({ status, code })));
  expect(answers.map(({ status, body }) => ({ status, code: JSON.parse(body).code }))).toEqual(expected);
});
