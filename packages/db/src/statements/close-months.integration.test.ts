import {
  createTestDatabase,
  findRollupDifferences,
  recordUsage,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import { addMonths, formatTime, formatUsageDay, parseQuantity, parseTime, parseUsageDay } from '@hopsmeter/usage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LEDGER_COLUMNS } from '../sql/ledger-columns.ts';
import { closeMonths } from './close-months.ts';
import { draftStatement } from './draft-statement.ts';
import { findStatementDifferences } from './find-statement-differences.ts';
import { listStatements } from './list-statements.ts';
import { readStatement } from './read-statement.ts';

const CHANGE = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' } as const;
const HOUR = 3_600_000_000;

const dayOf = (text: string) => parseUsageDay(text) ?? Number.NaN;
const SEPTEMBER = dayOf('2025-09-01');
const OCTOBER = dayOf('2025-10-01');
const NOVEMBER = dayOf('2025-11-01');

let database: TestDatabase;
let seeded: SeededDirectory;
let eventCount = 0;

beforeEach(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
});
afterEach(() => database?.close());

/** Records an hour of usage that begins at noon of a day. */
function use(day: string, quantity: string, userId = seeded.ownerId, meter = 'cpu_hours') {
  const start = parseTime(`${day}T12:00:00Z`) ?? Number.NaN;
  const id = `event-${++eventCount}`;
  const usage = { id, clusterId: seeded.clusterId, subject: userId, start, end: start + HOUR, meter, quantity };
  return recordUsage(database.pool, [usage]);
}

const close = (month: number, ...accountOwnerIds: string[]) =>
  closeMonths(database.pool, CHANGE, { month, ...(accountOwnerIds.length > 0 ? { accountOwnerIds } : {}) });

const linesOf = async (account: string, month: number) =>
  (await readStatement(database.pool, account, month))?.lines.map(
    ({ kind, usageMonth, meter, userId, quantity, amount, original }) => [
      kind,
      formatUsageDay(usageMonth).slice(0, 7),
      meter,
      userId,
      quantity,
      amount,
      original?.number,
    ],
  );

/** Everything that must never change again once a month is closed, as one digest. */
async function digestOf(month: number): Promise<string> {
  const { rows } = await database.pool.query<{ digest: string }>(
    `select md5(string_agg(row, chr(10) order by row)) as digest from (
      select daily::text as row from hopsmeter.usage_daily as daily where booked_on >= $1::date and booked_on < $2::date
      union all
      select event::text from hopsmeter.usage_events as event
      where coalesce(booked_on, usage_date) >= $1::date and coalesce(booked_on, usage_date) < $2::date
      union all select statements::text from hopsmeter.statements where month = $1::date
      union all select line::text from hopsmeter.statement_lines as line
        join hopsmeter.statements on statements.id = line.statement_id where month = $1::date
    ) as kept`,
    [formatUsageDay(month), formatUsageDay(addMonths(month, 1))],
  );
  return rows[0]?.digest ?? '';
}

const expectNoDifferences = async () => {
  expect(await findStatementDifferences(database.pool)).toEqual([]);
  expect(await findRollupDifferences(database.pool)).toEqual([]);
};

const ONE = parseQuantity('1');

describe('closing a month', () => {
  it('makes what the draft said final, with a number, and writes who did it', async () => {
    await use('2025-09-10', '1.5');
    await use('2025-09-11', '2', seeded.memberId);
    const draft = await draftStatement(database.pool, seeded.ownerId, SEPTEMBER);
    expect(draft).toMatchObject({ total: 123n, totalExact: parseQuantity('1.225'), prepaid: 0n, amountDue: 123n });
    expect([draft.credits, ...draft.lines.map(({ credits }) => credits)]).toEqual([35_000n, 20_000n, 15_000n]);
    const { closed, refused, next } = await close(SEPTEMBER, seeded.ownerId);
    expect({ refused, next }).toEqual({ refused: [], next: undefined });
    expect(closed).toEqual([
      {
        accountOwnerId: seeded.ownerId,
        month: SEPTEMBER,
        number: 1,
        total: 123n,
        totalExact: draft.totalExact,
        imported: 0n,
        prepaid: 0n,
        amountDue: 123n,
        isNew: true,
      },
    ]);
    const statement = await readStatement(database.pool, seeded.ownerId, SEPTEMBER);
    expect(statement?.final).toMatchObject({ number: 1 });
    expect(statement?.lines).toEqual(draft.lines);
    expect(statement?.lines.map(({ userId, userName, amount }) => [userId, userName, amount])).toEqual([
      [seeded.memberId, 'member@example.com', 70n],
      [seeded.ownerId, 'owner@example.com', 53n],
    ]);
    const { rows } = await database.pool.query(
      `select actor_id, action, entity_id, after, request_id from hopsmeter.audit_log where action = 'close_month'`,
    );
    expect(rows).toEqual([
      {
        actor_id: 'auth0|staff',
        action: 'close_month',
        entity_id: statement?.final?.id,
        after: {
          accountOwnerId: seeded.ownerId,
          month: '2025-09',
          number: 1,
          total: '1.23',
          totalExact: '1.225',
          imported: '0',
          prepaid: '0',
        },
        request_id: 'request-1',
      },
    ]);
    await expectNoDifferences();
  });

  it('books what comes later in the next month, with a link, and changes nothing of the closed one', async () => {
    await use('2025-09-10', '10', seeded.memberId);
    await close(SEPTEMBER, seeded.ownerId);
    const before = await digestOf(SEPTEMBER);
    await use('2025-09-10', '4', seeded.memberId);
    await use('2025-10-01', '2', seeded.memberId);
    expect(await linesOf(seeded.ownerId, OCTOBER)).toEqual([
      ['usage', '2025-10', 'cpu_hours', seeded.memberId, 2n * ONE, 70n, undefined],
      ['late_usage', '2025-09', 'cpu_hours', seeded.memberId, 4n * ONE, 140n, 1],
    ]);
    await close(OCTOBER, seeded.ownerId);
    await use('2025-09-12', '1');
    expect(await linesOf(seeded.ownerId, NOVEMBER)).toEqual([
      ['late_usage', '2025-09', 'cpu_hours', seeded.ownerId, ONE, 35n, 1],
    ]);
    expect(await digestOf(SEPTEMBER)).toBe(before);
    await expectNoDifferences();
  });

  it('names no original where the usage month never had a statement', async () => {
    await use('2025-10-10', '1');
    await close(OCTOBER, seeded.ownerId);
    await use('2025-08-10', '2');
    expect(await linesOf(seeded.ownerId, NOVEMBER)).toEqual([
      ['late_usage', '2025-08', 'cpu_hours', seeded.ownerId, 2n * ONE, 70n, undefined],
    ]);
    await close(NOVEMBER, seeded.ownerId);
    await expectNoDifferences();
  });

  it('answers the same statement when it is asked again', async () => {
    await use('2025-09-10', '1.5');
    const first = await close(SEPTEMBER, seeded.ownerId);
    const before = await digestOf(SEPTEMBER);
    const again = await close(SEPTEMBER, seeded.ownerId, seeded.ownerId);
    expect(again.closed).toEqual(first.closed.map((statement) => ({ ...statement, isNew: false })));
    expect(await close(SEPTEMBER)).toEqual({ closed: [], refused: [], next: undefined });
    expect(await digestOf(SEPTEMBER)).toBe(before);
  });

  it('goes on saying what users were called', async () => {
    await use('2025-09-10', '1');
    await close(SEPTEMBER, seeded.ownerId);
    const before = await readStatement(database.pool, seeded.ownerId, SEPTEMBER);
    await database.pool.query(`update hopsmeter.users set name = 'Another Name', email = null`);
    expect(await readStatement(database.pool, seeded.ownerId, SEPTEMBER)).toEqual(before);
  });

  it('closes every account that has something to bill, and no other, when none is named', async () => {
    await use('2025-09-10', '1');
    await use('2025-09-10', '1', seeded.otherId);
    await use('2025-10-10', '1', seeded.otherId);
    expect((await close(SEPTEMBER)).closed.map(({ accountOwnerId, number }) => [accountOwnerId, number])).toEqual([
      [seeded.otherId, 1],
      [seeded.ownerId, 2],
    ]);
    expect((await close(OCTOBER)).closed.map(({ accountOwnerId, number }) => [accountOwnerId, number])).toEqual([
      [seeded.otherId, 3],
    ]);
    await expectNoDifferences();
  });

  it('can be tried without changing anything', async () => {
    await use('2025-09-10', '1');
    const tried = await closeMonths(database.pool, CHANGE, { month: SEPTEMBER, isDryRun: true });
    expect(tried.closed).toMatchObject([{ accountOwnerId: seeded.ownerId, total: 35n, isNew: true }]);
    const { rowCount } = await database.pool.query('select from hopsmeter.statements');
    const { rowCount: auditCount } = await database.pool.query(
      `select from hopsmeter.audit_log where action = 'close_month'`,
    );
    expect({ rowCount, auditCount }).toEqual({ rowCount: 0, auditCount: 0 });
  });

  it('bills a month in which nothing was used, when it is named', async () => {
    const { closed } = await close(SEPTEMBER, seeded.ownerId);
    expect(closed).toMatchObject([{ total: 0n, number: 1 }]);
    await use('2025-09-10', '1');
    expect(await linesOf(seeded.ownerId, OCTOBER)).toEqual([
      ['late_usage', '2025-09', 'cpu_hours', seeded.ownerId, ONE, 35n, 1],
    ]);
    await expectNoDifferences();
  });

  it('can come to a credit', async () => {
    await use('2025-09-10', '3');
    await close(SEPTEMBER, seeded.ownerId);
    // What a correction does: the ledger takes back what it booked, in the open month.
    await database.pool.query(
      `with reversal as (
        insert into hopsmeter.usage_events (${LEDGER_COLUMNS}, adjustment)
        select gen_random_uuid(), part, usage_date, content_hash, usage_batch_id, position, hopsworks_cluster_id,
          source_path, event_id, event_type, account_owner_id, user_id, project_id, attributed_by, window_started_at,
          window_ended_at, meters, array(select -quantity from unnest(quantities) as quantity), '2025-10-01', 'reversal'
        from hopsmeter.usage_events
        returning *
      )
      insert into hopsmeter.usage_daily
        (usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter, quantity, rate_id,
         price, price_quantity, event_count, first_event_at, last_event_at)
      select usage_date, '2025-10-01', account_owner_id, user_id, hopsworks_cluster_id, project_id, meter, -quantity,
        rate_id, price, price_quantity, -1, first_event_at, last_event_at
      from hopsmeter.usage_daily`,
    );
    expect((await close(OCTOBER, seeded.ownerId)).closed).toMatchObject([
      { total: -105n, amountDue: 0n, prepaid: -105n },
    ]);
    expect(await linesOf(seeded.ownerId, OCTOBER)).toEqual([
      ['late_usage', '2025-09', 'cpu_hours', seeded.ownerId, -3n * ONE, -105n, 1],
    ]);
    expect(await findStatementDifferences(database.pool)).toEqual([]);
  });
});

describe('a month stays open', () => {
  const refusal = (month: number, ...ids: string[]) =>
    close(month, ...ids).then(
      () => 'closed',
      (error: { code?: string }) => error.code,
    );
  const statementCount = async () => (await database.pool.query('select from hopsmeter.statements')).rowCount;

  it('while it has not ended', async () => {
    const now = dayOf(
      formatTime(Date.now() * 1_000)
        .slice(0, 8)
        .concat('01'),
    );
    expect(await refusal(now, seeded.ownerId)).toBe('MONTH_NOT_ENDED');
    expect(await refusal(now)).toBe('MONTH_NOT_ENDED');
    expect(await refusal(addMonths(now, 1), seeded.ownerId)).toBe('MONTH_NOT_ENDED');
    expect(await refusal(addMonths(now, -1), seeded.ownerId)).toBe('closed');
  });

  it('while an earlier one has usage and is open', async () => {
    await use('2025-08-10', '1');
    await use('2025-10-10', '1');
    expect(await refusal(OCTOBER, seeded.ownerId)).toBe('EARLIER_MONTH_OPEN');
    expect(await close(OCTOBER)).toEqual({
      closed: [],
      refused: [
        {
          accountOwnerId: seeded.ownerId,
          code: 'EARLIER_MONTH_OPEN',
          detail: 'auth0|owner has usage in 2025-08, which has to be closed before 2025-10',
        },
      ],
      next: undefined,
    });
    await close(dayOf('2025-08-01'));
    expect(await refusal(OCTOBER, seeded.ownerId)).toBe('closed');
    expect(await refusal(SEPTEMBER, seeded.ownerId)).toBe('MONTH_CLOSED');
    await expect(draftStatement(database.pool, seeded.ownerId, SEPTEMBER)).rejects.toMatchObject({
      code: 'MONTH_CLOSED',
    });
    expect(await readStatement(database.pool, seeded.ownerId, SEPTEMBER)).toBeUndefined();
  });

  it('for an id that is no account, and for all that are named with it', async () => {
    await use('2025-09-10', '1');
    expect(await refusal(SEPTEMBER, seeded.ownerId, 'auth0|nobody')).toBe('UNKNOWN_REFERENCE');
    expect(await refusal(SEPTEMBER, seeded.memberId)).toBe('UNKNOWN_REFERENCE');
    expect(await statementCount()).toBe(0);
    await expect(draftStatement(database.pool, 'auth0|nobody', SEPTEMBER)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('while a change of prices is being applied', async () => {
    await use('2025-09-10', '1');
    await database.pool.query(
      `insert into hopsmeter.price_changes (change, reason, first_day, next_day, created_by)
      values ('{}', 'for a test', '2025-09-01', '2025-09-01', 'test')`,
    );
    expect(await refusal(SEPTEMBER, seeded.ownerId)).toBe('PRICE_CHANGE_APPLYING');
    await database.pool.query(`update hopsmeter.price_changes set status = 'applied', applied_at = now()`);
    expect(await refusal(SEPTEMBER, seeded.ownerId)).toBe('closed');
  });

  it('when an amount does not fit on a statement; others are closed', async () => {
    await use('2025-09-10', '285714285.7');
    await use('2025-09-10', '1', seeded.otherId);
    await use('2025-09-10', '1');
    expect(await refusal(SEPTEMBER, seeded.ownerId)).toBe('AMOUNT_TOO_LARGE');
    const { closed, refused } = await close(SEPTEMBER);
    expect(closed.map(({ accountOwnerId }) => accountOwnerId)).toEqual([seeded.otherId]);
    expect(refused).toMatchObject([{ accountOwnerId: seeded.ownerId, code: 'AMOUNT_TOO_LARGE' }]);
  });

  it('for good when it is closed: no row of a statement can be changed or removed', async () => {
    await use('2025-09-10', '1');
    await close(SEPTEMBER);
    for (const sql of [
      'update hopsmeter.statements set total = total',
      'delete from hopsmeter.statements',
      'update hopsmeter.statement_lines set amount = amount',
      'delete from hopsmeter.statement_lines',
      'truncate hopsmeter.statements cascade',
      `insert into hopsmeter.statement_lines (statement_id, position, kind, usage_month, meter, user_id, amount_exact,
        amount)
       select statement_id, position + 1, kind, usage_month, meter, user_id, 0, 0 from hopsmeter.statement_lines`,
    ])
      await expect(database.pool.query(sql), sql).rejects.toThrow();
  });
});

describe('the list of statements', () => {
  it('has the newest first, behind a draft of the month that is closed next', async () => {
    expect(
      await listStatements(database.pool, { accountOwnerId: seeded.ownerId, before: undefined, limit: 9 }),
    ).toEqual({
      draft: undefined,
      statements: [],
    });
    for (const day of ['2025-08-10', '2025-09-10', '2025-10-10', '2025-11-10']) await use(day, '1');
    for (const month of [addMonths(SEPTEMBER, -1), SEPTEMBER]) await close(month);
    const list = async (before: number | undefined, limit: number) => {
      const page = await listStatements(database.pool, { accountOwnerId: seeded.ownerId, before, limit });
      return {
        draft: page?.draft?.month,
        total: page?.draft?.total,
        months: page?.statements.map(({ month }) => month),
      };
    };
    expect(await list(undefined, 1)).toEqual({ draft: OCTOBER, total: 35n, months: [SEPTEMBER] });
    expect(await list(SEPTEMBER, 9)).toEqual({
      draft: undefined,
      total: undefined,
      months: [addMonths(SEPTEMBER, -1)],
    });
    expect(
      await listStatements(database.pool, { accountOwnerId: 'auth0|nobody', before: undefined, limit: 1 }),
    ).toBeUndefined();
  });
});

describe('the check of statements', () => {
  it('finds what does not match, whoever went around the triggers', async () => {
    await use('2025-09-10', '1');
    await use('2025-10-10', '1');
    await close(SEPTEMBER);
    await use('2025-09-11', '2');
    await close(OCTOBER);
    await expectNoDifferences();
    const found = async (sql: string) => {
      const client = await database.pool.connect();
      try {
        await client.query('begin');
        await client.query('set local session_replication_role = replica');
        await client.query(sql);
        await client.query('commit');
      } finally {
        client.release();
      }
      return (await findStatementDifferences(database.pool)).map(({ number, difference }) => `${number} ${difference}`);
    };
    expect(
      await found(`update hopsmeter.usage_daily set quantity = quantity + 1 where booked_on = '2025-09-10'`),
    ).toEqual([
      expect.stringContaining(
        '1 billed, not booked: usage of 2025-09, cpu_hours of auth0|owner: 1.000000000000 for 0.35',
      ),
      expect.stringContaining(
        '1 booked, not billed: usage of 2025-09, cpu_hours of auth0|owner: 2.000000000000 for 0.70',
      ),
    ]);
    expect(await findStatementDifferences(database.pool, SEPTEMBER)).toHaveLength(2);
    expect(await findStatementDifferences(database.pool, OCTOBER)).toEqual([]);
    expect(
      await found(`update hopsmeter.usage_daily set quantity = quantity - 1 where booked_on = '2025-09-10';
        update hopsmeter.statement_lines set amount = amount + 0.01 where kind = 'late_usage'`),
    ).toEqual(['2 a line is a cent or more from its exact amount', '2 its lines do not add up to its total']);
    expect(
      await found(
        `update hopsmeter.statement_lines set amount = amount - 0.01, original_statement_id = null
          where kind = 'late_usage'`,
      ),
    ).toEqual(['2 line 2 names another original']);
    expect(await found(`update hopsmeter.statements set number = 7 where number = 2`)).toContain(
      '7 there are 2 statements up to this number',
    );
  });
});
