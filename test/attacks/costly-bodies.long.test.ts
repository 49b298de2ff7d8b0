import { Agent } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { peakMemoryBytes } from '../harness/peak-memory.ts';
import { type AttackedIngest, startAttackedIngest } from './attacked-ingest.ts';
import { postBody } from './well-behaved-client.ts';

const BYTES = 5 * 1_048_576;
const TIMES = 20;
const CONNECTIONS = 4;

/** A heap that could not take one body of nothing but brackets, beside what ingest needs. */
const HEAP_MB = 512;
const MEMORY_BYTES_MAX = 500_000_000;

const repeat = (unit: string): string => unit.repeat(Math.floor((BYTES - 100) / unit.length));
const list = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => make(i)).join();
const nested = (open: string, close: string): string => {
  const depth = Math.floor((BYTES - 100) / (open.length + close.length));
  return `${open.repeat(depth)}1${close.repeat(depth)}`;
};

/** What costs a parser much, in as many bytes as a body may have; and, last, as much of it as is let in. */
const BODIES: readonly [name: string, body: string, status: number][] = [
  ['brackets', nested('[', ']'), 413],
  ['brackets that stay open', repeat('['), 413],
  ['objects in objects', nested('{"":', '}'), 413],
  ['objects that stay open', repeat('{"":'), 413],
  ['empty arrays', `[${repeat('[],')}[]]`, 413],
  ['empty objects', `[${repeat('{},')}{}]`, 413],
  ['objects of which each has another field', `[${list(400_000, (i) => `{"${i.toString(36)}":0}`)}]`, 413],
  ['fields with a name each', `{${list(500_000, (i) => `"${i.toString(36)}":0`)}}`, 413],
  ['fields with names that look like numbers', `{${list(330_000, (i) => `"${i * 7_919}":0`)}}`, 413],
  ['the same field', `{${repeat('"a":0,')}"a":0}`, 413],
  ['zeros', `[${repeat('0,')}0]`, 413],
  ['numbers', `[${repeat('12345678901234567.9,')}0]`, 413],
  ['empty texts', `[${repeat('"",')}""]`, 413],
  ['a word that attacks use, and many values', `["__proto__",${repeat('0,')}0]`, 413],
  ['one text', `["${repeat('x')}"]`, 400],
  ['one text of escapes', `["${repeat('\\u00e9')}"]`, 400],
  ['one number', `[${repeat('1')}]`, 400],
  ['one number of decimals', `[0.${repeat('1')}]`, 400],
  ['spaces', `[${repeat(' ')}]`, 202],
  ['as many levels as are let in', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, 400],
  ['as many fields as are let in', `[{${list(150_000, (i) => `"${i.toString(36)}":0`)}}]`, 400],
  [
    'as many names in as many objects as are let in',
    `[${list(49_999, (i) => `{${list(3, (j) => `"${(i * 3 + j).toString(36)}":0`)}}`)}]`,
    413,
  ],
];

let ingest: AttackedIngest;
let pid: number;
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

beforeAll(async () => {
  ingest = await startAttackedIngest({ NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` });
  pid = ingest.pid;
});

afterAll(async () => {
  agent.destroy();
  await ingest?.close();
});

it.each(BODIES)(`${TIMES} bodies of %s cost nobody else an answer`, async (_name, text, expected) => {
  const body = Buffer.from(text);
  expect(body.length).toBeLessThanOrEqual(BYTES);
  const attack = Promise.all(
    Array.from({ length: TIMES }, () => postBody(ingest.url, ingest.attacker.key, body, agent)),
  );
  const { statuses } = await ingest.bystander.during(attack);
  expect(new Set(await attack)).toEqual(new Set([expected]));
  expect([...statuses.keys()]).toEqual([202]);
});

it('and ingest is the same process as before, within its memory', () => {
  expect(ingest.pid).toBe(pid);
  expect(peakMemoryBytes(pid)).toBeLessThan(MEMORY_BYTES_MAX);
});
