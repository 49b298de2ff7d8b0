import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEvents, type PostedEvent } from './harness/events.ts';
import { expectRollup } from './harness/oracle.ts';
import { type Pipeline, SERVICE_ROLE_KEY, startPipeline } from './harness/pipeline.ts';
import { postAll } from './harness/post-all.ts';
import { createRandom, type Random } from './harness/random.ts';
import { readBatchTotals, readRollup } from './harness/rollup.ts';
import { waitFor } from './harness/wait-for.ts';
import { createWorld, one, type TestWorld } from './harness/world.ts';
import { findRollupDifferences } from './support/db/test-database.ts';

const SEED = Number(process.env.TEST_SEED ?? 20_261_122);
const EVENTS = 20_000;
const DAY = 86_400_000;

/** Reads of totals at once, beside everything else. With the workers that is more than the pooler has connections. */
const READERS = 6;
const READS_PER_READER = 20;

/** What the pooler opens to Postgres, see packages/stack. */
const POOL_CONNECTIONS = 4;

/** Covers getting PgBouncer on a machine that has none. */
const START_DEADLINE_MS = 300_000;

describe(`through a pooler of transactions (TEST_SEED=${SEED})`, () => {
  let pipeline: Pipeline;
  let world: TestWorld;
  let random: Random;
  let events: readonly PostedEvent[];

  beforeAll(async () => {
    pipeline = await startPipeline({ ingests: 2, workers: 2, apis: 1, isPooled: true });
    world = await createWorld(pipeline.pool, {
      clusters: 2,
      ownersPerCluster: 3,
      membersPerOwner: 3,
      projectsPerUser: 2,
      ownerChangesAt: [Date.now() - 20 * DAY],
    });
    random = createRandom(SEED);
    events = createEvents(random, world, EVENTS, Date.now());
  }, START_DEADLINE_MS);
  afterAll(() => pipeline?.close());

  it('everything is counted once, to the last digit, while totals are read', async () => {
    const sent = random.shuffle([...events, ...events.filter(() => random.chance(20))]);
    const [acknowledged, statuses] = await Promise.all([
      postAll(pipeline, world, random, sent),
      readTotalsInParallel(),
    ]);

    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await pipeline.drain(acknowledged)).toEqual({
      events: sent.length,
      counted: EVENTS,
      duplicates: sent.length - EVENTS,
      parked: 0,
    });
    expect(await readRollup(pipeline.pool)).toEqual(expectRollup(world, events));
    expect(await findRollupDifferences(pipeline.pool)).toEqual([]);
    // A statement that needs a session is made again until it happens to meet the right one: exact, and wrong.
    for (const { url } of pipeline.workers)
      expect(await (await fetch(`${url}/metrics`)).text()).not.toContain('record_failures_total{kind="unexpected"}');
    const connections = await countConnections();
    expect(connections).toBeGreaterThan(0);
    expect(connections).toBeLessThanOrEqual(POOL_CONNECTIONS);
  }, 240_000);

  it('the api answers the exact totals of every account', async () => {
    const expected = expectTotals();
    for (const owner of owners()) {
      const { status, totalExact } = await readTotals(owner);
      expect({ owner, status, totalExact }).toEqual({ owner, status: 200, totalExact: expected.get(owner) });
    }
  });

  it('a pooler that is killed under load costs nothing', async () => {
    const { counted: before } = await readBatchTotals(pipeline.pool);
    const more = createEvents(random, world, EVENTS, Date.now()).map((event) => ({ ...event, id: `more ${event.id}` }));
    let acknowledged = 0;
    const posting = postAll(pipeline, world, random, more, (count) => {
      acknowledged = count;
    });
    await waitFor('a third of the events', () => (acknowledged > EVENTS / 3 ? true : undefined));
    await pipeline.pooler?.kill('SIGKILL');
    await pipeline.pooler?.restart();
    await posting;
    await waitFor('every event to be counted', async () => {
      const { counted } = await readBatchTotals(pipeline.pool);
      return counted >= before + EVENTS ? true : undefined;
    });

    expect(await readRollup(pipeline.pool)).toEqual(expectRollup(world, [...events, ...more]));
    expect(await findRollupDifferences(pipeline.pool)).toEqual([]);
    const first = one(owners());
    await waitFor('the api', async () => ((await readTotals(first)).status === 200 ? true : undefined));
  }, 240_000);

  const owners = (): string[] => [...new Set([...world.ownerships.values()].flat().map(({ ownerId }) => ownerId))];

  async function readTotalsInParallel(): Promise<number[]> {
    const readers = Array.from({ length: READERS }, async () => {
      const statuses: number[] = [];
      for (let i = 0; i < READS_PER_READER; i++) statuses.push((await readTotals(random.pick(owners()))).status);
      return statuses;
    });
    return (await Promise.all(readers)).flat();
  }

  async function readTotals(owner: string): Promise<{ status: number; totalExact: string | undefined }> {
    const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
    const range = `from=${day(Date.now() - 100 * DAY)}&to=${day(Date.now() + 2 * DAY)}`;
    const url = `${one(pipeline.apis).url}/v1/accounts/${encodeURIComponent(owner)}/totals?${range}`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${SERVICE_ROLE_KEY}` } });
    const body = (await answer.json()) as { totalExact?: string };
    return { status: answer.status, totalExact: body.totalExact };
  }

  /** The sum of each account's costs, which are rounded per row of the rollup. */
  function expectTotals(): Map<string, string> {
    const units = new Map<string, bigint>();
    for (const [key, { cost }] of expectRollup(world, events)) {
      const owner = key.split(' ')[1] ?? '';
      units.set(owner, (units.get(owner) ?? 0n) + BigInt(cost.replace('.', '')));
    }
    return new Map(
      [...units].map(([owner, sum]) => {
        const digits = sum.toString().padStart(13, '0');
        return [owner, `${digits.slice(0, -12)}.${digits.slice(-12)}`];
      }),
    );
  }

  /** Connections to Postgres that are the services'. */
  async function countConnections(): Promise<number> {
    const { rows } = await pipeline.pool.query<{ count: number }>(
      `select count(*)::integer as count from pg_stat_activity where usename = 'hopsmeter_services'`,
    );
    return one(rows).count;
  }
});
