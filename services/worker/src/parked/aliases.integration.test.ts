import { createUser, endAlias, listAliases, listProjects, readPipelineCounts, setAlias } from '@hopsmeter/db';
import { findRollupDifferences } from '@hopsmeter/test/support/db/find-rollup-differences.ts';
import { HOUR, SAMPLE_START } from '@hopsmeter/test/support/usage/sample-events.ts';
import {
  type CorrectionWorld,
  createCorrectionWorld,
  projectReport,
  usage,
} from '@hopsmeter/test/support/worker/correction-world.ts';
import type { ProjectEvent, UsageEvent } from '@hopsmeter/usage';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

const CHANGE = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' } as const;
const REASON = 'told by the admin of the cluster';

let world: CorrectionWorld;

/** The alias of a test, which its events and namespaces begin with. */
let alias = '';
let aliasCount = 0;

beforeAll(async () => {
  world = await createCorrectionWorld();
});
beforeEach(() => {
  aliasCount += 1;
  alias = `john${String(aliasCount).padStart(4, '0')}`;
});
afterAll(async () => {
  const differences = await findRollupDifferences(world.database.pool);
  const { events, counted, duplicates, parked } = await readPipelineCounts(world.database.pool);
  await world.database.close();
  expect(differences).toEqual([]);
  expect(events).toBe(counted + duplicates + parked);
});

const used = (id: string, cpu: string, changes: Partial<UsageEvent> = {}) =>
  usage(`${alias}/${id}`, { cpu_hours: cpu }, { subject: alias, namespace: undefined, ...changes });

const report = (id: string, changes: Partial<ProjectEvent> = {}) =>
  projectReport(`${alias}/${id}`, `space-${alias}`, { owner: alias, ...changes });

const set = (userId = 'auth0|member', clusterId = world.seeded.clusterId) =>
  setAlias(world.database.pool, CHANGE, { clusterId, alias, userId, reason: REASON });

const end = async (at: number) => {
  const [held] = await listAliases(world.database.pool, { alias, limit: 1 });
  return endAlias(world.database.pool, CHANGE, { aliasId: held?.id ?? '', at: timeOf(at), reason: REASON });
};

const timeOf = (micros: number): string => new Date(micros / 1_000).toISOString();

/** What a worker does by itself, until nothing of the test waits: what was just tried is left alone for some time. */
const settleAll = () =>
  vi.waitFor(
    async () => {
      await world.settle();
      await world.retry('changed');
      expect((await parkedOf()).filter(({ status }) => status === 'pending')).toEqual([]);
    },
    { timeout: 20_000, interval: 20 },
  );

const parkedOf = () =>
  world.rowsOf<{ id: string; status: string; reason: string }>(
    `select split_part(event_id, '/', 2) as id, status, reason from hopsmeter.parked_events
    where event_id like $1 order by event_id`,
    [`${alias}/%`],
  );

/** Hours of the test by user, and who paid. */
const counted = () =>
  world.rowsOf<{ user: string; owner: string; by: string; cpu: string }>(
    `select user_id as user, account_owner_id as owner, attributed_by as by, trim_scale(sum(quantity))::text as cpu
    from hopsmeter.usage_events, unnest(quantities) as quantity where event_id like $1 group by 1, 2, 3 order by 1, 3`,
    [`${alias}/%`],
  );

const holders = async () =>
  (await listProjects(world.database.pool, { namespace: `space-${alias}`, limit: 9 })).map(({ userId }) => userId);

describe('usage under an alias', () => {
  it('is counted for the user whose alias it is, and nothing that is stored has the alias', async () => {
    await set();
    await world.record(used('e', '2'));
    expect(await counted()).toEqual([{ user: 'auth0|member', owner: 'auth0|owner', by: 'alias', cpu: '2' }]);
    expect(
      await world.rowsOf('select from hopsmeter.usage_daily where $1 in (user_id, account_owner_id)', [alias]),
    ).toEqual([]);
    expect((await world.receiptOf(`${alias}/e`)).attributions).toMatchObject([
      { userId: 'auth0|member', attributedBy: 'alias' },
    ]);
  });

  it('waits while nobody has it, and is counted by itself once somebody does', async () => {
    await world.record(used('e', '3'));
    expect(await parkedOf()).toEqual([{ id: 'e', status: 'pending', reason: 'unknown_user' }]);
    // On another cluster the name is somebody else's.
    await set('auth0|other', world.seeded.emptyClusterId);
    await world.retry('changed');
    expect(await parkedOf()).toEqual([{ id: 'e', status: 'pending', reason: 'unknown_user' }]);
    await set();
    await settleAll();
    expect(await parkedOf()).toEqual([{ id: 'e', status: 'counted', reason: 'unknown_user' }]);
    expect(await counted()).toEqual([{ user: 'auth0|member', owner: 'auth0|owner', by: 'alias', cpu: '3' }]);
  });

  it('is that of the user whose id is spelt like it, from when there is one', async () => {
    await set();
    await world.record(used('before', '1'));
    await createUser(world.database.pool, CHANGE, { id: alias, email: null, name: null, accountOwnerId: null });
    await world.rowsOf(
      `insert into hopsmeter.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at)
      values ($1, $2, '-infinity')`,
      [alias, world.seeded.clusterId],
    );
    await world.record(used('after', '2'));
    expect(await counted()).toEqual([
      { user: 'auth0|member', owner: 'auth0|owner', by: 'alias', cpu: '1' },
      { user: alias, owner: alias, by: 'subject', cpu: '2' },
    ]);
  });

  it('in a batch that was attributed before the alias changed is attributed again', async () => {
    await world.record(used('warm', '1', { subject: 'auth0|member' }));
    await set();
    await world.record(used('e', '5'), used('known', '7', { subject: 'auth0|other' }));
    expect(await parkedOf()).toEqual([]);
    expect(await counted()).toEqual([
      { user: 'auth0|member', owner: 'auth0|owner', by: 'alias', cpu: '5' },
      { user: 'auth0|member', owner: 'auth0|owner', by: 'subject', cpu: '1' },
      { user: 'auth0|other', owner: 'auth0|other', by: 'subject', cpu: '7' },
    ]);
  });

  it('is counted once and for the right user while the alias changes hands under batches in flight', async () => {
    const hours = Array.from({ length: 12 }, (_, hour) => hour);
    const send = (round: number) =>
      world.record(
        ...hours.map((hour) =>
          used(`${round} ${hour}`, '1', { start: SAMPLE_START + hour * HOUR, end: SAMPLE_START + (hour + 1) * HOUR }),
        ),
      );
    // The member has it for the first six hours, the other for those after.
    const change = async () => {
      await set();
      await end(SAMPLE_START + 6 * HOUR).catch((error: unknown) => {
        // Usage of the later hours came in between, and was the member's then.
        expect(error).toMatchObject({ code: 'USAGE_COUNTED_LATER' });
      });
      return set('auth0|other').then(
        () => 6,
        (error: unknown) => {
          expect(error).toMatchObject({ code: 'ALIAS_TAKEN' });
          return 12;
        },
      );
    };
    const [boundary] = await Promise.all([change(), ...[0, 1, 2, 3, 4, 5].map(send)]);
    await settleAll();
    const mine = { owner: 'auth0|owner', by: 'alias', user: 'auth0|member', cpu: String(6 * boundary) };
    const theirs = { owner: 'auth0|other', by: 'alias', user: 'auth0|other', cpu: String(6 * (12 - boundary)) };
    expect(await counted()).toEqual(boundary === 12 ? [mine] : [mine, theirs]);
  });
});

describe('a report of a project whose owner is an alias', () => {
  it('waits while nobody has it, and is settled by itself once somebody does', async () => {
    await world.record(report('p'), used('e', '4', { subject: undefined, namespace: `space-${alias}` }));
    await world.settle();
    expect(await parkedOf()).toMatchObject([
      { id: 'e', reason: 'unknown_namespace' },
      { id: 'p', status: 'pending', reason: 'unknown_user' },
    ]);
    await set();
    await settleAll();
    expect(await parkedOf()).toMatchObject([{ status: 'counted' }, { status: 'counted' }]);
    expect(await counted()).toEqual([{ user: 'auth0|member', owner: 'auth0|owner', by: 'namespace', cpu: '4' }]);
    expect(
      await world.rowsOf('select owner, user_id from hopsmeter.project_reports where event_id = $1', [`${alias}/p`]),
    ).toEqual([{ owner: alias, user_id: 'auth0|member' }]);
  });

  it('means who had the alias then, or when the project ended', async () => {
    await set('auth0|owner');
    await end(SAMPLE_START + 4 * HOUR);
    await set('auth0|other');
    const late = { createdAt: SAMPLE_START, reportedAt: SAMPLE_START + 9 * HOUR };
    await world.record(report('ended', { ...late, endedAt: SAMPLE_START + 4 * HOUR }));
    await world.settle();
    expect(await holders()).toEqual(['auth0|owner']);
    await world.record(report('next', { ...late, projectId: 2, createdAt: SAMPLE_START + 5 * HOUR }));
    await world.settle();
    expect((await holders()).sort()).toEqual(['auth0|other', 'auth0|owner']);
  });

  it('means the user with that e-mail address where there is one', async () => {
    alias = 'Owner@Example.com';
    await set('auth0|other');
    await world.record(report('p'));
    await world.settle();
    expect(await holders()).toEqual(['auth0|owner']);
  });

  it('of another cluster is nobody', async () => {
    await set('auth0|other', world.seeded.emptyClusterId);
    await world.record(report('p'));
    await world.settle();
    expect(await parkedOf()).toEqual([{ id: 'p', status: 'pending', reason: 'unknown_user' }]);
  });
});
