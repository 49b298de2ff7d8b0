import { describe, expect, it } from 'vitest';
import type { ApplicationDirectory, ApplicationProject } from './application-rows.ts';
import type { OurDirectory } from './directory-plan.ts';
import { planDirectory } from './plan-directory.ts';

const NOW = '2026-11-20T12:00:00.000000Z';
const EAST = '00000000-0000-4000-8000-000000000001';

const NOTHING: OurDirectory = {
  users: [],
  clusters: [],
  assignments: [],
  aliases: [],
  projects: [],
  grants: [],
  creditUsd: '0.35',
};

const user = (id: string, accountOwnerId: string | null = null) => ({
  id,
  email: `${id}@example.com`,
  name: null,
  accountOwnerId,
  status: 'active',
  hopsworksUsername: null,
  deletedAt: null,
  updatedAt: null,
});
const cluster = { id: EAST, name: 'east', maxUsers: 2, status: 'active' };
const on = (userId: string) => ({ userId, clusterId: EAST, assignedAt: null, hopsworksUsername: null });
const project = (projectId: string, rest: Partial<ApplicationProject> = {}): ApplicationProject => ({
  userId: 'ada',
  projectId,
  namespace: 'ml',
  status: 'active',
  createdAt: '2026-03-01T00:00:00.000000Z',
  lastSeenAt: null,
  ...rest,
});

function plan(rows: Partial<ApplicationDirectory>, ours: Partial<OurDirectory> = {}) {
  const application = { users: [], clusters: [], assignments: [], projects: [], credits: [], ...rows };
  return planDirectory(application, { ...NOTHING, ...ours }, NOW);
}

describe('users', () => {
  it('come owners first, and not where the owner is missing, is a member or cannot come', () => {
    const { changes, refused } = plan({
      users: [
        user('bob', 'ada'),
        user('ada'),
        user('cy', 'nobody'),
        user('dan', 'bob'),
        user('..'),
        user('eve', '..'),
        user('gil', 'hal'),
        user('hal', 'gil'),
      ],
    });
    expect(changes.map(({ key }) => key)).toEqual(['ada', 'bob']);
    expect(refused.map(({ key, reason }) => [key, reason])).toEqual([
      ['..', expect.stringContaining('characters')],
      ['cy', 'the owner nobody is missing'],
      ['dan', 'the owner bob is a member of ada'],
      ['eve', 'the owner .. cannot come over'],
      ['gil', 'the owner hal is a member of gil'],
      ['hal', 'the owner gil is a member of hal'],
    ]);
  });

  it('who are here with other content stay as they are and are listed', () => {
    const ours = {
      users: [{ id: 'ada', email: 'other@example.com', name: null, accountOwnerId: null, ownedSince: null }],
    };
    expect(plan({ users: [user('ada')] }, ours)).toMatchObject({
      changes: [],
      different: [{ key: 'ada', reason: 'hopsmeter has the e-mail address other@example.com' }],
    });
  });
});

describe('assignments', () => {
  it('fill a cluster up to its limit, owners first', () => {
    const users = [user('bob', 'ada'), user('ada'), user('cy')];
    const { counts, refused } = plan({ users, clusters: [cluster], assignments: ['bob', 'ada', 'cy'].map(on) });
    expect(counts.user_hopsworks_assignments).toEqual({ read: 3, new: 2, unchanged: 0, different: 0, refused: 1 });
    expect(refused).toMatchObject([{ key: 'bob', reason: `the cluster ${EAST} has 2 users, which is its max_users` }]);
  });

  it('of a deleted user end when they were deleted, and take no place', () => {
    const deleted = { ...user('ada'), deletedAt: '2026-05-01T00:00:00.000000Z' };
    const users = [deleted, user('bob'), user('cy')];
    const { changes } = plan({ users, clusters: [cluster], assignments: ['ada', 'bob', 'cy'].map(on) });
    expect(changes.filter(({ kind }) => kind === 'assign_user')).toMatchObject([
      { userId: 'ada', until: '2026-05-01T00:00:00.000000Z' },
      { userId: 'bob', until: null },
      { userId: 'cy', until: null },
    ]);
  });
});

describe('projects', () => {
  const world = { users: [user('ada'), user('bob')], clusters: [cluster], assignments: ['ada', 'bob'].map(on) };
  const ended = { status: 'inactive', createdAt: '2026-01-01T00:00:00.000000Z' };

  it('of one namespace follow each other; of two at a time the one in use has it', () => {
    const { changes, refused } = plan({
      ...world,
      projects: [
        project('1', { ...ended, lastSeenAt: '2026-03-01T00:00:00.000001Z' }),
        project('2', { ...ended, lastSeenAt: '2026-03-01T00:00:00.000000Z', userId: 'bob' }),
        project('3'),
      ],
    });
    expect(changes.filter(({ kind }) => kind === 'create_project').map(({ key }) => key)).toEqual(['ada/3', 'bob/2']);
    expect(refused).toMatchObject([{ key: 'ada/1', reason: 'ada/3 has the namespace ml in a part of that time' }]);
  });

  it('that hopsmeter has otherwise are listed', () => {
    const projects = [{ id: 'a', clusterId: EAST, namespace: 'ml', userId: 'bob', startedAt: null, endedAt: null }];
    const { changes, different } = plan({ ...world, projects: [project('1')] }, { projects });
    expect(changes.filter(({ kind }) => kind === 'create_project')).toEqual([]);
    expect(different).toMatchObject([{ reason: 'hopsmeter has it as a project of bob from always to now' }]);
  });
});

describe('credits', () => {
  const credit = (used: string) => ({
    userId: 'ada',
    totalPurchased: '100.0000',
    totalUsed: used,
    freeCreditsGranted: '0',
    freeCreditsUsed: '0',
  });

  it('that are left become a grant in USD, rounded once', () => {
    const { changes } = plan({ users: [user('ada')], credits: [credit('87.6543')] });
    // 12.3457 credits are 4.320995 USD.
    expect(changes.at(-1)).toMatchObject({ reference: 'import/purchased', amount: 432n, validFrom: '2026-11-01' });
    expect(plan({ users: [user('ada')], credits: [credit('100')] }).counts.user_credits.unchanged).toBe(1);
  });

  it('that are no numbers or more than there were are refused', () => {
    for (const used of ['NaN', '100.0001', 'Infinity'])
      expect(plan({ users: [user('ada')], credits: [credit(used)] }).refused).toHaveLength(1);
  });
});
