import {
  changeProject,
  createProject,
  createUser,
  endProject,
  handOverProject,
  listAuditLog,
  listProjects,
  readPipelineCounts,
  requestParkedRetry,
} from '@hopsmeter/db';
import { findRollupDifferences } from '@hopsmeter/test/support/db/find-rollup-differences.ts';
import { HOUR, SAMPLE_START } from '@hopsmeter/test/support/usage/sample-events.ts';
import {
  type CorrectionWorld,
  createCorrectionWorld,
  manifest,
  projectReport,
  signal,
  usage,
} from '@hopsmeter/test/support/worker/correction-world.ts';
import type { ProjectEvent, UsageEvent } from '@hopsmeter/usage';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const CHANGE = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' } as const;
const MINUTE = HOUR / 60;
const at = (hours: number): number => SAMPLE_START + hours * HOUR;
const text = (micros: number): string => new Date(micros / 1_000).toISOString();

let world: CorrectionWorld;

/** The namespace of a test, and the beginning of the ids of its events. */
let space = '';
let spaces = 0;

beforeAll(async () => {
  world = await createCorrectionWorld();
});
beforeEach(() => {
  spaces += 1;
  space = `space-${spaces}`;
});
afterAll(async () => {
  const differences = await findRollupDifferences(world.database.pool);
  const { events, counted, duplicates, parked } = await readPipelineCounts(world.database.pool);
  await world.database.close();
  expect(differences).toEqual([]);
  expect(events).toBe(counted + duplicates + parked);
});

/** Settles reports, and then what they make countable, as a worker does. */
async function settle() {
  await world.settle();
  await world.retry('changed');
}

const report = (id: string, changes: Partial<ProjectEvent> = {}) => projectReport(`${space}/${id}`, space, changes);

const used = (id: string, cpu: string, changes: Partial<UsageEvent> = {}) =>
  usage(`${space}/${id}`, { cpu_hours: cpu }, { namespace: space, ...changes });

/** What became of the test's events that were parked. */
const parkedOf = () =>
  world.rowsOf<{ id: string; status: string; reason: string; detail: string }>(
    `select split_part(event_id, '/', 2) as id, status, reason, detail from hopsmeter.parked_events
    where event_id like $1 order by event_id, status`,
    [`${space}/%`],
  );

/** What the audit log says of the namespace's projects. */
const audited = async () =>
  (await listAuditLog(world.database.pool, { entity: 'projects', limit: 200 })).filter(
    ({ after }) => after instanceof Object && Reflect.get(after, 'namespace') === space,
  );

const projects = () => listProjects(world.database.pool, { namespace: space, limit: 20 });

/** Whose a namespace was: `user from to`, in hours since the beginning. */
async function holders(): Promise<string[]> {
  const hours = (moment: string | null): string =>
    moment === null ? '∞' : String((Date.parse(moment) * 1_000 - SAMPLE_START) / HOUR);
  return (await projects())
    .toSorted((a, b) => ((a.startedAt ?? '') < (b.startedAt ?? '') ? -1 : 1))
    .map(
      ({ userId, startedAt, endedAt }) => `${userId} ${startedAt === null ? '-∞' : hours(startedAt)} ${hours(endedAt)}`,
    );
}

/** Hours of the namespace by user. */
const billed = () =>
  world.rowsOf<{ user: string; cpu: string }>(
    `select usage_daily.user_id as user, trim_scale(sum(quantity))::text as cpu
    from hopsmeter.usage_daily join hopsmeter.projects on projects.id = project_id
    where meter = 'cpu_hours' and namespace = $1 group by 1 order by 1`,
    [space],
  );

const versionOf = async (): Promise<string> => {
  const rows = await world.rowsOf<{ version: string }>('select version::text from hopsmeter.directory_versions');
  return rows[0]?.version ?? '';
};

describe('a new project', () => {
  it('is billed from its first hour without any call by a person, whatever comes first', async () => {
    await world.record(used('first', '2'));
    await world.record(
      report('report', { createdAt: SAMPLE_START + 20 * MINUTE, reportedAt: at(1) }),
      used('second', '3', { start: at(1), end: at(2) }),
    );
    await settle();
    expect(await billed()).toEqual([{ user: 'auth0|owner', cpu: '5' }]);
    expect(await audited()).toHaveLength(1);
    expect((await audited())[0]).toMatchObject({
      action: 'report_project',
      actorKind: 'system',
      before: null,
      after: { namespace: space, userId: 'auth0|owner' },
      reason: `reported by the cluster: ${space}/report`,
    });
  });

  it('reported again changes nothing, not even the version of the directory', async () => {
    await world.record(report('1'));
    await settle();
    const version = await versionOf();
    await world.record(report('1'), report('2', { reportedAt: at(2) }));
    await world.record(report('0', { reportedAt: at(0.5) }));
    await settle();
    expect(await versionOf()).toBe(version);
    expect(await holders()).toEqual(['auth0|owner 0 ∞']);
    expect(await audited()).toHaveLength(1);
    expect((await parkedOf()).map(({ id, status }) => `${id} ${status}`)).toEqual([
      '0 counted',
      '1 counted',
      '2 counted',
    ]);
  });

  it('is a conflict with another content under its id, and under the id of usage or a manifest', async () => {
    await world.record(used('e', '1', { namespace: 'ml' }), manifest(`${space}/m`, 1), report('p'));
    await settle();
    await world.record(
      report('p', { owner: 'auth0|other' }),
      report('e', { owner: 'auth0|other' }),
      report('m', { owner: 'auth0|other' }),
      manifest(`${space}/p`, 2),
    );
    await settle();
    const waiting = (await parkedOf()).filter(({ status }) => status === 'pending');
    expect(waiting.map(({ id, reason }) => `${id} ${reason}`)).toEqual([
      'e conflict',
      'm conflict',
      'p conflict',
      'p conflict',
    ]);
    expect(await holders()).toEqual(['auth0|owner 0 ∞']);
  });
});

describe('the owner', () => {
  it('is a user by id, or by e-mail address in whatever case', async () => {
    await world.record(report('p', { owner: 'Other@Example.com' }));
    await settle();
    expect(await holders()).toEqual(['auth0|other 0 ∞']);
  });

  it('who is unknown is waited for, and settled when the user appears', async () => {
    await world.record(report('p', { owner: 'late@example.com' }), used('e', '4'));
    await settle();
    expect(await parkedOf()).toMatchObject([
      { id: 'e', reason: 'unknown_namespace' },
      { id: 'p', status: 'pending', reason: 'unknown_user' },
    ]);
    const late = { id: 'auth0|late', name: 'Late', email: 'late@example.com', accountOwnerId: 'auth0|owner' };
    await createUser(world.database.pool, CHANGE, late);
    await world.rowsOf(
      `insert into hopsmeter.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at)
      values ('auth0|late', $1, '-infinity') on conflict do nothing`,
      [world.seeded.clusterId],
    );
    await settle();
    expect(await billed()).toEqual([{ user: 'auth0|late', cpu: '4' }]);
  });

  it('of another cluster is refused: nothing of theirs is billed to them for it', async () => {
    await world.recordElsewhere(report('p'), used('e', '1'));
    await settle();
    expect(await parkedOf()).toMatchObject([
      { id: 'e', reason: 'unknown_namespace' },
      { id: 'p', status: 'pending', reason: 'user_not_on_cluster' },
    ]);
    expect(await holders()).toEqual([]);
  });

  it('that several users of the cluster could be is nobody', async () => {
    await world.rowsOf(
      `with twins as (
        insert into hopsmeter.users (id, email) values ('auth0|a', 'Twin@example.com'), ('auth0|b', 'twin@example.com')
        returning id
      )
      insert into hopsmeter.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at)
      select id, $1, '-infinity' from twins`,
      [world.seeded.clusterId],
    );
    await world.record(report('p', { owner: 'twin@example.com' }));
    await settle();
    expect(await parkedOf()).toMatchObject([
      { reason: 'unknown_user', detail: expect.stringMatching(/several users/) },
    ]);
    expect(await holders()).toEqual([]);
  });
});

describe('a reported project', () => {
  it('belongs to a new owner from the time of the report on, with the usage since', async () => {
    await world.record(report('1'));
    await settle();
    await world.record(
      used('before', '1', { start: at(1), end: at(2) }),
      used('after', '2', { start: at(3), end: at(4) }),
    );
    await world.record(report('2', { owner: 'auth0|other', reportedAt: at(3) }));
    await settle();
    expect(await holders()).toEqual(['auth0|owner 0 3', 'auth0|other 3 ∞']);
    expect(await billed()).toEqual([
      { user: 'auth0|other', cpu: '2' },
      { user: 'auth0|owner', cpu: '1' },
    ]);
  });

  it('ends when its report says so, and its namespace is the next project’s', async () => {
    await world.record(report('1'));
    await settle();
    await world.record(report('2', { reportedAt: at(4), endedAt: at(2) }));
    await settle();
    expect(await holders()).toEqual(['auth0|owner 0 2']);
    const next = { projectId: 2, owner: 'auth0|other', createdAt: at(3), reportedAt: at(4) };
    await world.record(report('3', next));
    await settle();
    expect(await holders()).toEqual(['auth0|owner 0 2', 'auth0|other 3 ∞']);
  });

  it('whose end nobody reported ends where the next project of the namespace begins', async () => {
    const next = { projectId: 2, owner: 'auth0|other', createdAt: at(3), reportedAt: at(4) };
    await world.record(report('2', next), report('1'));
    await settle();
    expect(await holders()).toEqual(['auth0|owner 0 3', 'auth0|other 3 ∞']);
  });

  it('does not end before usage that is counted: a person sees it', async () => {
    await world.record(report('1'));
    await settle();
    await world.record(used('e', '1', { start: at(5), end: at(6) }));
    await world.record(report('2', { reportedAt: at(7), endedAt: at(2) }));
    await settle();
    expect(await holders()).toEqual(['auth0|owner 0 ∞']);
    expect(await parkedOf()).toMatchObject([{}, { id: '2', status: 'pending', reason: 'contradiction' }]);
  });
});

describe('what a person entered', () => {
  const enter = (rest: object = {}) =>
    createProject(world.database.pool, CHANGE, {
      clusterId: world.seeded.clusterId,
      namespace: space,
      userId: 'auth0|owner',
      ...rest,
    });

  it('stays as it is when a report says the same', async () => {
    const { value } = await enter();
    const version = await versionOf();
    await world.record(report('p'));
    await settle();
    expect(await parkedOf()).toMatchObject([{ id: 'p', status: 'counted' }]);
    expect(await versionOf()).toBe(version);
    expect(await projects()).toEqual([value]);
  });

  it('is not overwritten by a report of another owner, which is shown until a person decides', async () => {
    const { value } = await enter();
    await world.record(report('p', { owner: 'auth0|other', reportedAt: at(2) }));
    await settle();
    expect(await projects()).toEqual([value]);
    const [parked] = await parkedOf();
    expect(parked).toMatchObject({ status: 'pending', reason: 'contradiction' });
    expect(parked?.detail).toContain(`a person entered the project ${value.id} of auth0|owner`);
    expect(parked?.detail).toContain('the project of auth0|other at 2026-11-22T15:00:00.000000Z');
    const handOver = { projectId: value.id, userId: 'auth0|other', from: text(at(1)), reason: 'it is theirs' };
    await handOverProject(world.database.pool, CHANGE, handOver);
    await requestParkedRetry(world.database.pool, CHANGE, {});
    await settle();
    expect(await holders()).toEqual(['auth0|owner -∞ 1', 'auth0|other 1 ∞']);
  });

  it('ends when a report of the same owner says so, and is then free for the next project', async () => {
    await enter();
    const next = { projectId: 2, owner: 'auth0|other', createdAt: at(3), reportedAt: at(4) };
    await world.record(report('1', { reportedAt: at(4), endedAt: at(2) }), report('2', next));
    await settle();
    expect(await holders()).toEqual(['auth0|owner -∞ 2', 'auth0|other 3 ∞']);
  });

  it.each([
    [
      'handed over',
      (projectId: string) =>
        handOverProject(world.database.pool, CHANGE, {
          projectId,
          userId: 'auth0|other',
          from: text(at(2)),
          reason: 'test',
        }),
    ],
    ['ended', (projectId: string) => endProject(world.database.pool, CHANGE, { projectId, at: text(at(2)) })],
    [
      'given another begin',
      (projectId: string) =>
        changeProject(world.database.pool, CHANGE, { projectId, startedAt: text(at(0.5)), reason: 'test' }),
    ],
  ])('is that person’s too when a reported project was %s', async (_what, change) => {
    await world.record(report('1'));
    await settle();
    const [project] = await projects();
    await change(project?.id ?? '');
    const entered = await holders();
    await world.record(report('2', { reportedAt: at(3) }));
    await settle();
    expect(await holders()).toEqual(entered);
  });
});

it('many reports are recorded once by several workers', async () => {
  const many = Array.from({ length: 120 }, (_, i) =>
    projectReport(`${space}/${i}`, `${space}-${i % 40}`, { reportedAt: at(i + 1) }),
  );
  await world.record(...many);
  let counted = 0;
  const settlers = Array.from({ length: 3 }, () =>
    world.createSettler((counts) => {
      counted += counts.counted;
    }),
  );
  await Promise.all(settlers.map((settler) => settler.settle(signal())));
  await settle();
  expect(counted).toBe(120);
  const [row] = await world.rowsOf(
    `select count(distinct event_key)::int as reports, count(distinct projects.id)::int as projects
    from hopsmeter.project_reports join hopsmeter.projects using (hopsworks_cluster_id, namespace)
    where namespace like $1`,
    [`${space}-%`],
  );
  expect(row).toEqual({ reports: 120, projects: 40 });
});
