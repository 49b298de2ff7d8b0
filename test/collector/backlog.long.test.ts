import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { peakMemoryBytes } from '../harness/peak-memory.ts';
import { waitFor } from '../harness/wait-for.ts';
import { answer, startTestServer } from '../support/client/test-server.ts';
import { CLUSTER } from '../support/collector/follow-source.ts';
import type { MonthTruth } from './month-truth.ts';
import { startOpenCost } from './opencost-server.ts';
import { timeNow } from './simulated-time.ts';
import { kill, startCollector } from './start-collector.ts';

const HOUR_MS = 3_600_000;
const START = Date.parse('2026-11-01T00:00:00Z');

/** What ingest misses: a thousand projects for a hundred hours. */
const HOURS = 100;
const NAMESPACES = Array.from({ length: 1_000 }, (_, index) => `project-${index}`);
const EVENTS = HOURS * NAMESPACES.length + HOURS;

/** As much as a pod of the chart may take for the collector itself. */
const MEMORY_BYTES_MAX = 150 * 2 ** 20;

const lineSchema = z.object({ msg: z.string(), start: z.string().default('') });

const truth: MonthTruth = {
  cpu: (namespace, hour) => 1 + ((namespace.length * 31 + hour) % 1_000),
  ram: () => 64,
  offline: () => 0,
  egress: () => 0,
  online: () => 0,
  firstAnswer: () => 'right',
};

it('sends what a hundred hours without ingest left, in the order in which it was collected, in 150 MB', async () => {
  const ingest = await startTestServer();
  const time = { start: START, begunAt: Date.now(), speed: 20_000, until: START + HOURS * HOUR_MS + 1_200_000 };
  const now = (): number => timeNow(time);
  ingest.tellTime(now);
  ingest.behave((_request, response) => answer(response, 500, {}));
  const openCost = await startOpenCost({
    truth,
    namespaces: NAMESPACES,
    hasLost: () => false,
    now,
    health: () => 'well',
  });
  const directory = await mkdtemp(join(tmpdir(), 'hopsmeter-backlog-'));
  const settings = {
    INGEST_URL: ingest.url,
    CLUSTER_ID: CLUSTER,
    CLUSTER_KEY: 'secret',
    COLLECTOR_DIRECTORY: directory,
    OPENCOST_URL: openCost.url,
    OPENCOST_CLUSTER: 'east',
  };
  const child = startCollector({ time, clockErrorMs: 0, settings });
  onTestFinished(async () => {
    await kill(child);
    await Promise.all([ingest.close(), openCost.close()]);
    await rm(directory, { recursive: true, force: true });
  });
  const collected: number[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { msg, start } = lineSchema.parse(JSON.parse(line));
    if (msg === 'a window was collected') collected.push((Date.parse(start) - START) / HOUR_MS);
  });
  child.stderr.resume();

  const isCollected = async (): Promise<true | undefined> => {
    const marks = await readFile(join(directory, 'marks/compute.json'), 'utf8').catch(() => '{}');
    return JSON.parse(marks).done === new Date(START + HOURS * HOUR_MS).toISOString().replace('.000', '')
      ? true
      : undefined;
  };
  await waitFor('all hours to be collected', isCollected, 600_000);
  expect(ingest.accepted).toEqual([]);

  const from = ingest.requests.length;
  ingest.behave(() => undefined);
  await waitFor('all events to be sent', () => (ingest.accepted.length >= EVENTS ? true : undefined), 600_000);
  expect(new Set(ingest.accepted).size).toBe(EVENTS);
  const places = ingest.requests.slice(from).flatMap(({ ids }) => ids.map((id) => collected.indexOf(hourOf(id))));
  // Requests under way at the same time overtake each other, and those of the outage come when their wait is over.
  const inOrder = places.filter((place, index) => Math.abs(place - (index * HOURS) / places.length) <= 10);
  expect(inOrder.length / places.length).toBeGreaterThan(0.9);
  expect(peakMemoryBytes(child.pid ?? 0)).toBeLessThan(MEMORY_BYTES_MAX);
});

/** Of `compute/<namespace>/<start>/<end>` or `manifest/<start>/<end>`, since the beginning. */
function hourOf(id: string): number {
  const start = id.split('/').at(-2) ?? '';
  return (Date.parse(start) - START) / HOUR_MS;
}
