import {
  createTestDatabase,
  findRollupDifferences,
  type ReportedUsage,
  recordUsage,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { playHistories } from '@hopsmeter/test/support/play-histories.ts';
import { formatQuantity, formatTime, formatUsageDay, ONE, parseTime, RequestError, usageDayOf } from '@hopsmeter/usage';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { assignUser } from './assign-user.ts';
import { changeOwner } from './change-owner.ts';
import { changeProject } from './change-project.ts';
import { createCluster } from './create-cluster.ts';
import { createProject } from './create-project.ts';
import { createUser } from './create-user.ts';
import { endAlias } from './end-alias.ts';
import { endProject } from './end-project.ts';
import { handOverProject } from './hand-over-project.ts';
import { setAlias } from './set-alias.ts';
import { unassignUser } from './unassign-user.ts';

/** Of steps that must have succeeded: few projects can be created. */
const KINDS = ['event', 'owner', 'move', 'unassign', 'hand over', 'end', 'change', 'create', 'set alias', 'end alias'];
const CHANGE = { actor: { kind: 'service', id: 'test' }, requestId: 'request-1' } as const;
const MINUTE = 60_000_000;
const DAY = 1_440 * MINUTE;
const DAYS = 4;

/** Users by number: three owners, and two whose first owner is the first of them. */
const USERS = [0, 1, 2, 3, 4] as const;
const NAMESPACES = ['ml', 'etl'] as const;
/** What the first cluster calls users. */
const NAMES = ['john1234', 'mary5678'] as const;

const user = fc.constantFrom(...USERS);
const namespace = fc.constantFrom(...NAMESPACES);
const name = fc.constantFrom(...NAMES);
/** Minutes after the beginning; undefined is now. */
const past = fc.integer({ min: 0, max: DAYS * 1_440 - 1 });
const moment = fc.option(past, { nil: undefined, freq: 3 });
/** Which of the namespace's projects, or of the periods of a name. */
const place = fc.nat({ max: 9 });

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('event'),
      user: fc.option(user, { nil: undefined }),
      name: fc.option(name, { nil: undefined, freq: 2 }),
      namespace: fc.option(namespace, { nil: undefined }),
      at: moment,
      minutes: fc.oneof(fc.constantFrom(60, 1_440), fc.integer({ min: 1, max: 3_000 })),
      east: fc.boolean(),
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
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('move'), user, east: fc.boolean(), from: moment, until: moment }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unassign'), user, from: moment }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('hand over'), namespace, place, user, from: moment }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('end'), namespace, place, from: moment }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('change'), namespace, place, startedAt: moment, endedAt: moment }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('create'), namespace, user, startedAt: moment, endedAt: moment }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('set alias'), name, user, startedAt: moment, endedAt: moment }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('end alias'), name, place, from: moment }) },
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
 * What the oracle knows: statements "in this time it is so", in the order in which they were made. At a moment the last
 * statement holds that covers it. That is all: no rows, no SQL.
 */
type Said<T> = { readonly from: number; readonly until: number; readonly value: T }[];
const EVER = Number.POSITIVE_INFINITY;
const trueAt = <T>(said: Said<T>, at: number): T | undefined =>
  said.findLast(({ from, until }) => from <= at && at < until)?.value;
const always = <T>(value: T): Said<T> => [{ from: -EVER, until: EVER, value }];

/** What is so in a window and for how long, piece by piece: nothing changes but at a moment that a statement names. */
function piecesOf<T>(
  said: Said<T>,
  start: number,
  end: number,
): { readonly length: number; readonly value: T | undefined }[] {
  const until = Math.max(end, start + 1);
  const moments = said.flatMap(({ from, until }) => [from, until]).filter((at) => start < at && at < until);
  const cuts = [...new Set([start, ...moments])].sort((a, b) => a - b);
  return cuts.map((at, index) => ({ length: (cuts[index + 1] ?? until) - at, value: trueAt(said, at) }));
}

/** Who had something for most of a window; the first of equals. */
function holderIn(said: Said<number | undefined>, start: number, end: number): number | undefined {
  const shares = new Map<number, number>();
  for (const { length, value } of piecesOf(said, start, end))
    if (value !== undefined) shares.set(value, (shares.get(value) ?? 0) + length);
  const most = Math.max(...shares.values());
  return [...shares].find(([, share]) => share === most)?.[0];
}

const micros = (text: string | null, open = -EVER): number => (text === null ? open : (parseTime(text) ?? Number.NaN));

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
  const projects = new Map<string, string[]>();
  for (const namespace of NAMESPACES)
    projects.set(namespace, [
      (await createProject(pool, CHANGE, { clusterId: east, namespace, userId: idOf(3) })).value.id,
    ]);
  return {
    idOf,
    east,
    west,
    projects,
    events: [] as ReportedUsage[],
    owners: USERS.map((number) => always(number > 2 ? 0 : number)),
    clusters: USERS.map(() => always<string | undefined>(east)),
    users: new Map(NAMESPACES.map((name) => [name as string, always<number | undefined>(3)])),
    aliases: new Map(NAMES.map((name) => [name as string, [] as string[]])),
    named: new Map(NAMES.map((name) => [name as string, [] as Said<number | undefined>])),
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
  const { idOf, east, west, projects, owners, clusters, users, aliases, named } = world;
  const timeOf = (minutes: number | undefined) =>
    minutes === undefined ? undefined : formatTime(beginning + minutes * MINUTE);
  const since = (from: number | undefined) => (from === undefined ? {} : { from: timeOf(from), reason: 'test' });
  const projectOf = ({ namespace, place }: { namespace: string; place: number }) => {
    const ids = projects.get(namespace) ?? [];
    return ids[place % ids.length] ?? '';
  };
  switch (wanted.kind) {
    case 'event': {
      const isNow = wanted.at === undefined;
      const start = wanted.at === undefined ? await clock() : beginning + wanted.at * MINUTE;
      const subject = wanted.user ?? (wanted.namespace === undefined ? 0 : undefined);
      const event = {
        id: `event ${world.events.length}`,
        // Projects are of the first cluster.
        clusterId: wanted.namespace !== undefined || wanted.name !== undefined || wanted.east ? east : west,
        subject: wanted.name ?? (subject === undefined ? undefined : idOf(subject)),
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
      owners[wanted.user]?.push({ from: micros(from), until: EVER, value: wanted.owner ?? wanted.user });
      return;
    }
    case 'move':
    case 'unassign': {
      const clusterId = wanted.kind === 'unassign' ? undefined : wanted.east ? east : west;
      const until = wanted.kind === 'move' && wanted.from !== undefined ? timeOf(wanted.until) : undefined;
      const owner = trueAt(owners[wanted.user] ?? [], Number.MAX_VALUE);
      const before = clusters.map((said) => trueAt(said, Number.MAX_VALUE));
      const change = { userId: idOf(wanted.user), ...since(wanted.from) };
      const changed =
        clusterId === undefined
          ? await unassignUser(pool, CHANGE, change)
          : (await assignUser(pool, CHANGE, { ...change, clusterId, until })).value;
      const now = clusterId === undefined ? changed?.endedAt : changed?.startedAt;
      const from = wanted.from === undefined ? micros(now ?? null, EVER) : beginning + wanted.from * MINUTE;
      if (wanted.from === undefined && before[wanted.user] === clusterId) return;
      // Who is owned and was on the same cluster comes along when the user leaves it.
      const isLeaving = until === undefined && before[wanted.user] !== clusterId && before[wanted.user] !== undefined;
      for (const number of USERS) {
        const isOwned = trueAt(owners[number] ?? [], Number.MAX_VALUE) === wanted.user && owner === wanted.user;
        if (number === wanted.user || (isLeaving && isOwned && before[number] === before[wanted.user]))
          clusters[number]?.push({ from, until: micros(until ?? null, EVER), value: clusterId });
      }
      return;
    }
    case 'hand over': {
      const projectId = projectOf(wanted);
      const change = { projectId, userId: idOf(wanted.user), ...since(wanted.from) };
      const { project } = await handOverProject(pool, CHANGE, change);
      if (project.id === projectId) return;
      projects.get(wanted.namespace)?.push(project.id);
      const period = { from: micros(project.startedAt), until: micros(project.endedAt, EVER) };
      users.get(wanted.namespace)?.push({ ...period, value: wanted.user });
      return;
    }
    case 'end':
    case 'change': {
      const projectId = projectOf(wanted);
      const before = await readProject(projectId);
      const { project } =
        wanted.kind === 'end'
          ? await endProject(pool, CHANGE, { projectId, at: timeOf(wanted.from), reason: 'test' })
          : await changeProject(pool, CHANGE, {
              projectId,
              startedAt: timeOf(wanted.startedAt),
              endedAt: timeOf(wanted.endedAt),
              reason: 'test',
            });
      const said = users.get(wanted.namespace);
      const value = USERS.find((number) => idOf(number) === project.userId);
      // Nobody has what it had, and then it has what it has.
      said?.push({ ...before, value: undefined });
      said?.push({ from: micros(project.startedAt), until: micros(project.endedAt, EVER), value });
      return;
    }
    case 'create': {
      const { isCreated, value } = await createProject(pool, CHANGE, {
        clusterId: east,
        namespace: wanted.namespace,
        userId: idOf(wanted.user),
        startedAt: timeOf(wanted.startedAt),
        endedAt: wanted.startedAt === undefined ? undefined : timeOf(wanted.endedAt),
        reason: 'test',
      });
      if (!isCreated) return;
      projects.get(wanted.namespace)?.push(value.id);
      const period = { from: micros(value.startedAt), until: micros(value.endedAt, EVER) };
      users.get(wanted.namespace)?.push({ ...period, value: wanted.user });
      return;
    }
    case 'set alias': {
      const { isCreated, value } = await setAlias(pool, CHANGE, {
        clusterId: east,
        alias: wanted.name,
        userId: idOf(wanted.user),
        startedAt: timeOf(wanted.startedAt),
        endedAt: timeOf(wanted.endedAt),
        reason: 'test',
      });
      if (!isCreated) return;
      aliases.get(wanted.name)?.push(value.id);
      const period = { from: micros(value.startedAt), until: micros(value.endedAt, EVER) };
      named.get(wanted.name)?.push({ ...period, value: wanted.user });
      return;
    }
    case 'end alias': {
      const ids = aliases.get(wanted.name) ?? [];
      const aliasId = ids[wanted.place % ids.length];
      if (aliasId === undefined) return;
      const { userId, startedAt, endedAt } = await endAlias(pool, CHANGE, {
        aliasId,
        at: timeOf(wanted.from),
        reason: 'test',
      });
      const said = named.get(wanted.name);
      const value = USERS.find((number) => idOf(number) === userId);
      const from = micros(startedAt);
      // Nobody has what it had since its begin, up to the next one's.
      const place = said?.findIndex((each) => each.from === from && each.value === value) ?? -1;
      said?.splice(place, 1, { from, until: micros(endedAt, EVER), value });
    }
  }
}

/** When a project is said to begin and end before it is changed. */
async function readProject(projectId: string): Promise<{ from: number; until: number }> {
  const { rows } = await database.pool.query(
    `select extract(epoch from started_at) * 1000000 as from,
      extract(epoch from coalesce(ended_at, 'infinity')) * 1000000 as until
    from hopsmeter.projects where id = $1`,
    [projectId],
  );
  return { from: Number(rows[0].from), until: Number(rows[0].until) };
}

/** Totals by account, user, meter and day, from the events and what the oracle was told. */
function oracleTotals(world: World): Record<string, string> {
  const totals = new Map<string, bigint>();
  for (const event of [...world.events].sort((a, b) => a.start - b.start)) {
    const { start, end } = event;
    const owner =
      event.namespace === undefined ? undefined : holderIn(world.users.get(event.namespace) ?? [], start, end);
    if (event.namespace !== undefined && owner === undefined) continue;
    const named = world.named.get(event.subject ?? '');
    const byId = USERS.find((number) => world.idOf(number) === event.subject);
    const byName = named === undefined ? byId : holderIn(named, start, end);
    const who = event.subject === undefined ? owner : byName;
    if (who === undefined) continue;
    if (!piecesOf(world.clusters[who] ?? [], start, end).some(({ value }) => value === event.clusterId)) continue;
    const payer = trueAt(world.owners[who] ?? [], start);
    for (let at = start, left = BigInt(event.quantity); left > 0n; ) {
      const midnight = (usageDayOf(at) + 1) * DAY;
      const here = end > midnight ? BigInt((midnight - at) / MINUTE) : left;
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
  await playHistories(
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
    { few: 6, missing: () => KINDS.filter((kind) => tally[`${kind}: done`] === undefined) },
  );
  expect(await findRollupDifferences(database.pool)).toEqual([]);
});
