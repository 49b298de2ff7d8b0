import { createTestDatabase, type TestDatabase } from '@hopsmeter/test/support/db/test-database.ts';
import { type Cents, parseUsageDay, type UsageMonth } from '@hopsmeter/usage';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import { centsText } from '../statements/cents-text.ts';
import { balanceOf } from './balance-of.ts';
import { carryForward } from './carry-forward.ts';
import { grantCredit, type NewGrant } from './grant-credit.ts';
import { listGrants } from './list-grants.ts';
import { planDraws } from './plan-draws.ts';
import { planReturns } from './plan-returns.ts';
import { recordDraws } from './record-draws.ts';
import { revokeGrant } from './revoke-grant.ts';

const CHANGE = { actor: { kind: 'service', id: 'test' }, requestId: 'request-1' } as const;

let database: TestDatabase;
let owner = '';
let ownerCount = 0;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.close());
beforeEach(async () => {
  owner = `auth0|${++ownerCount}`;
  await database.pool.query('insert into hopsmeter.users (id) values ($1)', [owner]);
});

const grant = async (amount: Cents, validFrom: string, expiresOn: string | null, more: Partial<NewGrant> = {}) => {
  const wanted = {
    accountOwnerId: owner,
    reference: null,
    amount,
    validFrom,
    expiresOn,
    reason: 'paid ahead',
    ...more,
  };
  return (await grantCredit(database.pool, CHANGE, wanted)).value.id;
};

const month = (text: string): UsageMonth => {
  const day = parseUsageDay(`${text}-01`);
  if (day === undefined) throw new RangeError(text);
  return day;
};

const plan = (text: string, total: Cents) =>
  inAuditedTransaction(
    database.pool,
    CHANGE,
    (transaction) => planDraws(transaction, { accountOwnerId: owner, month: month(text), total }),
    true,
  );

/** Closes a month with a total, as closing does: statement, then draws, then what is carried forward. */
const close = (text: string, total: Cents, prepaid?: Cents, accountOwnerId = owner) =>
  inAuditedTransaction(database.pool, CHANGE, async (transaction) => {
    const wanted = { accountOwnerId, month: month(text), total };
    if (total < 0n) {
      const { draws, carried } = await planReturns(transaction, wanted);
      const statementId = await addStatement(transaction, text, total, total, accountOwnerId);
      await recordDraws(transaction, statementId, draws);
      const credit = { statementId, number: 7, ...wanted, amount: carried, closedBy: 'test' };
      if (carried > 0n) await carryForward(transaction, credit);
      return draws;
    }
    const draws = await planDraws(transaction, wanted);
    const drawn = prepaid ?? draws.reduce((sum, { amount }) => sum + amount, 0n);
    const id = await addStatement(transaction, text, total, drawn, accountOwnerId);
    await recordDraws(transaction, id, draws);
    return draws;
  });

type Transaction = Parameters<Parameters<typeof inAuditedTransaction>[2]>[0];

async function addStatement(
  { rowsOf }: Transaction,
  text: string,
  total: Cents,
  prepaid: Cents,
  accountOwnerId = owner,
) {
  const [row] = await rowsOf<{ id: string }>(
    `insert into hopsmeter.statements (number, account_owner_id, month, total_exact, total, prepaid, amount_due,
      credit_usd, closed_by)
     select coalesce(max(number), 0) + 1, $1, $2::date, $3::numeric, $3::numeric, $4::numeric,
       $3::numeric - $4::numeric, 0.35, 'test'
     from hopsmeter.statements returning id`,
    [accountOwnerId, `${text}-01`, centsText(total), centsText(prepaid)],
  );
  return row?.id ?? '';
}

/** Whether some statement of this database waits for a lock. */
const isWaiting = async () =>
  (
    await database.pool.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
  ).rowCount === 1;

describe('planning draws', () => {
  it('takes what expires first, then what never expires, and of equals the oldest', async () => {
    const forever = await grant(1_00n, '2026-01-01', null);
    const late = await grant(1_00n, '2026-01-01', '2027-01-01');
    const soonYoung = await grant(1_00n, '2026-11-02', '2026-12-01');
    const soon = await grant(1_00n, '2026-11-01', '2026-12-01');
    const soonToo = await grant(1_00n, '2026-11-01', '2026-12-01');
    expect((await plan('2026-11', 10_00n)).map(({ grantId }) => grantId)).toEqual([
      soon,
      soonToo,
      soonYoung,
      late,
      forever,
    ]);
    expect(await plan('2026-11', 1_50n)).toEqual([
      { grantId: soon, amount: 1_00n },
      { grantId: soonToo, amount: 50n },
    ]);
  });

  it('takes only what is valid on some day of the month, of which the day of expiry is none', async () => {
    const lastDay = await grant(1_00n, '2026-11-30', null);
    const firstDay = await grant(1_00n, '2026-01-01', '2026-11-02');
    await grant(1_00n, '2026-01-01', '2026-11-01');
    await grant(1_00n, '2026-12-01', null);
    expect((await plan('2026-11', 10_00n)).map(({ grantId }) => grantId)).toEqual([firstDay, lastDay]);
  });

  it.each([0n, -1n, -100_00n])('takes nothing for a total of %s cents', async (total) => {
    await grant(1_00n, '2026-01-01', null);
    expect(await plan('2026-11', total)).toEqual([]);
  });

  it('takes nothing from a revoked grant and nothing from another account', async () => {
    const id = await grant(1_00n, '2026-01-01', null);
    await revokeGrant(database.pool, CHANGE, { accountOwnerId: owner, grantId: id, reason: 'mistaken' });
    expect(await plan('2026-11', 10_00n)).toEqual([]);
  });
});

describe('recorded draws', () => {
  it('are remembered from month to month, to the cent', async () => {
    const first = await grant(10_00n, '2026-10-01', '2026-12-01');
    const second = await grant(99_999_999_99n, '2026-10-01', null);
    expect(await close('2026-10', 7_01n)).toEqual([{ grantId: first, amount: 7_01n }]);
    expect(await close('2026-11', 4_00n)).toEqual([
      { grantId: first, amount: 2_99n },
      { grantId: second, amount: 1_01n },
    ]);
    expect(await close('2026-12', 1n)).toEqual([{ grantId: second, amount: 1n }]);
    const grants = await listGrants(database.pool, owner);
    expect(grants.find(({ id }) => id === second)?.draws).toMatchObject([
      { month: '2026-11', amount: '1.01' },
      { month: '2026-12', amount: '0.01' },
    ]);
    const balance = balanceOf(grants, '2026-12-01');
    expect(balance).toEqual({
      granted: 100_000_009_99n,
      drawn: 11_02n,
      expired: 0n,
      revoked: 0n,
      left: 99_999_998_97n,
    });
  });

  it('never exceed their grant, also when two statements draw at the same time', async () => {
    const id = await grant(10_00n, '2026-01-01', null);
    // Past the lock of the directory, as no code of ours does it: the rule must not depend on it.
    const statements = await inAuditedTransaction(database.pool, CHANGE, async (transaction) => {
      await transaction.rowsOf('alter table hopsmeter.statements disable trigger check_statement_prepaid');
      await transaction.rowsOf('alter table hopsmeter.grant_draws disable trigger check_statement_prepaid');
      const ids = [];
      for (let i = 1; i <= 9; i++) ids.push(await addStatement(transaction, `2026-0${i}`, 10_00n, 3_00n));
      return ids;
    });
    try {
      const outcomes = await Promise.allSettled(
        statements.map((statementId) =>
          database.pool.query(
            'insert into hopsmeter.grant_draws (credit_grant_id, statement_id, amount) values ($1, $2, 3.00)',
            [id, statementId],
          ),
        ),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') expect(outcome.reason.constraint).toBe('grant_draws_within_grant');
    } finally {
      await database.pool.query('alter table hopsmeter.statements enable trigger check_statement_prepaid');
      await database.pool.query('alter table hopsmeter.grant_draws enable trigger check_statement_prepaid');
    }
    expect(await listGrants(database.pool, owner)).toMatchObject([{ amount: 10_00n, drawn: 9_00n }]);
  });

  it('wait for a draw that is not committed yet, and count it', async () => {
    const id = await grant(10_00n, '2026-01-01', null);
    const draw = async (client: PoolClient, text: string) => {
      await client.query('begin');
      const { rows } = await client.query<{ id: string }>(
        `insert into hopsmeter.statements (number, account_owner_id, month, total_exact, total, prepaid, amount_due,
          credit_usd, closed_by)
         values ($1, $2, $3, 6, 6, 6, 0, 0.35, 'test') returning id`,
        [text === '2026-01-01' ? 1_001 : 1_002, owner, text],
      );
      return () =>
        client.query(
          'insert into hopsmeter.grant_draws (credit_grant_id, statement_id, amount) values ($1, $2, 6.00)',
          [id, rows[0]?.id],
        );
    };
    const [first, second] = [await database.pool.connect(), await database.pool.connect()];
    try {
      // Both statements are there before either draws: the lock of the directory is not what is tested.
      await database.pool.query('alter table hopsmeter.statements disable trigger change_directory');
      const [drawFirst, drawSecond] = [await draw(first, '2026-01-01'), await draw(second, '2026-02-01')];
      await drawFirst();
      const drawn = drawSecond().then(
        () => 'drawn',
        (error) => error.constraint,
      );
      await vi.waitUntil(() => isWaiting(), { timeout: 10_000 });
      await first.query('commit');
      expect(await drawn).toBe('grant_draws_within_grant');
    } finally {
      await second.query('rollback');
      first.release();
      second.release();
      await database.pool.query('alter table hopsmeter.statements enable trigger change_directory');
    }
    expect(await listGrants(database.pool, owner)).toMatchObject([{ amount: 10_00n, drawn: 6_00n }]);
  });

  it('are what the statement says was prepaid, or nothing is closed', async () => {
    await grant(10_00n, '2026-01-01', null);
    await expect(close('2026-11', 5_00n, 4_99n)).rejects.toMatchObject({ constraint: 'statements_prepaid_drawn' });
    expect(await listGrants(database.pool, owner)).toMatchObject([{ drawn: 0n }]);
    expect(await plan('2026-11', 5_00n)).toMatchObject([{ amount: 5_00n }]);
  });

  it('are of a grant of the same account that is valid in the month', async () => {
    const other = `${owner}-other`;
    await database.pool.query('insert into hopsmeter.users (id) values ($1)', [other]);
    const foreign = await grant(10_00n, '2026-01-01', null, { accountOwnerId: other });
    const past = await grant(10_00n, '2026-01-01', '2026-11-01');
    const future = await grant(10_00n, '2026-12-01', null);
    for (const id of [foreign, past, future]) {
      const drawn = inAuditedTransaction(database.pool, CHANGE, async (transaction) => {
        const statementId = await addStatement(transaction, '2026-11', 5_00n, 5_00n);
        await recordDraws(transaction, statementId, [{ grantId: id, amount: 5_00n }]);
      });
      await expect(drawn).rejects.toMatchObject({ constraint: 'grant_draws_of_valid_grant' });
    }
  });

  it('never change', async () => {
    await grant(10_00n, '2026-01-01', null);
    await close('2026-11', 5_00n);
    for (const sql of [
      'update hopsmeter.grant_draws set amount = 1',
      'delete from hopsmeter.grant_draws',
      'truncate hopsmeter.grant_draws',
    ])
      await expect(database.pool.query(sql)).rejects.toThrow();
  });
});

describe('a statement below zero', () => {
  const leftOf = async () => (await listGrants(database.pool, owner)).map(({ amount, drawn }) => amount - drawn);

  it('gives back to the grants that paid, what is drawn last first, and never more than they gave', async () => {
    const first = await grant(10_00n, '2026-01-01', '2027-01-01');
    const last = await grant(10_00n, '2026-01-01', null);
    await grant(5_00n, '2026-10-01', null);
    await close('2026-09', 14_00n);
    expect(await close('2026-10', -6_00n)).toEqual([
      { grantId: last, amount: -4_00n },
      { grantId: first, amount: -2_00n },
    ]);
    expect(await leftOf()).toEqual([2_00n, 10_00n, 5_00n]);
    // And they are drawn again, in their order.
    expect(await close('2026-11', 3_00n)).toEqual([
      { grantId: first, amount: 2_00n },
      { grantId: last, amount: 1_00n },
    ]);
  });

  it('carries forward what no grant paid, without an end, and the next statements draw it', async () => {
    await grant(10_00n, '2026-01-01', '2027-01-01');
    await close('2026-09', 25_00n);
    await close('2026-10', -25_00n);
    const carried = (await listGrants(database.pool, owner)).find(({ carriedFrom }) => carriedFrom !== null);
    expect(carried).toMatchObject({ amount: 15_00n, drawn: 0n, validFrom: '2026-11-01', expiresOn: null });
    expect(carried?.carriedFrom?.month).toBe('2026-10');
    const { rows } = await database.pool.query(
      `select action, after ->> 'amount' as amount from hopsmeter.audit_log where entity_id = $1`,
      [carried?.id],
    );
    expect(rows).toEqual([{ action: 'carry_forward', amount: '15' }]);
    expect((await close('2026-11', 30_00n)).map(({ amount }) => amount)).toEqual([10_00n, 15_00n]);
  });

  it.each<[string, Partial<NewGrant>, boolean]>([
    ['has ended by the next month', { expiresOn: '2026-11-01' }, false],
    ['was revoked', {}, true],
  ])('carries forward what a grant paid that %s', async (_, more, isRevoked) => {
    const id = await grant(10_00n, '2026-01-01', null, more);
    await close('2026-09', 10_00n);
    const revocation = { accountOwnerId: owner, grantId: id, reason: 'mistaken' };
    if (isRevoked) await revokeGrant(database.pool, CHANGE, revocation);
    expect(await close('2026-10', -10_00n)).toEqual([]);
    expect(balanceOf(await listGrants(database.pool, owner), '2026-11-01')).toMatchObject({ left: 10_00n });
  });

  it('cannot give back more than was drawn, nor carry forward what it does not say, whoever writes it', async () => {
    const id = await grant(10_00n, '2026-01-01', null);
    await close('2026-09', 4_00n);
    const giveBack = (amount: Cents) =>
      inAuditedTransaction(database.pool, CHANGE, async (transaction) => {
        const statementId = await addStatement(transaction, '2026-10', -8_00n, -8_00n);
        await recordDraws(transaction, statementId, [{ grantId: id, amount }]);
      });
    await expect(giveBack(-8_00n)).rejects.toMatchObject({ constraint: 'grant_draws_within_grant' });
    await expect(giveBack(-4_00n)).rejects.toMatchObject({ constraint: 'statements_prepaid_drawn' });
    await close('2026-10', -8_00n);
    const late = database.pool.query(
      `insert into hopsmeter.credit_grants
        (account_owner_id, amount, valid_from, reason, created_by, carried_from_statement_id)
      select $1, 1, '2026-11-01', 'late', 'test', id from hopsmeter.statements
      where account_owner_id = $1 and month = '2026-09-01'`,
      [owner],
    );
    await expect(late).rejects.toMatchObject({ constraint: 'statements_prepaid_drawn' });
  });
});

describe('a grant', () => {
  it('is given once under a reference, however often it is asked for', async () => {
    const wanted: NewGrant = {
      accountOwnerId: owner,
      reference: 'invoice-7',
      amount: 5_00n,
      validFrom: '2026-11-01',
      expiresOn: null,
      reason: 'paid ahead',
    };
    const all = await Promise.all(Array.from({ length: 5 }, () => grantCredit(database.pool, CHANGE, wanted)));
    expect(all.filter(({ isCreated }) => isCreated)).toHaveLength(1);
    expect(new Set(all.map(({ value }) => value.id)).size).toBe(1);
    expect(await listGrants(database.pool, owner)).toHaveLength(1);
    for (const change of [{ amount: 5_01n }, { validFrom: '2026-11-02' }, { expiresOn: '2027-01-01' }, { reason: 'x' }])
      await expect(grantCredit(database.pool, CHANGE, { ...wanted, ...change })).rejects.toMatchObject({
        code: 'GRANT_EXISTS',
      });
    const audit = await database.pool.query(`select action, reason from hopsmeter.audit_log where entity_id = $1`, [
      all[0]?.value.id,
    ]);
    expect(audit.rows).toEqual([{ action: 'grant_credit', reason: 'paid ahead' }]);
  });

  it('is not given under the reference of a revoked one, whatever it says', async () => {
    const wanted = { accountOwnerId: owner, amount: 5_00n, validFrom: '2026-11-01', expiresOn: null, reason: 'paid' };
    const first = { ...wanted, reference: 'invoice-8' };
    const { value } = await grantCredit(database.pool, CHANGE, first);
    await revokeGrant(database.pool, CHANGE, { accountOwnerId: owner, grantId: value.id, reason: 'mistaken' });
    for (const again of [first, { ...first, amount: 6_00n }])
      await expect(grantCredit(database.pool, CHANGE, again)).rejects.toMatchObject({ code: 'GRANT_REVOKED' });
    const next = await grantCredit(database.pool, CHANGE, { ...wanted, reference: 'invoice-8-again' });
    expect(next).toMatchObject({ isCreated: true, value: { revokedAt: null } });
  });

  it('is for an account', async () => {
    await database.pool.query('insert into hopsmeter.users (id, account_owner_id) values ($1, $2)', [
      `${owner}-member`,
      owner,
    ]);
    for (const accountOwnerId of ['nobody', `${owner}-member`])
      await expect(grant(1n, '2026-11-01', null, { accountOwnerId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each([
    ['amount', 'NaN'],
    ['amount', '0'],
    ['amount', '-1'],
    ['reason', ' '],
    ['expires_on', '2026-11-01'],
  ])('is refused by the database with %s %s', async (column, value) => {
    const row = { amount: '1', valid_from: '2026-11-01', expires_on: null, reason: 'why', [column]: value };
    await expect(
      database.pool.query(
        `insert into hopsmeter.credit_grants (account_owner_id, amount, valid_from, expires_on, reason, created_by)
         values ($1, $2, $3, $4, $5, 'test')`,
        [owner, row.amount, row.valid_from, row.expires_on, row.reason],
      ),
    ).rejects.toMatchObject({ code: '23514' });
  });

  it('keeps what was drawn when it is revoked; the rest is told apart', async () => {
    const used = await grant(10_00n, '2026-01-01', null);
    await grant(3_00n, '2026-01-01', '2026-11-22');
    await grant(2_00n, '2026-12-01', null);
    await close('2026-11', 4_00n);
    const wanted = { accountOwnerId: owner, grantId: used, reason: 'mistaken' };
    const revoked = await revokeGrant(database.pool, CHANGE, wanted);
    expect(await revokeGrant(database.pool, CHANGE, { ...wanted, reason: 'again' })).toEqual(revoked);
    expect(revoked).toMatchObject({ drawn: 1_00n, revokeReason: 'mistaken' });
    const grants = await listGrants(database.pool, owner);
    const rest = { granted: 15_00n, drawn: 4_00n, revoked: 9_00n };
    expect(balanceOf(grants, '2026-11-22')).toEqual({ ...rest, expired: 0n, left: 2_00n });
    await expect(
      revokeGrant(database.pool, CHANGE, { ...wanted, accountOwnerId: 'auth0|other' }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is expired from its day of expiry on', async () => {
    await grant(3_00n, '2026-11-01', '2026-11-22');
    const grants = await listGrants(database.pool, owner);
    expect(balanceOf(grants, '2026-11-21')).toMatchObject({ expired: 0n, left: 3_00n });
    expect(balanceOf(grants, '2026-11-22')).toMatchObject({ expired: 3_00n, left: 0n });
  });
});
