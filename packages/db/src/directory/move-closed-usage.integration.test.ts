import {
  closeMonth,
  createTestDatabase,
  findRollupDifferences,
  readClosedRows,
  recordUsage,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import {
  createDirectory,
  MICROS_PER_HOUR,
  type PriceTerms,
  parseTime,
  parseUsageDay,
  readTermsInput,
} from '@hopsmeter/usage';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { changePrices, previewPriceChange } from '../pricing/change-prices.ts';
import { reRatePart } from '../pricing/re-rate.ts';
import { assignUser } from './assign-user.ts';
import { changeOwner } from './change-owner.ts';
import { createCluster } from './create-cluster.ts';
import { createProject } from './create-project.ts';
import { createUser } from './create-user.ts';
import { handOverProject } from './hand-over-project.ts';
import { loadDirectory } from './load-directory.ts';

const CHANGE = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'request-1' } as const;
/**
 * Two closed months ago, as long as the tests run in a year that the ledger still takes: months are relative to today.
 */
const now = new Date();
const monthStart = (ago: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - ago, 1));
const dayOf = (ago: number, day: number) => new Date(monthStart(ago).getTime() + (day - 1) * 86_400_000).toISOString();
const PAST = dayOf(2, 10);
const OPEN = dayOf(1, 1).slice(0, 10);

let database: TestDatabase;
let clusterId: string;

beforeEach(async () => {
  database = await createTestDatabase();
  clusterId = (await createCluster(database.pool, CHANGE, { name: 'east', maxUsers: 100 })).value.id;
  for (const [id, accountOwnerId] of [
    ['ada', null],
    ['bob', null],
    ['cy', null],
    ['mia', 'ada'],
  ] as const) {
    await createUser(database.pool, CHANGE, { id, email: null, name: null, accountOwnerId });
    await assignUser(database.pool, CHANGE, { userId: id });
  }
});
afterEach(async () => {
  expect(await findRollupDifferences(database.pool)).toEqual([]);
  await database.close();
});

let nextId = 0;
const report = (at: string, hours = 1, changes: object = {}) => {
  const start = parseTime(at) ?? Number.NaN;
  return recordUsage(database.pool, [
    {
      id: `event ${nextId++}`,
      clusterId,
      subject: 'mia',
      start,
      end: start + hours * MICROS_PER_HOUR,
      quantity: '10',
      ...changes,
    },
  ]);
};
const give = (accountOwnerId: string, from = dayOf(3, 1)) =>
  changeOwner(database.pool, CHANGE, { userId: 'mia', accountOwnerId, from, reason: 'it was never theirs' });
/** Quantity by account and the day on which it is booked; what adds up to nothing is left out. */
const booked = async () =>
  (
    await database.pool.query<{ row: string }>(
      `select account_owner_id || ' ' || booked_on || ' ' || sum(quantity)::integer as row from hopsmeter.usage_daily
      group by account_owner_id, booked_on having sum(quantity) <> 0 order by 1`,
    )
  ).rows.map(({ row }) => row);

it('late usage of a closed month is booked on the first day of the open one, at the price of its own day', async () => {
  await report(PAST);
  await closeMonth(database.pool, 'ada', PAST.slice(0, 10));
  const closed = await readClosedRows(database.pool);
  await report(PAST);
  expect(await booked()).toEqual([`ada ${PAST.slice(0, 10)} 10`, `ada ${OPEN} 10`]);
  expect(await readClosedRows(database.pool)).toEqual(closed);
});

it('a batch that was planned before a month was closed is planned again', async () => {
  const before = createDirectory(await loadDirectory(database.pool));
  await closeMonth(database.pool, 'ada', PAST.slice(0, 10));
  const start = parseTime(PAST) ?? Number.NaN;
  const usage = { id: 'late', clusterId, subject: 'mia', start, end: start + 1, quantity: '1' };
  expect(await recordUsage(database.pool, [usage], before)).toMatchObject({ counted: 1, refusedCount: 1 });
  expect(await booked()).toEqual([`ada ${OPEN} 1`]);
});

it('an owner who is changed in a closed month gets it back in the open one', async () => {
  await report(PAST);
  await closeMonth(database.pool, 'ada', PAST.slice(0, 10));
  const closed = await readClosedRows(database.pool);
  expect(await give('bob')).toMatchObject({ eventCount: 1 });
  const afterFirst = [`ada ${PAST.slice(0, 10)} 10`, `ada ${OPEN} -10`, `bob ${PAST.slice(0, 10)} 10`];
  expect(await booked()).toEqual(afterFirst);
  expect(await give('bob')).toMatchObject({ eventCount: 0 });
  expect(await booked()).toEqual(afterFirst);
  await give('cy');
  expect(await booked()).toEqual([`ada ${PAST.slice(0, 10)} 10`, `ada ${OPEN} -10`, `cy ${PAST.slice(0, 10)} 10`]);
  await give('ada');
  // What was taken back comes back: nothing is left of it in sum.
  expect(await booked()).toEqual([`ada ${PAST.slice(0, 10)} 10`]);
  expect(await readClosedRows(database.pool)).toEqual(closed);
});

it('a new owner whose month is closed too gets it in their open one', async () => {
  await report(PAST);
  await report(PAST, 1, { subject: 'bob' });
  for (const account of ['ada', 'bob']) await closeMonth(database.pool, account, PAST.slice(0, 10));
  const closed = await readClosedRows(database.pool);
  await give('bob');
  expect(await booked()).toEqual([
    `ada ${PAST.slice(0, 10)} 10`,
    `ada ${OPEN} -10`,
    `bob ${PAST.slice(0, 10)} 10`,
    `bob ${OPEN} 10`,
  ]);
  await closeMonth(database.pool, 'bob', OPEN);
  const later = await readClosedRows(database.pool);
  expect(later).toEqual(expect.arrayContaining([...closed]));
  await give('ada');
  expect(await readClosedRows(database.pool)).toEqual(later);
  expect(await booked()).toContain(`bob ${dayOf(0, 1).slice(0, 10)} -10`);
});

it('a window that ends in the open month is taken back in both, each on its day', async () => {
  const lastHour = new Date(monthStart(1).getTime() - 3_600_000).toISOString();
  await report(lastHour, 2);
  await closeMonth(database.pool, 'ada', PAST.slice(0, 10));
  const closed = await readClosedRows(database.pool);
  await give('bob');
  const lastDay = lastHour.slice(0, 10);
  expect(await booked()).toEqual([`ada ${lastDay} 5`, `ada ${OPEN} -5`, `bob ${lastDay} 5`, `bob ${OPEN} 5`]);
  expect(await readClosedRows(database.pool)).toEqual(closed);
});

it('a project that is handed over in a closed month moves in the open one', async () => {
  const project = await createProject(database.pool, CHANGE, { clusterId, namespace: 'ml', userId: 'mia' });
  await report(PAST, 1, { subject: undefined, namespace: 'ml' });
  await report(PAST, 1, { subject: 'bob', namespace: 'ml' });
  await closeMonth(database.pool, 'ada', PAST.slice(0, 10));
  const closed = await readClosedRows(database.pool);
  await handOverProject(database.pool, CHANGE, {
    projectId: project.value.id,
    userId: 'cy',
    from: dayOf(2, 5),
    reason: 'mia had left',
  });
  expect(await booked()).toEqual([
    `ada ${PAST.slice(0, 10)} 10`,
    `ada ${OPEN} -10`,
    `bob ${PAST.slice(0, 10)} 10`,
    `cy ${PAST.slice(0, 10)} 10`,
  ]);
  expect(await readClosedRows(database.pool)).toEqual(closed);
});

it('late usage that moves away leaves to the old account what a new price makes of its closed usage', async () => {
  const from = PAST.replace('00:00:00', '12:00:00');
  await report(PAST);
  await closeMonth(database.pool, 'ada', PAST.slice(0, 10));
  await report(PAST.replace('00:00:00', '14:00:00'), 1, { quantity: '5' });
  const { rows } = await database.pool.query<{ id: string }>('select id from hopsmeter.rate_cards where is_default');
  const { terms } = readTermsInput({ price: '0.45' }) as { terms: PriceTerms };
  const priceChange = {
    kind: 'set_rate',
    rateCardId: rows[0]?.id ?? '',
    meter: 'cpu_hours',
    validFrom: parseUsageDay(PAST.slice(0, 10)) ?? 0,
    terms,
  } as const;
  const { fingerprint } = await previewPriceChange(database.pool, priceChange);
  await changePrices(database.pool, CHANGE, { change: priceChange, reason: 'new contract', fingerprint });
  while ((await reRatePart(database.pool)) !== undefined);
  await give('bob', from);
  expect(await booked()).toEqual([`ada ${PAST.slice(0, 10)} 10`, `bob ${PAST.slice(0, 10)} 5`]);
  const adjustment = await database.pool.query(
    `select quantity::numeric(38, 12)::text, event_count::integer as events, cost::text from hopsmeter.usage_daily
    where account_owner_id = 'ada' and booked_on = $1`,
    [OPEN],
  );
  expect(adjustment.rows).toEqual([{ quantity: '0.000000000000', events: 0, cost: '1.000000000000' }]);
});
