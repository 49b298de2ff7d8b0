import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { choosePort } from '@hopsmeter/stack';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { one } from '../harness/world.ts';

/** Two processes of clients, so that one of them does not wait for the other's. */
const CLIENTS = 2;
const CONNECTIONS_EACH = 1_000;

/** New connections that ask for health while all of those post, on each port. */
const PROBES = 200;

const CLIENT = fileURLToPath(new URL('post-forever.mjs', import.meta.url));

let pipeline: Pipeline;
let healthPort: number;
const clients: ChildProcess[] = [];

beforeAll(async () => {
  healthPort = await choosePort();
  pipeline = await startPipeline({
    ingests: 1,
    workers: 0,
    apis: 0,
    ingestSettings: { HEALTH_PORT: String(healthPort), INGEST_KEY_REQUESTS_PER_SECOND: '1000000' },
  });
});
afterAll(async () => {
  for (const client of clients) client.kill('SIGKILL');
  await pipeline?.close();
});

it('2,000 connections that always post: all are answered, and so is every new one that asks for health', async () => {
  const port = Number(new URL(one(pipeline.ingests).url).port);
  await Promise.all(Array.from({ length: CLIENTS }, () => startClient(port)));
  const [usual, own] = await Promise.all([probe(port), probe(healthPort)]);
  process.stdout.write(`/livez on new connections, ms: usual port ${describe(usual)}; HEALTH_PORT ${describe(own)}\n`);
});

/** Ends when each of its connections had an answer. */
async function startClient(port: number): Promise<void> {
  const client = spawn(process.execPath, [CLIENT, String(port), String(CONNECTIONS_EACH)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  clients.push(client);
  const [line] = await Promise.race([once(createInterface({ input: client.stdout }), 'line'), once(client, 'exit')]);
  expect(line).toBe('all were answered');
}

async function probe(port: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let i = 0; i < PROBES; i += 1) {
    const startedAt = performance.now();
    expect(await statusOf(port)).toBe(200);
    times.push(performance.now() - startedAt);
  }
  return times.sort((a, b) => a - b);
}

/** On a connection of its own. */
async function statusOf(port: number): Promise<number | undefined> {
  const [response] = await once(get({ host: '127.0.0.1', port, path: '/livez', agent: false }), 'response');
  response.resume();
  return response.statusCode;
}

function describe(sorted: readonly number[]): string {
  const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
  return `median ${at(0.5)}, p99 ${at(0.99)}, at most ${at(1)}`;
}
