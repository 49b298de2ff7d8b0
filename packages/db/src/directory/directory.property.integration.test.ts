import { formatQuantity, formatTime, formatUsageDay, ONE, parseTime, RequestError, usageDayOf } from '@hopsmeter/usage';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  createTestDatabase,
  findRollupDifferences,
  type ReportedUsage,
  recordUsage,
  type TestDatabase,
} from '../testing/test-database.ts';
import { assignUser, moveUser } from './assign-user.ts';
import { changeOwner } from './change-owner.ts';
import { createCluster } from './create-cluster.ts';
import { createProject } from './create-project.ts';
import { createUser } from './create-user.ts';
import { endProject } from './end-project.ts';
import { handOverProject } from './hand-over-project.ts';

const RUNS = 40;
const CHANGE = { actor: { kind: 'service', id: 'test' }, requestId: 'request-1' } as const;
const MINUTE = 60_000_000;
const DAY = 1_440 * MINUTE;
const DAYS = 4;

/** Users by number: three owners, and two whose first owner is the first of them. */
const USERS = [0, 1, 2, 3, 4] as const;
const NAMESPACES = ['ml', 'etl'] as const;

const user = fc.constantFrom(...USERS);
const namespace = fc.constantFrom(...NAMESPACES);
/** Minutes after the beginning; undefined is now. */
const past = fc.integer({ min: 0, max: DAYS * 1_440 - 1 });
const moment = fc.option(past, { nil: undefined, freq: 3 });

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('event'),
      user: fc.option(user, { nil: undefined }),
      namespace: fc.option(namespace, { nil: undefined }),
      at: moment,
      minutes: fc.integer({ min: 1, max: 3_000 }),
      meter: fc.constantFrom('cpu_hours', 'online_storage_gb_hours'),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('owner'),
      user,
      owner: fc.option(fc.constantFrom(0, 1, 2), { nil: undefined }),
      from: moment,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('move'), user, east: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('hand over'), namespace, user, from: moment }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('end'), namespace }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('create'), namespace, user }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

let database: TestDatabase;
let beginning: number;
let runCount = 0;
const tally: Record<string, number> = {};

beforeAll(async () => {
  database = await createTestDatabase();
  const now = Date.now() * 1_000;
  beginning = now - (now % DAY) - 20 * DAY;
});
afterAll(() => database?.close());

/**
 * What the oracle knows: statements "from this moment on it is so", in the order in which they were made. At a moment
 * the last statement holds that reaches back to it. That is all: no periods, no rows, no SQL.
 */
type Said<T> = { readonly from: number; readonly value: T }[];
const trueAt = <T>(said: Said<T>, at: number): T | undefined => said.findLast(({ from }) => from <= at)?.value;
const always = <T>(value: T): Said<T> => [{ from: Number.NEGATIVE_INFINITY, value }];
const micros = (text: string | null): number =>
  text === null ? Number.NEGATIVE_INFINITY : (parseTime(text) ?? Number.NaN);

async function createWorld() {
  const { pool } = database;
  const run = runCount++;
  const idOf = (number: number) => `run ${run} user ${number}`;
  const addCluster = async (name: string) =>
    (await createCluster(pool, CHANGE, { name: `${run} ${name}`, maxUsers: 100 })).value.id;
  const [east, west] = [await addCluster('east'), await addCluster('west')];
  for (const number of USERS) {
    const accountOwnerId = number > 2 ? idOf(0) : null;
    await createUser(pool, CHANGE, { id: idOf(number), email: null, name: null, accountOwnerId });
    await assignUser(pool, CHANGE, { userId: idOf(number), clusterId: east });
  }
  const projects = new Map<string, string>();
  for (const name of NAMESPACES)
    projects.set(
      name,
      (await createProject(pool, CHANGE, { clusterId: east, namespace: name, userId: idOf(3) })).value.id,
    );
  return {
    idOf,
    east,
    west,
    projects,
    events: [] as ReportedUsage[],
    owners: USERS.map((number) => always(number > 2 ? 0 : number)),
    clusters: USERS.map(() => always(east)),
    users: new Map(NAMESPACES.map((name) => [name as string, always<number | undefined>(3)])),
  };
}
type World = Awaited<ReturnType<typeof createWorld>>;

const clock = async (): Promise<number> => {
  const { rows } = await database.pool.query(
    `select (extract(epoch from clock_timestamp()) * 1000000)::bigint::text as now`,
  );
  return Number(rows[0].now);
};

/** Does what the step says in the database, and tells the oracle when it was not refused. */
async function take(world: World, wanted: Step): Promise<void> {
  const { pool } = database;
  const { idOf, east, west, projects, owners, clusters, users } = world;
  const since = (from: number | undefined) =>
    from === undefined ? {} : { from: formatTime(beginning + from * MINUTE), reason: 'test' };
  switch (wanted.kind) {
    case 'event': {
      const isNow = wanted.at === undefined;
      const start = wanted.at === undefined ? await clock() : beginning + wanted.at * MINUTE;
      const subject = wanted.user ?? (wanted.namespace === undefined ? 0 : undefined);
      const who = subject ?? trueAt(users.get(wanted.namespace ?? '') ?? [], start);
      const event = {
        id: `event ${world.events.length}`,
        // Projects are of the first cluster; everything else comes from where the user was.
        clusterId:
          wanted.namespace !== undefined || who === undefined ? east : (trueAt(clusters[who] ?? [], start) ?? east),
        subject: subject === undefined ? undefined : idOf(subject),
        namespace: wanted.namespace,
        start,
        // A unit a minute: whichever way midnight cuts it, the parts are whole.
        end: isNow ? start : start + wanted.minutes * MINUTE,
        meter: wanted.meter,
        quantity: String(wanted.minutes),
      };
      world.events.push(event);
      await recordUsage(pool, [event]);
      return;
    }
    case 'owner': {
      const accountOwnerId = wanted.owner === undefined ? null : idOf(wanted.owner);
      const { from } = await changeOwner(pool, CHANGE, {
        userId: idOf(wanted.user),
        accountOwnerId,
        ...since(wanted.from),
      });
      owners[wanted.user]?.push({ from: micros(from), value: wanted.owner ?? wanted.user });
      return;
    }
    case 'move': {
      const clusterId = wanted.east ? east : west;
      const owner = trueAt(owners[wanted.user] ?? [], Number.POSITIVE_INFINITY);
      const before = clusters.map((said) => trueAt(said, Number.POSITIVE_INFINITY));
      const { startedAt } = await moveUser(pool, CHANGE, { userId: idOf(wanted.user), clusterId });
      // Who is owned and was on the same cluster comes along.
      for (const number of USERS) {
        const isFollower =
          trueAt(owners[number] ?? [], Number.POSITIVE_INFINITY) === wanted.user && owner === wanted.user;
        if (number === wanted.user || (isFollower && before[number] === before[wanted.user]))
          if (before[wanted.user] !== clusterId) clusters[number]?.push({ from: micros(startedAt), value: clusterId });
      }
      return;
    }
    case 'hand over': {
      const projectId = projects.get(wanted.namespace) ?? '';
      const change = { projectId, userId: idOf(wanted.user), ...since(wanted.from) };
      const { project } = await handOverProject(pool, CHANGE, change);
      if (project.id === projectId) return;
      projects.set(wanted.namespace, project.id);
      users.get(wanted.namespace)?.push({ from: micros(project.startedAt), value: wanted.user });
      return;
    }
    case 'end': {
      const ended = await endProject(pool, CHANGE, { projectId: projects.get(wanted.namespace) ?? '' });
      users.get(wanted.namespace)?.push({ from: micros(ended.endedAt), value: undefined });
      return;
    }
    case 'create': {
      const project = { clusterId: east, namespace: wanted.namespace, userId: idOf(wanted.user) };
      const { isCreated, value } = await createProject(pool, CHANGE, project);
      if (!isCreated) return;
      projects.set(wanted.namespace, value.id);
      users.get(wanted.namespace)?.push({ from: micros(value.startedAt), value: wanted.user });
    }
  }
}

/** Totals by account, user, meter and day, from the events and what the oracle was told. */
function oracleTotals(world: World): Record<string, string> {
  const totals = new Map<string, bigint>();
  for (const event of [...world.events].sort((a, b) => a.start - b.start)) {
    const owner =
      event.namespace === undefined ? undefined : trueAt(world.users.get(event.namespace) ?? [], event.start);
    if (event.namespace !== undefined && owner === undefined) continue;
    const who = event.subject === undefined ? owner : USERS.find((number) => world.idOf(number) === event.subject);
    if (who === undefined || trueAt(world.clusters[who] ?? [], event.start) !== event.clusterId) continue;
    const payer = trueAt(world.owners[who] ?? [], event.start);
    for (let at = event.start, left = BigInt(event.quantity); left > 0n; ) {
      const midnight = (usageDayOf(at) + 1) * DAY;
      const here = event.end > midnight ? BigInt((midnight - at) / MINUTE) : left;
      const key = `${world.idOf(payer ?? -1)} ${world.idOf(who)} ${event.meter} ${formatUsageDay(usageDayOf(at))}`;
      totals.set(key, (totals.get(key) ?? 0n) + here);
      left -= here;
      at = midnight;
    }
  }
  return Object.fromEntries([...totals].sort().map(([key, quantity]) => [key, formatQuantity(quantity * ONE)]));
}

async function databaseTotals(world: World): Promise<Record<string, string>> {
  const { rows } = await database.pool.query(
    `select account_owner_id || ' ' || user_id || ' ' || meter || ' ' || usage_date as key,
      trim_scale(sum(quantity))::text as quantity
    from hopsmeter.usage_daily where user_id = any ($1) group by 1`,
    [USERS.map(world.idOf)],
  );
  return Object.fromEntries(rows.map(({ key, quantity }) => [key, quantity]));
}

it('whatever changes in whatever order, totals are those of a replay in order of time', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 25 }), async (steps) => {
      const world = await createWorld();
      for (const wanted of steps) {
        const refusal = await take(world, wanted).catch((error: unknown) => {
          if (error instanceof RequestError) return error.code;
          throw error;
        });
        const outcome = `${wanted.kind}: ${refusal ?? 'done'}`;
        tally[outcome] = (tally[outcome] ?? 0) + 1;
      }
      // What was parked for something that is there now is counted when it comes again; copies change nothing.
      if (world.events.length > 0) await recordUsage(database.pool, world.events);
      expect(await databaseTotals(world)).toEqual(oracleTotals(world));
    }),
    { numRuns: RUNS },
  );
  expect(await findRollupDifferences(database.pool)).toEqual([]);
  // The property says nothing about steps that never happened.
  for (const kind of ['event', 'owner', 'move', 'hand over', 'end', 'create'])
    expect(tally[`${kind}: done`], JSON.stringify(tally)).toBeGreaterThan(5);
});
