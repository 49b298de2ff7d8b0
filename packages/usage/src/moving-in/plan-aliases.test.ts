import { describe, expect, it } from 'vitest';
import type { ApplicationDirectory } from './application-rows.ts';
import type { OurAlias, OurDirectory } from './directory-plan.ts';
import { planDirectory } from './plan-directory.ts';

const NOW = '2026-11-20T12:00:00.000000Z';
const MAY = '2026-05-01T00:00:00.000000Z';
const JUNE = '2026-06-01T00:00:00.000000Z';
const EAST = '00000000-0000-4000-8000-000000000001';

const user = (id: string, changes: Partial<ApplicationDirectory['users'][number]> = {}) => ({
  id,
  email: `${id}@example.com`,
  name: null,
  accountOwnerId: null,
  status: 'active',
  hopsworksUsername: null,
  deletedAt: null,
  updatedAt: null,
  ...changes,
});

const on = (userId: string, hopsworksUsername: string | null = null) => ({
  userId,
  clusterId: EAST,
  assignedAt: null,
  hopsworksUsername,
});

const alias = (userId: string, changes: Partial<OurAlias> = {}): OurAlias => ({
  id: `alias of ${userId}`,
  clusterId: EAST,
  alias: 'john1234',
  userId,
  startedAt: null,
  endedAt: null,
  ...changes,
});

/** What becomes of people who are here already, on the cluster, unless `isNew`. */
function plan(rows: Partial<ApplicationDirectory>, aliases: readonly OurAlias[] = [], isNew = false) {
  const cluster = { id: EAST, name: 'east', maxUsers: 9, status: 'active' };
  const application = { users: [], clusters: [cluster], assignments: [], projects: [], credits: [], ...rows };
  const ours: OurDirectory = {
    users: isNew ? [] : application.users.map((one) => ({ ...one, ownedSince: null })),
    clusters: [cluster],
    assignments: isNew
      ? []
      : application.users.map(({ id, deletedAt }) => ({
          userId: id,
          clusterId: EAST,
          startedAt: null,
          endedAt: deletedAt,
        })),
    aliases,
    projects: [],
    grants: [],
    creditUsd: '0.35',
  };
  const { changes, different, notes, refused } = planDirectory(application, ours, NOW);
  const aliasesOf = changes.filter((change) => change.kind === 'set_alias');
  return {
    set: aliasesOf.map((each) => [each.alias, each.userId, each.startedAt, each.endedAt]),
    listed: [...different, ...notes, ...refused].map(({ key, reason }) => `${key}: ${reason}`),
  };
}

describe('the Hopsworks user name', () => {
  it('of the assignment, else of the user, becomes an alias of the cluster', () => {
    const users = [
      user('ada', { hopsworksUsername: 'ada00001' }),
      user('bob', { hopsworksUsername: 'elsewhere' }),
      user('cy'),
      user('dan', { hopsworksUsername: '' }),
    ];
    const assignments = [on('ada'), on('bob', 'bob00001'), on('cy'), on('dan', '')];
    for (const isNew of [true, false])
      expect(plan({ users, assignments }, [], isNew)).toEqual({
        set: [
          ['ada00001', 'ada', null, null],
          ['bob00001', 'bob', null, null],
        ],
        listed: [],
      });
  });

  it('that hopsmeter has as an alias of this user stays', () => {
    const rows = { users: [user('ada')], assignments: [on('ada', 'john1234')] };
    expect(plan(rows, [alias('ada')])).toEqual({ set: [], listed: [] });
    expect(plan(rows, [alias('ada', { startedAt: MAY })])).toEqual({ set: [], listed: [] });
  });

  it('that a person gave to another user, or ended, is listed and not overwritten', () => {
    const rows = { users: [user('ada'), user('bob')], assignments: [on('ada', 'john1234'), on('bob')] };
    expect(plan(rows, [alias('bob')])).toEqual({
      set: [],
      listed: ['ada: hopsmeter has the Hopsworks user name john1234 as an alias of bob'],
    });
    expect(plan(rows, [alias('ada', { endedAt: MAY })])).toEqual({
      set: [],
      listed: [`ada: hopsmeter ended the alias john1234 of the user at ${MAY}`],
    });
  });

  it('of a deleted user is theirs until then, and the next one’s from then on, whoever comes first', () => {
    const deleted = [user('ada', { deletedAt: JUNE }), user('cy', { deletedAt: MAY })];
    const users = [user('bob'), ...deleted];
    const names = ['bob', 'ada', 'cy'].map((id) => on(id, 'john1234'));
    for (const assignments of [names, names.toReversed()])
      expect(plan({ users, assignments }).set.sort()).toEqual([
        ['john1234', 'ada', MAY, JUNE],
        ['john1234', 'bob', JUNE, null],
        ['john1234', 'cy', null, MAY],
      ]);
    // Who is deleted and had it before, by hopsmeter, keeps it.
    const held = [alias('ada', { endedAt: JUNE })];
    const [ada] = deleted;
    expect(plan({ users: ada === undefined ? [] : [user('bob'), ada], assignments: names.slice(0, 2) }, held)).toEqual({
      set: [['john1234', 'bob', JUNE, null]],
      listed: [],
    });
  });

  it('that two users have now is nobody’s, and that can be no subject is none', () => {
    const users = [user('ada'), user('bob'), user('cy')];
    const assignments = [on('ada', 'john1234'), on('bob', 'john1234'), on('cy', 'a\u0000b')];
    const { set, listed } = plan({ users, assignments });
    expect(set).toEqual([]);
    expect(listed.sort()).toEqual([
      'ada: 2 users of the cluster have the Hopsworks user name john1234',
      'bob: 2 users of the cluster have the Hopsworks user name john1234',
      expect.stringMatching(/^cy: the Hopsworks user name is not 1 to 255 characters/),
    ]);
    // Whose it is by hopsmeter keeps it.
    expect(plan({ users, assignments: assignments.slice(0, 2) }, [alias('ada')]).listed).toHaveLength(1);
    // A person comes over without it.
    expect(plan({ users, assignments }, [], true).listed).toHaveLength(3);
  });
});
