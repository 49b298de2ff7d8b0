import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { choosePort, type Restartable, startProcess } from '@hopsmeter/stack';
import { createTestDatabase, type TestDatabase } from '@hopsmeter/test/support/db/test-database.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../harness/pipeline.ts';
import { type ChartObject, containerOf, envOf, objectsOf, podOf } from './chart-objects.ts';
import { HOPSMETER_CHART } from './render-chart.ts';
import { recordOf } from './template-functions.ts';

/** With the Redis of the chart; its own delays and deadlines. */
const OBJECTS = objectsOf(HOPSMETER_CHART, { redis: { enabled: true }, secrets: { REDIS_URL: null } });

type Process = 'api' | 'ingest' | 'worker';

type Pod = {
  readonly restartable: Restartable;
  /** Where its other connections come to. */
  readonly url: string;
  /** Asks a probe's path on the port of health. @returns the status, 0 where nobody answers. */
  probe(name: 'startupProbe' | 'livenessProbe' | 'readinessProbe'): Promise<number>;
};

let directory: string;
let database: TestDatabase;
let secrets: Readonly<Record<string, string>>;
let redisPort: number;
let migrated: string;
let pods: Readonly<Record<Process, Pod>>;
const started: Restartable[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hopsmeter-pods-'));
  database = await createTestDatabase({ withTables: false });
  redisPort = await choosePort();
  secrets = {
    'hopsmeter/database-url': database.url,
    'hopsmeter-owner/database-direct-url': database.url,
    'hopsmeter/redis-password': 'a1b2c3d4e5f6',
    'hopsmeter/service-role-key': 'k'.repeat(40),
  };
  const job = find('Job', 'migrate');
  const [, ...args] = commandOf(job);
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...of(job) },
  });
  migrated = stdout;
  await startRedis(find('StatefulSet', 'redis'));
  pods = { ingest: await startPod('ingest'), worker: await startPod('worker'), api: await startPod('api') };
});
afterAll(async () => {
  await Promise.all(started.reverse().map((one) => one.close()));
  await database?.close();
  await rm(directory, { recursive: true, force: true });
});

it('makes the tables by the job that migrates', async () => {
  expect(migrated).toContain('the schema is up to date');
  const { rowCount } = await database.pool.query('select from hopsmeter.migrations');
  expect(rowCount).toBeGreaterThan(5);
});

it('is found alive and ready by its probes, on a Redis that ingest takes for durable', async () => {
  for (const pod of Object.values(pods))
    for (const name of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const)
      await expect.poll(() => pod.probe(name), { message: name }).toBe(200);
});

it('still answers after it said that it is not ready, and ends by itself before it would be killed', async () => {
  const ends = (['ingest', 'worker', 'api'] as const).map(async (process) => {
    const { restartable, url, probe } = pods[process];
    const graceMs = Number(podOf(find('Deployment', process)).terminationGracePeriodSeconds) * 1_000;
    const before = performance.now();
    const killed = restartable.kill('SIGTERM');
    if (process !== 'worker') {
      await expect.poll(() => probe('readinessProbe'), { message: process, interval: 20 }).toBe(503);
      expect((await fetch(`${url}/livez`)).status).toBe(200);
    }
    await killed;
    expect(await restartable.exited).toMatchObject({ code: 0 });
    expect(performance.now() - before).toBeLessThan(graceMs);
  });
  await Promise.all(ends);
});

async function startPod(process: Process): Promise<Pod> {
  const deployment = find('Deployment', process);
  const [port, healthPort] = [await choosePort(), await choosePort()];
  const probe = async (name: string): Promise<number> => {
    const { path } = recordOf(recordOf(containerOf(deployment)[name]).httpGet);
    return fetch(`http://127.0.0.1:${healthPort}${path}`).then(
      ({ status }) => status,
      () => 0,
    );
  };
  const [, ...args] = commandOf(deployment);
  const restartable = await startProcess({
    name: process,
    command: globalThis.process.execPath,
    args,
    cwd: ROOT,
    directory,
    // What is the pod's own address in a cluster.
    env: {
      ...of(deployment),
      [`${process.toUpperCase()}_HOST`]: '127.0.0.1',
      [`${process.toUpperCase()}_PORT`]: String(port),
      HEALTH_PORT: String(healthPort),
    },
    ready: async () => (await probe('readinessProbe')) === 200,
  });
  started.push(restartable);
  return { restartable, url: `http://127.0.0.1:${port}`, probe };
}

async function startRedis(statefulSet: ChartObject): Promise<void> {
  const { args } = containerOf(statefulSet);
  if (!Array.isArray(args)) throw new Error('expected arguments');
  const [command = ''] = commandOf(statefulSet);
  const env = of(statefulSet);
  const restartable = await startProcess({
    name: 'redis',
    command,
    args: [
      ...args.map((arg: unknown) => (arg === '/data' ? directory : filledIn(String(arg), env))),
      ...['--port', String(redisPort), '--bind', '127.0.0.1'],
    ],
    directory,
    env,
    ready: async () => {
      const { stdout } = await promisify(execFile)('redis-cli', ['-p', String(redisPort), 'ping'], {
        env: { ...process.env, ...env },
      });
      return stdout.includes('PONG');
    },
  });
  started.push(restartable);
}

function find(kind: string, name: string): ChartObject {
  const full = `hopsmeter-${name}`;
  return recordOf(OBJECTS.find((object) => object.kind === kind && recordOf(object.metadata).name === full));
}

function commandOf(object: ChartObject): string[] {
  const { command } = containerOf(object);
  return Array.isArray(command) ? command.map(String) : [];
}

/** The environment as the kubelet makes it: what Secrets hold, and variables within variables. */
function of(object: ChartObject): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of envOf(object)) env[name] = filledIn(secrets[value] ?? value, env);
  if (env.REDIS_URL !== undefined)
    env.REDIS_URL = env.REDIS_URL.replace('hopsmeter-redis:6379', `127.0.0.1:${redisPort}`);
  return env;
}

function filledIn(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\((\w+)\)/g, (all, name: string) => env[name] ?? all);
}
