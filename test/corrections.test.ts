import { readPipelineCounts, readWindows } from '@hopsmeter/db';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestClient } from './harness/client.ts';
import type { PostedEvent } from './harness/events.ts';
import { type Pipeline, startPipeline } from './harness/pipeline.ts';
import { createRandom } from './harness/random.ts';
import { readBatchTotals } from './harness/rollup.ts';
import { waitFor } from './harness/wait-for.ts';
import { createWorld, one, type TestCluster } from './harness/world.ts';
import { findRollupDifferences } from './support/db/test-database.ts';

const SEED = Number(process.env.TEST_SEED ?? 20_261_122);
const HOUR = 3_600_000;

/** Usage of a day that has passed, so that no window reaches ahead of the clock. */
const START = (Math.floor(Date.now() / HOUR) - 30) * HOUR;
const at = (ms: number): string => new Date(ms).toISOString();

describe(`corrections, manifests and reports of projects over HTTP (TEST_SEED=${SEED})`, () => {
  let pipeline: Pipeline;
  let cluster: TestCluster;

  beforeAll(async () => {
    pipeline = await startPipeline({ ingests: 2, workers: 2 });
    const directory = { clusters: 1, ownersPerCluster: 1, membersPerOwner: 1, projectsPerUser: 1, ownerChangesAt: [] };
    cluster = one((await createWorld(pipeline.pool, directory)).clusters);
  });
  afterEach(async () => {
    expect(await findRollupDifferences(pipeline.pool)).toEqual([]);
    expect(await sumOfHour()).toBe(await sumOf('cpu_hours'));
  });
  afterAll(() => pipeline?.close());

  it('an event is corrected and made void within seconds, in whatever order everything comes', async () => {
    await send([correction('c2', 'e', 2, { cpu_hours: '2.5' })]);
    await send([usage('e', 10), usage('gone', 7), correction('void', 'gone', 1)]);
    await send([correction('c1', 'e', 1, { cpu_hours: 1, gpu_hours: 3 })]);
    await settled(5);
    expect(await sumOf('cpu_hours')).toBe('2.5');
    expect(await sumOf('gpu_hours')).toBe('0');
  });

  it('an absurd event and its correction are counted without the absurd quantity ever showing', async () => {
    const before = await sumOf('cpu_hours');
    await send([usage('absurd', 138_000_000_000)]);
    await waitFor('parked', async () => ((await parkedOf('absurd')) === 'pending implausible' ? true : undefined));
    expect(await sumOf('cpu_hours')).toBe(before);
    await send([correction('sane', 'absurd', 1, { cpu_hours: 1 })]);
    await waitFor('both counted', async () => ((await parkedOf('absurd')).startsWith('counted') ? true : undefined));
    expect(Number(await sumOf('cpu_hours'))).toBe(Number(before) + 1);
  });

  it('a manifest is kept and counts nothing', async () => {
    const before = await sumOf('cpu_hours');
    const window = { start: at(START), end: at(START + HOUR) };
    await send([event('m', 'manifest', { window, eventCount: 2, sums: { cpu_hours: '3.5' } })]);
    await waitFor('the manifest', async () => ((await parkedOf('m')).startsWith('counted') ? true : undefined));
    const { rows } = await pipeline.pool.query('select event_count, sums from hopsmeter.cluster_manifests');
    expect(rows).toEqual([{ event_count: '2', sums: { cpu_hours: '3.5' } }]);
    expect(await sumOf('cpu_hours')).toBe(before);
  });

  it('a new project is billed from its first hour without any call by a person', async () => {
    const before = await sumOf('cpu_hours');
    await send([{ ...usage('first hour', 2), data: { ...usage('', 2).data, namespace: 'brand-new' } }]);
    await waitFor('parked', async () => ((await parkedOf('first hour')).startsWith('pending') ? true : undefined));
    const project = { namespace: 'brand-new', projectName: 'brand_new', projectId: 7, createdAt: at(START + HOUR / 2) };
    await send([event('reported', 'project', { ...project, owner: 'C0O0@example.com' })]);
    await waitFor('counted', async () => ((await parkedOf('first hour')).startsWith('counted') ? true : undefined));
    expect(Number(await sumOf('cpu_hours'))).toBe(Number(before) + 2);
  });

  it('thousands of events and corrections in random order, sent twice, while workers are killed, add up', async () => {
    const random = createRandom(SEED);
    const before = await sumOf('cpu_hours');
    let expected = 0;
    const events = Array.from({ length: 2_000 }, (_, i) => {
      const count = random.int(4);
      const values = Array.from({ length: count }, () => random.int(100));
      const original = 1 + random.int(500);
      // The latest one is in force.
      expected += values.at(-1) ?? original;
      return [
        usage(`r${i}`, original),
        ...values.map((value, n) => {
          const named = n > 0 && random.chance(50) ? `r${i}/${random.int(n)}` : `r${i}`;
          return correction(`r${i}/${n}`, named, n + 1, value === 0 ? {} : { cpu_hours: value });
        }),
      ];
    }).flat();
    const sent = random.shuffle([...events, ...events.filter(() => random.chance(20))]);
    const [first, second] = pipeline.workers;
    const killing = (async () => {
      for (const worker of [first, second, first]) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        await worker?.kill('SIGKILL');
        await worker?.restart();
      }
    })();
    while (sent.length > 0) await send(sent.splice(0, 1 + random.int(300)));
    await killing;
    await waitFor(
      'everything to be counted',
      async () => {
        const { parked, events: recorded } = await readPipelineCounts(pipeline.pool);
        return parked === 0n && recorded === BigInt(acknowledged) ? true : undefined;
      },
      120_000,
    );
    expect(Number(await sumOf('cpu_hours')) - Number(before)).toBe(expected);
  }, 240_000);

  let acknowledged = 0;

  async function send(events: readonly PostedEvent[]): Promise<void> {
    const ingest = pipeline.ingests[acknowledged % 2] ?? one(pipeline.ingests.slice(0, 1));
    acknowledged += (await createTestClient(ingest.url, cluster.key).send(events)).accepted;
  }

  function event(id: string, type: string, data: Readonly<Record<string, unknown>>): PostedEvent {
    const source = `urn:hopsworks:cluster:${cluster.id}`;
    return { specversion: '1.0', id, source, type: `ai.hopsworks.usage.${type}.v1`, time: at(START + HOUR), data };
  }

  function usage(id: string, cpuCoreHours: number): PostedEvent {
    const window = { start: at(START), end: at(START + HOUR) };
    return event(id, 'compute', { namespace: 'c0o0-p0', window, cpuCoreHours, gpuHours: 0, ramByteHours: 0 });
  }

  function correction(id: string, replaces: string, minute: number, quantities: object = {}): PostedEvent {
    return { ...event(id, 'correction', { replaces, quantities }), time: at(START + 2 * HOUR + minute * 60_000) };
  }

  /** Until so many events of this test are counted, corrections included. */
  async function settled(count: number): Promise<void> {
    await waitFor('everything to be settled', async () => {
      const { counted } = await readPipelineCounts(pipeline.pool);
      return counted >= BigInt(count) ? true : undefined;
    });
    expect(await readBatchTotals(pipeline.pool)).toMatchObject({ duplicates: 0 });
  }

  async function sumOf(meter: string): Promise<string> {
    const { rows } = await pipeline.pool.query<{ sum: string }>(
      `select trim_scale(coalesce(sum(quantity), 0))::text as sum from hopsmeter.usage_daily where meter = $1`,
      [meter],
    );
    return one(rows).sum;
  }

  /** All of it, because a correction changes the hour of the event that it corrects. */
  async function sumOfHour(): Promise<string> {
    const [from, to] = [START * 1_000, (START + HOUR) * 1_000];
    const rows = await readWindows(pipeline.pool, {
      meter: 'cpu_hours',
      from,
      to,
      unit: 'hour',
      timeZone: 'UTC',
      groupBy: new Set(),
      only: new Map(),
      rowsMax: 2,
    });
    return one(rows).quantityExact;
  }

  async function parkedOf(id: string): Promise<string> {
    const { rows } = await pipeline.pool.query<{ what: string }>(
      `select concat_ws(' ', status, reason) as what from hopsmeter.parked_events where event_id = $1`,
      [id],
    );
    return rows[0]?.what ?? '';
  }
});
