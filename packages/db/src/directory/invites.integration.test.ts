import { createTestDatabase, type TestDatabase } from '@hopsmeter/test/support/db/test-database.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listAuditLog } from '../audit/list-audit-log.ts';
import { acceptInvite } from './accept-invite.ts';
import { assignUser } from './assign-user.ts';
import { createCluster } from './create-cluster.ts';
import { createInvite } from './create-invite.ts';
import { createUser } from './create-user.ts';
import { listInvites } from './list-invites.ts';
import { revokeInvite } from './revoke-invite.ts';

const CHANGE = { actor: { kind: 'owner', id: 'ada' }, requestId: 'request-1' } as const;

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
  for (const id of ['ada', 'bob'])
    await createUser(database.pool, CHANGE, { id, email: null, name: null, accountOwnerId: null });
});
afterEach(() => database.close());

const invite = (email = 'New@Example.com', accountOwnerId = 'ada') =>
  createInvite(database.pool, CHANGE, { accountOwnerId, email });
const accept = (token: string, userId = 'new') => acceptInvite(database.pool, CHANGE, { token, userId, name: 'New' });
const statuses = async () =>
  (await listInvites(database.pool, { limit: 10, accountOwnerId: 'ada' })).map(({ status }) => status);
const expire = () =>
  database.pool.query(
    `update hopsmeter.team_invites set created_at = created_at - interval '7 days', expires_at = now()`,
  );

describe('an invitation', () => {
  it('is good for seven days, and its token is stored nowhere', async () => {
    const { invite: made, token } = await invite();
    expect(made).toMatchObject({ accountOwnerId: 'ada', email: 'New@Example.com', status: 'pending' });
    expect(Date.parse(made.expiresAt) - Date.parse(made.createdAt)).toBe(7 * 86_400_000);
    const stored = await database.pool.query(
      `select row_to_json(team_invites)::text as text from hopsmeter.team_invites union all
        select row_to_json(audit_log)::text from hopsmeter.audit_log`,
    );
    const secret = token.slice('hwi_'.length);
    for (const { text } of stored.rows) expect(text).not.toContain(secret);
    expect(secret).toMatch(/^[\w-]{43}$/);
  });

  it('is one for an account and an address, in upper or lower case', async () => {
    await invite();
    await expect(invite('nEW@example.COM')).rejects.toMatchObject({ code: 'INVITE_PENDING' });
    await invite('New@Example.com', 'bob');
    await invite('other@example.com');
  });

  it('is made once by many at the same time', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => invite()));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is replaced when it has expired', async () => {
    const { token } = await invite();
    await expire();
    expect(await statuses()).toEqual(['expired']);
    await expect(accept(token)).rejects.toMatchObject({ code: 'INVITE_ENDED' });
    await invite('new@example.com');
    expect(await statuses()).toEqual(['pending', 'revoked']);
  });

  it('comes from an owner', async () => {
    await createUser(database.pool, CHANGE, { id: 'mia', email: null, name: null, accountOwnerId: 'bob' });
    await expect(invite('x@example.com', 'mia')).rejects.toMatchObject({ code: 'TWO_LEVELS' });
    await expect(invite('x@example.com', 'nobody')).rejects.toMatchObject({ code: 'UNKNOWN_REFERENCE' });
  });

  it('is revoked by the account that made it', async () => {
    const { invite: made, token } = await invite();
    const revoke = (accountOwnerId?: string) =>
      revokeInvite(database.pool, CHANGE, { inviteId: made.id, accountOwnerId });
    await expect(revoke('bob')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const revoked = await revoke('ada');
    expect(revoked.status).toBe('revoked');
    expect(await revoke()).toEqual(revoked);
    await expect(accept(token)).rejects.toMatchObject({ code: 'INVITE_ENDED' });
    await invite();
  });
});

describe('accepting', () => {
  it('adds somebody new to the team and to the cluster of the owner', async () => {
    await createCluster(database.pool, CHANGE, { name: 'east', maxUsers: 2 });
    const { value } = await assignUser(database.pool, CHANGE, { userId: 'ada' });
    const { token, invite: made } = await invite();
    const accepted = await accept(token);
    expect(accepted.user).toMatchObject({
      id: 'new',
      email: 'New@Example.com',
      name: 'New',
      accountOwnerId: 'ada',
      clusterId: value.clusterId,
    });
    expect(accepted.invite).toMatchObject({ id: made.id, status: 'accepted', acceptedByUserId: 'new' });
    expect(await accept(token)).toEqual(accepted);
    await expect(accept(token, 'bob')).rejects.toMatchObject({ code: 'INVITE_ENDED' });
    await expect(revokeInvite(database.pool, CHANGE, { inviteId: made.id })).rejects.toMatchObject({
      code: 'INVITE_ENDED',
    });
    const actions = (await listAuditLog(database.pool, { limit: 3 })).map(({ action }) => action);
    expect(actions.sort()).toEqual(['accept_invite', 'assign_user', 'create_user']);
  });

  it('makes an owner without members a member from now on, and moves them', async () => {
    const [east, west] = await Promise.all(
      ['east', 'west'].map((name) => createCluster(database.pool, CHANGE, { name, maxUsers: 2 })),
    );
    await assignUser(database.pool, CHANGE, { userId: 'ada', clusterId: east?.value.id });
    await assignUser(database.pool, CHANGE, { userId: 'bob', clusterId: west?.value.id });
    const { user } = await accept((await invite()).token, 'bob');
    expect(user).toMatchObject({ accountOwnerId: 'ada', clusterId: east?.value.id });
    const history = await database.pool.query(
      `select account_owner_id as owner from hopsmeter.account_ownerships where user_id = 'bob' order by started_at`,
    );
    expect(history.rows).toEqual([{ owner: 'bob' }, { owner: 'ada' }]);
  });

  it('needs no cluster when the owner is on none', async () => {
    expect((await accept((await invite()).token)).user.clusterId).toBeNull();
  });

  it('leaves nothing half done when the cluster is full', async () => {
    await createCluster(database.pool, CHANGE, { name: 'east', maxUsers: 1 });
    await assignUser(database.pool, CHANGE, { userId: 'ada' });
    const { token } = await invite();
    const dump = async () =>
      (
        await database.pool.query(
          `select (select json_agg(users order by id) from hopsmeter.users), (select json_agg(team_invites)
            from hopsmeter.team_invites),
            (select json_agg(account_ownerships order by user_id) from hopsmeter.account_ownerships),
            (select count(*) from hopsmeter.audit_log), (select version from hopsmeter.directory_versions)`,
        )
      ).rows;
    const before = await dump();
    for (const userId of ['new', 'bob'])
      await expect(accept(token, userId)).rejects.toMatchObject({ code: 'CLUSTER_FULL' });
    expect(await dump()).toEqual(before);
    expect(await statuses()).toEqual(['pending']);
  });

  it('is for one: of many at the same time the others are refused', async () => {
    const { token } = await invite();
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => accept(token, `user ${i}`)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const members = await database.pool.query(`select from hopsmeter.users where account_owner_id = 'ada'`);
    expect(members.rowCount).toBe(1);
  });

  it('is refused where two levels or another account are in the way', async () => {
    const { token } = await invite();
    await createUser(database.pool, CHANGE, { id: 'mia', email: null, name: null, accountOwnerId: 'bob' });
    await expect(accept(token, 'ada')).rejects.toMatchObject({ code: 'TWO_LEVELS' });
    await expect(accept(token, 'bob')).rejects.toMatchObject({ code: 'TWO_LEVELS' });
    await expect(accept(token, 'mia')).rejects.toMatchObject({ code: 'ALREADY_MEMBER' });
    await expect(accept('hwi_nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await statuses()).toEqual(['pending']);
  });
});
