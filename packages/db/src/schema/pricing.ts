import { sql } from 'drizzle-orm';
import { bigint, boolean, check, date, index, jsonb, numeric, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { exact, hopsmeterTable, instant, systemId, userId } from './columns.ts';
import { meters, users } from './directory.ts';

/** A named set of rates. Exactly one is the default. `credit_usd` is what one credit costs. */
export const rateCards = hopsmeterTable(
  'rate_cards',
  {
    id: systemId().primaryKey().defaultRandom(),
    name: text('name').notNull().unique(),
    currency: text('currency').notNull().default('USD'),
    creditUsd: exact('credit_usd').notNull(),
    isDefault: boolean('is_default').notNull().default(false),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('rate_cards_one_default').on(table.isDefault).where(sql`is_default`),
    check('rate_cards_currency_is_usd', sql`${table.currency} = 'USD'`),
    check('rate_cards_credit_usd_positive', sql`${table.creditUsd} > 0 and ${table.creditUsd} <> 'NaN'`),
  ],
).enableRLS();

/**
 * A change of prices by a person, and how far `usage_daily` has followed it. Rows that it priced already are re-rated.
 */
export const priceChanges = hopsmeterTable(
  'price_changes',
  {
    id: systemId().primaryKey().defaultRandom(),
    /** What was asked for: the kind and its fields. */
    change: jsonb('change').notNull(),
    reason: text('reason').notNull(),
    /** The only account that it concerns; NULL for all. */
    accountOwnerId: userId('account_owner_id').references(() => users.id),
    /** The only meter that it concerns; NULL for all. */
    meter: text('meter').references(() => meters.meter),
    /** The usage days that it concerns: from the first up to, but not including, the last; NULL where it is open. */
    firstDay: date('first_day').notNull(),
    endDay: date('end_day'),
    status: text('status').notNull().default('applying'),
    /**
     * The usage day to re-rate next, and the account and user up to whom it is done; NULL at the beginning of a day.
     */
    nextDay: date('next_day').notNull(),
    doneAccountOwnerId: text('done_account_owner_id'),
    doneUserId: text('done_user_id'),
    /**
     * Rows whose price was changed so far, and by how much their costs changed, adjustments of closed months included.
     */
    changedRows: bigint('changed_rows', { mode: 'bigint' }).notNull().default(sql`0`),
    costDifference: exact('cost_difference').notNull().default('0'),
    createdAt: instant('created_at').notNull().defaultNow(),
    createdBy: text('created_by').notNull(),
    appliedAt: instant('applied_at'),
  },
  (table) => [
    index('price_changes_applying_idx').on(table.createdAt).where(sql`status = 'applying'`),
    check('price_changes_status_known', sql`${table.status} in ('applying', 'applied')`),
    check('price_changes_applied_at_the_end', sql`(${table.status} = 'applied') = (${table.appliedAt} is not null)`),
    check('price_changes_reason_not_empty', sql`length(btrim(${table.reason})) > 0`),
    check(
      'price_changes_done_up_to_somebody',
      sql`(${table.doneAccountOwnerId} is null) = (${table.doneUserId} is null)`,
    ),
  ],
).enableRLS();

/**
 * How quantities become money. `price` USD for `price_quantity` units is the list price, which every row of
 * `usage_daily` shows; the tiers, packages and included quantities of a month are told apart from it, as the month's
 * model effect.
 */
const terms = () => ({
  model: text('model').notNull().default('flat'),
  /** Of `graduated` and `volume`: [{"upTo": "1000", "price": "0.10"}, …], each price for `price_quantity` units. */
  tiers: jsonb('tiers'),
  /** Units a month, account-wide, that cost nothing. */
  includedQuantity: exact('included_quantity').notNull().default('0'),
});

/** The price of a meter from a day on. A replaced or mistaken rate is withdrawn, never removed. */
export const rates = hopsmeterTable(
  'rates',
  {
    id: systemId().primaryKey().defaultRandom(),
    rateCardId: systemId('rate_card_id')
      .notNull()
      .references(() => rateCards.id),
    meter: text('meter')
      .notNull()
      .references(() => meters.meter),
    validFrom: date('valid_from').notNull(),
    price: exact('price').notNull(),
    priceQuantity: exact('price_quantity').notNull().default('1'),
    ...terms(),
    createdAt: instant('created_at').notNull().defaultNow(),
    withdrawnAt: instant('withdrawn_at'),
    priceChangeId: systemId('price_change_id').references(() => priceChanges.id),
  },
  (table) => [
    uniqueIndex('rates_one_per_day')
      .on(table.rateCardId, table.meter, table.validFrom)
      .where(sql`withdrawn_at is null`),
    check('rates_price_not_negative', sql`${table.price} >= 0 and ${table.price} <> 'NaN'`),
    check('rates_price_quantity_positive', sql`${table.priceQuantity} > 0 and ${table.priceQuantity} <> 'NaN'`),
    check('rates_included_not_negative', sql`${table.includedQuantity} >= 0 and ${table.includedQuantity} <> 'NaN'`),
    check('rates_model_known', sql`${table.model} in ('flat', 'graduated', 'volume', 'package')`),
    check('rates_tiers_where_needed', sql`(${table.model} in ('graduated', 'volume')) = (${table.tiers} is not null)`),
    check('rates_tiers_valid', sql`hopsmeter.are_tiers(${table.tiers})`),
  ],
).enableRLS();

/**
 * What an account pays instead: a price of its own for a meter, a discount on its card's prices (of one meter, or of
 * all when `meter` is NULL), or another card. From `valid_from` up to, but not including, `valid_to`.
 */
export const priceOverrides = hopsmeterTable(
  'price_overrides',
  {
    id: systemId().primaryKey().defaultRandom(),
    accountOwnerId: userId('account_owner_id')
      .notNull()
      .references(() => users.id),
    kind: text('kind').notNull(),
    meter: text('meter').references(() => meters.meter),
    price: exact('price'),
    priceQuantity: exact('price_quantity'),
    ...terms(),
    discountPercent: numeric('discount_percent', { precision: 7, scale: 4 }),
    rateCardId: systemId('rate_card_id').references(() => rateCards.id),
    validFrom: date('valid_from').notNull(),
    validTo: date('valid_to'),
    createdAt: instant('created_at').notNull().defaultNow(),
    withdrawnAt: instant('withdrawn_at'),
    priceChangeId: systemId('price_change_id').references(() => priceChanges.id),
  },
  (table) => [
    index('price_overrides_account_owner_id_idx').on(table.accountOwnerId),
    check('price_overrides_ends_after_start', sql`${table.validTo} > ${table.validFrom}`),
    check('price_overrides_model_known', sql`${table.model} in ('flat', 'graduated', 'volume', 'package')`),
    check(
      'price_overrides_tiers_where_needed',
      sql`(${table.model} in ('graduated', 'volume')) = (${table.tiers} is not null)`,
    ),
    check('price_overrides_tiers_valid', sql`hopsmeter.are_tiers(${table.tiers})`),
    check(
      'price_overrides_included_not_negative',
      sql`${table.includedQuantity} >= 0 and ${table.includedQuantity} <> 'NaN'`,
    ),
    check(
      'price_overrides_one_kind',
      sql`case ${table.kind}
        when 'price' then ${table.meter} is not null and ${table.price} >= 0 and ${table.price} <> 'NaN'
          and ${table.priceQuantity} > 0 and ${table.priceQuantity} <> 'NaN'
          and ${table.discountPercent} is null and ${table.rateCardId} is null
        when 'discount' then ${table.discountPercent} > 0 and ${table.discountPercent} <= 100
          and ${table.price} is null and ${table.priceQuantity} is null and ${table.rateCardId} is null
          and ${table.model} = 'flat' and ${table.includedQuantity} = 0
        when 'card' then ${table.rateCardId} is not null and ${table.meter} is null and ${table.discountPercent} is null
          and ${table.price} is null and ${table.priceQuantity} is null
          and ${table.model} = 'flat' and ${table.includedQuantity} = 0
        else false
      end is true`,
    ),
  ],
).enableRLS();
