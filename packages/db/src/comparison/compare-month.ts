import { setImmediate } from 'node:timers/promises';
import {
  type ComparisonRow,
  compareUser,
  formatUsageDay,
  MICROS_PER_HOUR,
  type Micros,
  type UsageDay,
  type UserFacts,
  usageDayOf,
} from '@hopsmeter/usage';
import { inApplication } from '../application/in-application.ts';
import { inSnapshot } from '../connection/in-snapshot.ts';
import type { Pool } from '../connection/pool.ts';
import type { Query } from '../connection/query.ts';
import { LIST_APPLICATION_USERS } from './application-statements.ts';
import { COUNT_IMPORTED_DAYS, LIST_OUR_USERS } from './our-statements.ts';
import { readMonthFacts } from './read-month-facts.ts';
import { eachUserFacts } from './read-users-facts.ts';

/**
 * Users whose days are in memory at a time: 100 with a month each are some 20 MB. Each page reads the ledger of the
 * month once.
 */
const USERS_PER_PAGE = 100;

/** Whoever begins in the middle wants some rows, and a user with a difference has many. */
const USERS_OF_FIRST_PAGE = 10;

/** So long after midnight both systems have counted the day that ended: the application's job runs hourly. */
const SETTLED_AFTER_HOURS = 2;

export type ComparisonQuery = {
  /** The first day of the month and that of the next. */
  readonly from: UsageDay;
  readonly to: UsageDay;
  readonly now: Micros;
  /** Begins with this user. */
  readonly fromUserId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** A row with what people call the user; null where nobody knows. */
export type NamedComparisonRow = ComparisonRow & { readonly userName: string | null };

/** What is compared: the days from `from` up to, but not including, `to`, which are over. */
export type ComparedDays = {
  readonly from: string;
  readonly to: string;
  readonly userCount: number;
  /** Days of users that were imported: they are compared only where something was metered too. */
  readonly importedDayCount: number;
};

/** Takes the rows of a user, the equal ones too; `place` is how many users are done. False: no more is needed. */
export type TakeRows = (
  rows: readonly NamedComparisonRow[],
  progress: { readonly place: number; readonly userCount: number },
) => Promise<boolean>;

/**
 * Compares a month of the application's usage with hopsmeter's, user by user, in the order of user, day and measure.
 * Both databases are read in one read-only transaction each, so it runs beside everything and changes nothing.
 *
 * @param url of the application database.
 * @throws ApplicationDatabaseError when it cannot be read; what `take` throws; the signal's reason between two users.
 */
export function compareMonth(pool: Pool, url: string, query: ComparisonQuery, take: TakeRows): Promise<ComparedDays> {
  return inApplication(url, ['users', 'user_projects', 'usage_daily'], (application) =>
    inSnapshot(pool, (ours) => compareUsers(ours, application, query, take)),
  );
}

async function compareUsers(
  ours: Query,
  application: Query,
  { from, to: monthEnd, now, fromUserId, signal }: ComparisonQuery,
  takeRows: TakeRows,
): Promise<ComparedDays> {
  const to = Math.max(from, Math.min(monthEnd, usageDayOf(now - SETTLED_AFTER_HOURS * MICROS_PER_HOUR)));
  const month = await readMonthFacts(ours, application, { from, to });
  const users = await listUsers(ours, application, from, to);
  const range = { from: formatUsageDay(from), to: formatUsageDay(to) };
  const [imported] = await ours.rowsOf<{ count: number }>(COUNT_IMPORTED_DAYS, [range.from, range.to]);
  const compared = { ...range, userCount: users.length, importedDayCount: imported?.count ?? 0 };
  const begin = fromUserId === undefined ? 0 : users.findIndex((userId) => userId >= fromUserId);
  const take = async (facts: UserFacts, userName: string | null, place: number): Promise<boolean> => {
    // Explaining is work of the processor alone; others want to be answered in between.
    await setImmediate();
    signal?.throwIfAborted();
    const rows = compareUser(facts, month).map((row) => ({ ...row, userName }));
    return takeRows(rows, { place, userCount: users.length });
  };
  let place = begin < 0 ? users.length : begin;
  let isWanted = true;
  let size = fromUserId === undefined ? USERS_PER_PAGE : USERS_OF_FIRST_PAGE;
  while (isWanted && place < users.length) {
    const userIds = users.slice(place, place + size);
    await eachUserFacts(ours, application, { userIds, from, to }, async ({ facts, userName }) => {
      place += 1;
      isWanted = await take(facts, userName, place);
      return isWanted;
    });
    size = USERS_PER_PAGE;
  }
  return compared;
}

/** All who used something, in the order in which texts are compared here. */
async function listUsers(ours: Query, application: Query, from: UsageDay, to: UsageDay): Promise<string[]> {
  const range = [formatUsageDay(from), formatUsageDay(to)];
  const [here, there] = [
    await ours.rowsOf<{ readonly userId: string }>(LIST_OUR_USERS, range),
    await application.rowsOf<{ readonly userId: string }>(LIST_APPLICATION_USERS, range),
  ];
  return [...new Set([...here, ...there].map(({ userId }) => userId))].sort();
}
