import { sql } from 'drizzle-orm';
import { check, date, integer, jsonb, numeric, text, unique } from 'drizzle-orm/pg-core';
import { exact, hopsmeterTable, instant, systemId, userId } from './columns.ts';
import { users } from './directory.ts';

/** Money that a person is asked to pay, or is paid back. */
const money = (name: string) => numeric(name, { precision: 10, scale: 2 });

/**
 * An account's closed month. A row is final: triggers refuse every change. While a month is open it has no row; its
 * draft is computed when it is asked for. Adding a row changes the directory: from then on usage of the month is booked
 * in the account's next month.
 */
export const statements = hopsmeterTable(
  'statements',
  {
    id: systemId().primaryKey().defaultRandom(),
    /** Without gaps, over all accounts. */
    number: integer('number').notNull().unique(),
    accountOwnerId: userId('account_owner_id')
      .notNull()
      .references(() => users.id),
    /** The month's first day. */
    month: date('month').notNull(),
    currency: text('currency').notNull().default('USD'),
    totalExact: exact('total_exact').notNull(),
    total: money('total').notNull(),
    /** What prepaid grants paid of it; below zero what went back to them, or was carried forward as a new one. */
    prepaid: money('prepaid').notNull().default('0'),
    /** What of it is imported usage: it was billed before, by another system, and nobody is asked for it again. */
    imported: money('imported').notNull().default('0'),
    amountDue: money('amount_due').notNull(),
    /** What one credit cost on the last day of the month. */
    creditUsd: exact('credit_usd').notNull(),
    /** Name and address of whoever issues it, a line each; NULL when none was set. */
    issuer: text('issuer'),
    /** Of the account owner, as known when the month was closed: a statement goes on saying what it said. */
    customerName: text('customer_name'),
    customerEmail: text('customer_email'),
    billingAddress: text('billing_address'),
    closedAt: instant('closed_at').notNull().defaultNow(),
    closedBy: text('closed_by').notNull(),
  },
  (table) => [
    unique('statements_one_per_month').on(table.accountOwnerId, table.month),
    check('statements_month_is_first_day', sql`extract(day from ${table.month}) = 1`),
    check('statements_currency_is_usd', sql`${table.currency} = 'USD'`),
    check(
      'statements_amounts_are_numbers',
      sql`'NaN' not in (${table.totalExact}, ${table.total}, ${table.imported}, ${table.amountDue},
        ${table.creditUsd})`,
    ),
    check('statements_total_rounded_once', sql`${table.total} = round(${table.totalExact}, 2)`),
    check('statements_add_up', sql`${table.amountDue} = ${table.total} - ${table.imported} - ${table.prepaid}`),
    check(
      'statements_prepaid_within_total',
      sql`${table.prepaid} between least(${table.total} - ${table.imported}, 0)
        and greatest(${table.total} - ${table.imported}, 0)`,
    ),
  ],
).enableRLS();

/**
 * What a statement consists of. The exact amounts add up to its exact total, the amounts to its total. Lines come with
 * their statement: a trigger refuses to add one later.
 */
export const statementLines = hopsmeterTable(
  'statement_lines',
  {
    id: systemId().primaryKey().defaultRandom(),
    statementId: systemId('statement_id')
      .notNull()
      .references(() => statements.id),
    /** From 1, in the order in which they are shown. */
    position: integer('position').notNull(),
    kind: text('kind').notNull(),
    /** First day of the month of the usage: the statement's own, or the closed one that is adjusted. */
    usageMonth: date('usage_month').notNull(),
    meter: text('meter').notNull(),
    /** NULL for a model effect, which is of the whole account. */
    userId: userId('user_id').references(() => users.id),
    /** What the user was called when the month was closed: a statement goes on saying what it said. */
    userName: text('user_name'),
    /** NULL where the line changes no quantity. */
    quantity: exact('quantity'),
    /**
     * The list prices of the quantity: [{"price": "0.35", "priceQuantity": "1", "quantity": "12.5"}, …], each price for
     * `priceQuantity` units. More than one when the price changed in the month; NULL where the line changes no
     * quantity.
     */
    unitPrices: jsonb('unit_prices'),
    amountExact: exact('amount_exact').notNull(),
    amount: money('amount').notNull(),
    /** The statement that is adjusted. */
    originalStatementId: systemId('original_statement_id').references(() => statements.id),
  },
  (table) => [
    unique('statement_lines_one_per_position').on(table.statementId, table.position),
    check(
      'statement_lines_amounts_are_numbers',
      sql`'NaN' not in (coalesce(${table.quantity}, 0), ${table.amountExact}, ${table.amount})`,
    ),
    check(
      'statement_lines_effect_is_of_account',
      sql`(${table.kind} = 'model_effect') = (${table.userId} is null)
        and (${table.userId} is not null or ${table.quantity} is null)`,
    ),
    check('statement_lines_kind_known', sql`${table.kind} in ('usage', 'late_usage', 're_rating', 'model_effect')`),
  ],
).enableRLS();
