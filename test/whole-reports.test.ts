import { createApiApp } from '@hopsmeter/api';
import { createLogger, createRegistry, type HttpApp } from '@hopsmeter/runtime';
import { CLUSTER_SOURCE_PREFIX, parseQuantity, parseTime } from '@hopsmeter/usage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { one } from './harness/world.ts';
import { startTestIssuer, type TestIssuer } from './support/api/test-issuer.ts';
import {
  createTestDatabase,
  type ReportedUsage,
  recordUsage,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from './support/db/test-database.ts';

const KEY = 'service-role-key-of-the-tests-0123456789';
const NOW = parseTime('2026-11-22T14:00:00Z') ?? 0;
const MINUTE = 60_000_000;

/**
 * Each letter and number names a failure in the reports of the system that this one replaces, as in
 * counted-once-on-the-right-bill.test.ts.
 */
describe('a report is whole', () => {
  let database: TestDatabase;
  let seeded: SeededDirectory;
  let issuer: TestIssuer;
  let api: HttpApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    // Days and months are UTC, wherever the database believes to be.
    const name = new URL(database.url).pathname.slice(1);
    await database.pool.query(`alter database ${name} set timezone to 'Pacific/Kiritimati'`);
    seeded = await seedDirectory(database.pool);
    issuer = await startTestIssuer();
    const logger = createLogger({ name: 'test', level: 'silent' });
    const registry = createRegistry({ withProcess: false });
    const deps = { pool: database.pool, logger, registry, serviceRoleKey: KEY, people: issuer, now: () => NOW };
    api = (await createApiApp(deps)).app;
  });
  afterAll(async () => {
    await api?.close();
    await issuer?.close();
    await database?.close();
  });

  it('ends after its last row, not after 1,000 (B10)', async () => {
    const start = parseTime('2026-11-10T00:00:00Z') ?? 0;
    // 1,242 rows of a cent and a half, as many as the report that lost a third of its money had.
    await recordUsage(
      database.pool,
      Array.from({ length: 1_242 }, (_, i) => usage(`b10-${i}`, seeded.otherId, start + i * MINUTE, '0.053')),
    );
    const range = 'from=2026-11-10&to=2026-11-11&account=auth0%7Cother';
    const cost = await ask(`/v1/accounts/auth0%7Cother/totals?from=2026-11-10&to=2026-11-11`);
    expect(cost).toMatchObject({ total: '23.04', totalExact: '23.039100000000' });
    const quantities: bigint[] = [];
    for (let cursor = ''; ; ) {
      const page = await ask(`/v1/events?${range}&limit=500${cursor}`);
      for (const { meters } of page.events) quantities.push(parseQuantity(meters[0].quantity));
      if (page.nextCursor === undefined) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    const { rows } = await ask(`/v1/usage-daily?${range}`);
    expect(quantities).toHaveLength(1_242);
    expect(quantities.reduce((sum, quantity) => sum + quantity, 0n)).toBe(parseQuantity(rows[0].quantity));
    expect(rows).toMatchObject([{ eventCount: '1242', costExact: cost.totalExact }]);
  });

  it("shows an owner their team's usage (C4)", async () => {
    const start = parseTime('2026-11-12T10:00:00Z') ?? 0;
    await recordUsage(database.pool, [
      usage('c4-own', seeded.ownerId, start, '1'),
      usage('c4-member', seeded.memberId, start, '2'),
    ]);
    const range = 'from=2026-11-12&to=2026-11-13';
    const totals = await ask(`/v1/accounts/auth0%7Cowner/totals?${range}&groupBy=user`, seeded.ownerId);
    expect(totals).toMatchObject({
      total: '1.05',
      groups: expect.arrayContaining([expect.objectContaining({ key: { user: seeded.memberId }, cost: '0.70' })]),
    });
    // And down to the member's event, with who pays for it and why.
    const filter = `${range}&account=auth0%7Cowner&user=auth0%7Cmember`;
    const { id, source } = one<{ id: string; source: string }>(
      (await ask(`/v1/events?${filter}`, seeded.ownerId)).events,
    );
    expect(await ask(receiptUrl(id, source), seeded.ownerId)).toMatchObject({
      costExact: '0.700000000000',
      attributions: [{ accountOwnerId: seeded.ownerId, userId: seeded.memberId, attributedBy: 'subject' }],
      parts: [{ statement: { accountOwnerId: seeded.ownerId, month: '2026-11' } }],
    });
  });

  it('begins a month at midnight UTC, with one number for one thing on every page (F4)', async () => {
    const month = parseTime('2026-11-01T00:00:00Z') ?? 0;
    await recordUsage(database.pool, [
      usage('f4-before', seeded.ownerId, month - MINUTE, '1'),
      usage('f4-after', seeded.ownerId, month, '2'),
    ]);
    for (const [id, day, quantity] of [
      ['f4-before', '2026-10-31', '1.000000000000'],
      ['f4-after', '2026-11-01', '2.000000000000'],
    ] as const) {
      const range = `from=${day}&to=${day < '2026-11' ? '2026-11-01' : '2026-11-02'}&account=auth0%7Cowner`;
      const [event] = (await ask(`/v1/events?${range}`)).events;
      const receipt = await ask(receiptUrl(id, event.source));
      const [row] = (await ask(`/v1/usage-daily?${range}`)).rows;
      const totals = await ask(`/v1/accounts/auth0%7Cowner/totals?${range.replace('&account=auth0%7Cowner', '')}`);
      expect(event).toMatchObject({ id, usageDate: day, meters: [{ quantity }] });
      expect(receipt.parts).toMatchObject([
        { usageDate: day, bookings: [{ quantity, rollup: { quantity } }], statement: { month: day.slice(0, 7) } },
      ]);
      expect(row).toMatchObject({ usageDate: day, bookedOn: day, quantity });
      expect([totals.totalExact, receipt.costExact]).toEqual([row.costExact, row.costExact]);
    }
    const accounts = await ask('/v1/accounts?month=2026-10&q=owner%40');
    expect(accounts.accounts).toMatchObject([{ id: seeded.ownerId, totalExact: '0.350000000000' }]);
  });

  const usage = (id: string, subject: string, start: number, quantity: string): ReportedUsage => ({
    id,
    clusterId: seeded.clusterId,
    subject,
    start,
    end: start + MINUTE,
    quantity,
  });

  const receiptUrl = (id: string, source: string): string => {
    expect(source).toBe(CLUSTER_SOURCE_PREFIX + seeded.clusterId);
    return `/v1/events/${encodeURIComponent(id)}?source=${encodeURIComponent(source)}`;
  };

  /** Asks as a person, or with the key of the services. */
  const ask = async (url: string, sub?: string) => {
    const token = sub === undefined ? KEY : await issuer.sign({ sub });
    const answer = await api.inject({ url, headers: { authorization: `Bearer ${token}` } });
    expect([url, answer.statusCode]).toEqual([url, 200]);
    return answer.json();
  };
});
