import { bigint, date, primaryKey, text } from 'drizzle-orm/pg-core';
import { exact, exactQuantity, hopsmeterTable, userId } from './columns.ts';

/**
 * What each account used of each meter on each day on which it is booked, over all users, projects and clusters: the
 * exact sum of the rows of `usage_daily`, kept by triggers of that table and written by nothing else. Totals over many
 * accounts read it.
 *
 * No foreign keys: what it sums has them. A row whose rows of the rollup are gone stays, with zeros.
 */
export const accountDays = hopsmeterTable(
  'account_days',
  {
    bookedOn: date('booked_on').notNull(),
    accountOwnerId: userId('account_owner_id').notNull(),
    meter: text('meter').notNull(),
    quantity: exactQuantity('quantity').notNull(),
    cost: exact('cost').notNull(),
    eventCount: bigint('event_count', { mode: 'bigint' }).notNull(),
    /** Rows of `usage_daily`. */
    rowCount: bigint('row_count', { mode: 'bigint' }).notNull(),
  },
  // The day comes first: a month of all accounts is one range of this index.
  (table) => [primaryKey({ name: 'account_days_pkey', columns: [table.bookedOn, table.accountOwnerId, table.meter] })],
).enableRLS();

/**
 * What each account cost on each day on which usage is booked: `account_days` over all meters, kept by the same
 * triggers. A sixth of its rows, for the lists and totals that ask for no meter.
 */
export const accountDayCosts = hopsmeterTable(
  'account_day_costs',
  {
    bookedOn: date('booked_on').notNull(),
    accountOwnerId: userId('account_owner_id').notNull(),
    cost: exact('cost').notNull(),
    /** Rows of `usage_daily`. */
    rowCount: bigint('row_count', { mode: 'bigint' }).notNull(),
  },
  (table) => [primaryKey({ name: 'account_day_costs_pkey', columns: [table.bookedOn, table.accountOwnerId] })],
).enableRLS();
