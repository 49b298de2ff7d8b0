import {
  contentHashOf,
  createDirectory,
  eventKeyOf,
  findImplausible,
  isDeferred,
  type Micros,
  PLAUSIBLE_LIMITS,
  parseEvent,
  parseTime,
} from '@hopsmeter/usage';
import { describe, expect, it } from 'vitest';
import { createDemo, type Demo } from './create-demo.ts';
import { DEMO_CLUSTERS, DEMO_USERS, MOVE } from './demo-people.ts';
import { DEMO_GPU_MODELS, DEMO_PROJECTS } from './demo-projects.ts';
import type { EventBatch } from './event-batch.ts';
import { ODDITIES } from './oddities.ts';

const AS_OF = timeOf('2026-11-22T17:20:00Z');

function timeOf(text: string): Micros {
  return parseTime(text) ?? Number.NaN;
}

function allBatches(demo: Demo): EventBatch[] {
  return [...demo.batches(), ...demo.lateBatches()];
}

/** The demo's directory as the database would hold it. */
function demoDirectory() {
  const always = { startedAt: Number.NEGATIVE_INFINITY, endedAt: Number.POSITIVE_INFINITY };
  return createDirectory({
    version: '1',
    projects: DEMO_PROJECTS.map(({ cluster, namespace, userId }) => ({
      id: `${cluster.id}/${namespace}`,
      clusterId: cluster.id,
      namespace,
      userId,
      ...always,
    })),
    ownerships: DEMO_USERS.map(({ id, accountOwnerId }) => ({
      userId: id,
      accountOwnerId: accountOwnerId ?? id,
      ...always,
    })),
    assignments: DEMO_USERS.map(({ id, cluster }) => ({ userId: id, clusterId: cluster.id, ...always })),
    aliases: [],
    clusterLimits: [],
    meters: [],
    gpuModels: DEMO_GPU_MODELS,
    pricing: { cards: [{ id: 'card', name: 'default', creditUsd: 1n, isDefault: true }], rates: [], overrides: [] },
    namespaceRules: [],
    closings: [],
  });
}

describe('the demo data set', async () => {
  const demo = await createDemo(AS_OF);
  const batches = allBatches(demo);
  const sent = batches.flatMap(({ clusterId, events }) => events.map((event) => ({ clusterId, event })));
  const parsed = sent.map(({ clusterId, event }) => ({
    clusterId,
    event,
    result: parseEvent(event, { clusterId, now: AS_OF }),
  }));

  it('is the same at every moment of an hour', async () => {
    expect(JSON.stringify(allBatches(await createDemo(timeOf('2026-11-22T17:59:59Z'))))).toBe(JSON.stringify(batches));
  });

  it('says the same about an hour whatever the period is', async () => {
    const inOrder = [...demo.batches()].flatMap(({ events }) => events);
    const said = new Map(inOrder.map((event) => [`${event.source} ${event.id}`, JSON.stringify(event)]));
    const earlier = [...(await createDemo(timeOf('2026-11-03T05:00:00Z'))).batches()].flatMap(({ events }) => events);
    // The last two hours of each period are those that OpenCost answered for.
    const common = earlier.filter(({ time = '' }) => time <= '2026-11-03T03:00:00Z');
    expect(common.length).toBeGreaterThan(80_000);
    expect(common.every((event) => said.get(`${event.source} ${event.id}`) === JSON.stringify(event))).toBe(true);
  });

  it('is valid but for the events that are refused on purpose', () => {
    const refused = parsed.filter(({ result }) => !result.ok).map(({ event }) => event.id);
    expect(refused).toHaveLength(ODDITIES.refused);
    expect(refused.every((id) => id.startsWith('refused/'))).toBe(true);
  });

  it('repeats identities only as equal copies, but for one conflict on purpose', () => {
    const contents = new Map<string, Set<bigint>>();
    let copies = 0;
    for (const { clusterId, result } of parsed) {
      if (!result.ok) continue;
      const key = eventKeyOf(clusterId, result.event);
      const known = contents.get(key) ?? new Set();
      copies += known.size > 0 ? 1 : 0;
      contents.set(key, known.add(contentHashOf(result.event)));
    }
    expect([...contents.values()].filter(({ size }) => size > 1)).toHaveLength(ODDITIES.parked.conflict);
    expect(copies).toBeGreaterThan(5_000);
  });

  it('has a user and a project for every event, but for those that are parked on purpose', () => {
    const directory = demoDirectory();
    const parked = new Map<string, number>();
    for (const { clusterId, result } of parsed) {
      if (!result.ok || isDeferred(result.event)) continue;
      const { gpuModel, usages } = result.event;
      const found = directory.attribute(clusterId, result.event);
      const meters = usages.map(({ meter }) => directory.meterOf(meter, gpuModel));
      const problems = [found, ...meters].flatMap((answer) =>
        typeof answer === 'object' && 'reason' in answer ? [answer.reason] : [],
      );
      const reason =
        findImplausible(result.event, PLAUSIBLE_LIMITS) === undefined ? (problems[0] ?? '') : 'implausible';
      if (reason !== '') parked.set(reason, (parked.get(reason) ?? 0) + 1);
    }
    const { conflict: _conflict, ...expected } = ODDITIES.parked;
    expect(Object.fromEntries(parked)).toEqual(expected);
  });

  it('comes in batches of one cluster that ingest takes, 100,000 to 200,000 events in all', () => {
    expect(batches.every(({ events }) => events.length > 0 && events.length <= 1_000)).toBe(true);
    expect(batches.every(({ clusterId, events }) => events.every(({ source }) => source.includes(clusterId)))).toBe(
      true,
    );
    expect(sent.length).toBeGreaterThan(100_000);
    expect(sent.length).toBeLessThan(200_000);
  });

  it('covers every hour of the past month and of the running one, up to the last full hour', () => {
    const hours = new Set(sent.flatMap(({ event }) => (event.id.startsWith('storage/') ? [event.time] : [])));
    expect(hours.size).toBe((31 + 21) * 24 + 17);
    expect([...hours].sort().at(0)).toBe('2026-10-01T01:00:00Z');
    expect([...hours].sort().at(-1)).toBe('2026-11-22T17:00:00Z');
  });

  it('delivers late what a collector could not send for two days', () => {
    const late = [...demo.lateBatches()].flatMap(({ events }) => events);
    const onTime = new Set(
      [...demo.batches()].flatMap(({ events }) => events.map(({ source, id }) => `${source} ${id}`)),
    );
    const delivered = late.filter(
      ({ source, id }) => !onTime.has(`${source} ${id}`) && id.includes('/demand-forecast/'),
    );
    expect(delivered).toHaveLength(2 * 24 * 3);
  });

  it('bills the namespaces of the OpenCost samples by its answers and quarantines the bad rows', () => {
    const compute = sent.filter(
      ({ clusterId, event }) =>
        clusterId === DEMO_CLUSTERS[0]?.id &&
        event.id.startsWith('compute/churn/') &&
        String(event.time) > '2026-11-22T15:00:00Z',
    );
    expect(compute.map(({ event }) => [event.time, event.data.cpuCoreHours])).toEqual([['2026-11-22T16:00:00Z', 2.5]]);
    expect(demo.quarantined.map(({ hour, name, reason }) => [hour, name, reason])).toEqual([
      ['2026-11-22T16:00:00Z', 'eu-west-1/churn/trainer-0', 'missing_number'],
      ['2026-11-22T16:00:00Z', 'eu-west-1/fraud/scoring-7d9f', 'negative_number'],
    ]);
  });

  it('also works in the first hour of a year and in a leap February', async () => {
    for (const moment of ['2027-01-01T00:30:00Z', '2028-03-01T00:00:00Z']) {
      const now = timeOf(moment);
      const edge = await createDemo(now);
      expect(edge.period.end).toBe(edge.period.monthStart);
      const events = allBatches(edge).flatMap(({ clusterId, events }) => events.map((event) => ({ clusterId, event })));
      const refused = events.filter(({ clusterId, event }) => !parseEvent(event, { clusterId, now }).ok);
      expect(refused).toHaveLength(ODDITIES.refused);
    }
  });
});

describe('the demo people', () => {
  it('are three owners with teams, one of them of twelve members', () => {
    const owners = DEMO_USERS.filter(({ accountOwnerId }) => accountOwnerId === undefined);
    const sizes = owners.map((owner) => DEMO_USERS.filter(({ accountOwnerId }) => accountOwnerId === owner.id).length);
    expect(sizes).toEqual([12, 6, 4]);
  });

  it('have addresses at example.com and ids of their own', () => {
    expect(DEMO_USERS.every(({ email }) => email.endsWith('@example.com'))).toBe(true);
    expect(new Set(DEMO_USERS.map(({ id }) => id)).size).toBe(DEMO_USERS.length);
  });

  it('work on more than thirty projects on their own cluster', () => {
    expect(DEMO_PROJECTS.length).toBeGreaterThan(30);
    for (const { userId, cluster } of DEMO_PROJECTS)
      expect(DEMO_USERS.find(({ id }) => id === userId)?.cluster).toBe(cluster);
  });

  it('include a member who now belongs to the team that was joined', () => {
    expect(DEMO_USERS.find(({ id }) => id === MOVE.userId)?.accountOwnerId).toBe(MOVE.toOwnerId);
  });
});
