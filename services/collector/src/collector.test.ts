import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEventMaker, type Window } from '@hopsmeter/client';
import { createLogger, createRegistry } from '@hopsmeter/runtime';
import { createProjectsSource, type Source, SourceError } from '@hopsmeter/sources';
import { startTestServer, type TestServer } from '@hopsmeter/test/support/client/test-server.ts';
import { CLUSTER, countingSource } from '@hopsmeter/test/support/collector/follow-source.ts';
import { createTestClock, type TestClock } from '@hopsmeter/test/support/collector/test-clock.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { type CollectorOptions, createCollector } from './collector.ts';

const HOUR_MS = 3_600_000;

let ingest: TestServer;
let directory: string;
let clock: TestClock;
let lines: string[];
const closers: (() => Promise<void>)[] = [];

beforeEach(async () => {
  clock = createTestClock('2026-11-22T13:20:00Z');
  ingest = await startTestServer();
  ingest.tellTime(() => clock.now());
  directory = await mkdtemp(join(tmpdir(), 'hopsmeter-collector-'));
  lines = [];
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await ingest.close();
  await rm(directory, { recursive: true, force: true });
});

/** A collector that runs until it is ended. */
function start(sources: readonly Source[], changes: Partial<CollectorOptions> = {}) {
  const registry = createRegistry({ withProcess: false });
  const collector = createCollector({
    clusterId: CLUSTER,
    ingestUrl: ingest.url,
    key: 'secret',
    directory,
    sources,
    recheck: { afterMs: 26 * HOUR_MS, threshold: '0.001' },
    clock,
    logger: createLogger({ name: 'test', level: 'info', destination: { write: (line) => lines.push(line) } }),
    registry,
    ...changes,
  });
  const stop = new AbortController();
  const ended = collector.run(stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  const end = async (): Promise<void> => {
    stop.abort();
    await ended;
    await collector.close();
  };
  closers.push(end);
  return { collector, registry, end, ended };
}

/** What was used in an hour, whoever asks. */
const sameOf = (window: Window) => {
  const maker = createEventMaker(CLUSTER, '/collector/egress');
  return { events: [maker.network({ namespace: 'churn', window, egressBytes: 7 })], quarantined: [], ignored: [] };
};

const usageIds = () => ingest.accepted.filter((id) => id.startsWith('network/'));

it('sends what its sources know, and says what it has done', async () => {
  const { collector, registry } = start([countingSource()]);
  await expect.poll(() => usageIds().length).toBeGreaterThan(3);
  expect(await collector.checks.spool?.()).toEqual({ ok: true, detail: 'open' });
  expect(await collector.checks.egress?.()).toMatchObject({ ok: true });
  const metrics = await registry.metrics();
  expect(metrics).toMatch(/collector_windows_total\{source="egress",outcome="collected"\} \d/);
  expect(metrics).toMatch(/collector_behind_seconds\{source="egress"\} \d/);
  expect(metrics).toMatch(/spool_accepted_events \d/);
});

it('reports a project once, and its end when the hour is over in which it was found to be gone', async () => {
  const project = { id: 1, name: 'p', namespace: 'p', owner: 'ada@example.com', createdAt: '2026-11-22T13:05:00Z' };
  let projects = [project];
  const hopsworks = {
    listProjects: async () => ({ projects, unreadable: [], serverTime: clock.now() }),
    askForProjects: async (ids: readonly number[]) => ids.map(() => ({ kind: 'gone' }) as const),
  };
  start([createProjectsSource({ clusterId: CLUSTER, hopsworks })]);
  await expect.poll(() => ingest.accepted).toEqual(['project/p/1/2026-11-22T13:05:00Z']);
  projects = [];
  await expect.poll(() => ingest.accepted).toHaveLength(2);
  const [, end = ''] = ingest.accepted;
  const { data } = JSON.parse(ingest.requests.at(-1)?.body ?? '[]')[0];
  expect(end).toBe(`project/p/1/${data.endedAt}`);
  const before = clock.elapsed();
  await expect.poll(() => clock.elapsed() - before).toBeGreaterThan(2 * HOUR_MS);
  expect(ingest.accepted).toHaveLength(2);
});

it('begins with the hour that it is for ingest, however wrong its own clock is', async () => {
  clock.jump(-20 * 365 * 24 * HOUR_MS);
  ingest.tellTime(() => Date.parse('2026-11-22T13:20:00Z'));
  const source = countingSource();
  start([source]);
  await expect.poll(() => clock.elapsed()).toBeGreaterThan(2 * HOUR_MS);
  expect(source.asked).toEqual([]);
  clock.jump(20 * 365 * 24 * HOUR_MS);
  await expect.poll(() => source.asked.length).toBeGreaterThan(0);
  expect(source.asked[0]).toBe('2026-11-22T13:00:00Z');
});

it('begins where it is told to', async () => {
  const source = countingSource();
  start([source], { collectFrom: Date.parse('2026-11-22T01:00:00Z') });
  await expect.poll(() => source.asked.length).toBeGreaterThan(11);
  expect(source.asked.slice(0, 3)).toEqual(['2026-11-22T01:00:00Z', '2026-11-22T12:00:00Z', '2026-11-22T02:00:00Z']);
});

it('waits quietly while another one has its folder, and goes on where that one ended', async () => {
  const first = start([countingSource()]);
  await expect.poll(() => usageIds().length).toBeGreaterThan(3);
  const source = countingSource();
  const second = start([source]);
  await expect.poll(() => lines.join()).toContain('this one waits');
  const waitedFrom = clock.elapsed();
  await expect.poll(() => clock.elapsed() - waitedFrom).toBeGreaterThan(HOUR_MS);
  expect(source.asked).toEqual([]);
  expect(await second.collector.checks.spool?.()).toMatchObject({ ok: false });
  expect(lines.filter((line) => line.includes('this one waits'))).toHaveLength(1);
  await first.end();
  await expect.poll(() => source.asked.length).toBeGreaterThan(3);
  await second.end();
  expect(new Set(usageIds()).size).toBe(usageIds().length);
});

it('two with folders of their own send the same events of an hour, so that each counts once', async () => {
  const other = await mkdtemp(join(tmpdir(), 'hopsmeter-collector-'));
  try {
    const sources = [countingSource({ collect: async (window) => sameOf(window) })];
    const first = start(sources);
    const second = start(sources, { directory: other });
    await expect.poll(() => new Set(usageIds()).size).toBeGreaterThan(3);
    await first.end();
    await second.end();
    const contents = new Map<string, Set<string>>();
    for (const { body } of ingest.requests)
      for (const event of z.array(z.looseObject({ id: z.string() })).parse(JSON.parse(body)))
        contents.set(event.id, (contents.get(event.id) ?? new Set()).add(JSON.stringify(event)));
    expect([...contents.values()].filter(({ size }) => size > 1)).toEqual([]);
    expect(usageIds().length).toBeGreaterThan(new Set(usageIds()).size);
    expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  } finally {
    await rm(other, { recursive: true, force: true });
  }
});

it('a source that is away says so, and holds no other one up (F5)', async () => {
  const away = countingSource({
    name: 'compute',
    collect: () => Promise.reject(new SourceError('UNREACHABLE', 'for the test')),
  });
  const { collector } = start([away, countingSource()]);
  await expect.poll(() => usageIds().length).toBeGreaterThan(3);
  expect(await collector.checks.compute?.()).toMatchObject({ ok: false });
  expect(await collector.checks.egress?.()).toMatchObject({ ok: true });
});

it('ends, and all sources with it, when marks cannot be read: to begin anew would report hours again', async () => {
  const first = start([countingSource()]);
  await expect.poll(() => usageIds().length).toBeGreaterThan(1);
  await first.end();
  await writeFile(join(directory, 'marks/egress.json'), '{');
  const second = start([countingSource(), countingSource({ name: 'compute' })]);
  await expect(second.ended).rejects.toThrow('marks/egress.json holds no marks; restore it');
  closers.pop();
  await second.collector.close();
});
