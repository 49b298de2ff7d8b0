import { sql } from 'drizzle-orm';
import { check, date, index, numeric, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { hopsmeterTable, instant, systemId, userId } from './columns.ts';
import { users } from './directory.ts';
import { statements } from './statements.ts';

/** Money to the cent, USD. */
const money = (name: string) => numeric(name, { precision: 10, scale: 2 });

/**
 * What an account has paid ahead, or was given, or what a statement below zero left. Statements of months in which it
 * is valid draw it down. A mistaken grant is revoked, never changed: what was drawn stays drawn.
 */
export const creditGrants = hopsmeterTable(
  'credit_grants',
  {
    id: systemId().primaryKey().defaultRandom(),
    accountOwnerId: userId('account_owner_id')
      .notNull()
      .references(() => users.id),
    /** What the client calls it, so that a request that is sent again grants nothing twice. */
    reference: text('reference'),
    amount: money('amount').notNull(),
    /** The first day of its validity, and the day after the last one; NULL when it does not end. */
    validFrom: date('valid_from').notNull(),
    expiresOn: date('expires_on'),
    reason: text('reason').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    createdBy: text('created_by').notNull(),
    revokedAt: instant('revoked_at'),
    revokedBy: text('revoked_by'),
    revokeReason: text('revoke_reason'),
    /** The statement below zero that left it, because no other grant could take it back; NULL when a person made it. */
    carriedFromStatementId: systemId('carried_from_statement_id')
      .unique('credit_grants_one_per_statement')
      .references(() => statements.id),
  },
  (table) => [
    unique('credit_grants_one_per_reference').on(table.accountOwnerId, table.reference),
    index('credit_grants_account_owner_id_idx').on(table.accountOwnerId, table.createdAt),
    check('credit_grants_amount_positive', sql`${table.amount} > 0 and ${table.amount} <> 'NaN'`),
    check('credit_grants_expires_after_start', sql`${table.expiresOn} > ${table.validFrom}`),
    check('credit_grants_reason_not_empty', sql`length(btrim(${table.reason})) > 0`),
    check(
      'credit_grants_revoked_with_reason',
      sql`(${table.revokedAt} is null) = (${table.revokedBy} is null)
        and (${table.revokedAt} is null) = (${table.revokeReason} is null)`,
    ),
  ],
).enableRLS();

/**
 * What a statement took from a grant, or below zero gave back to it. Final, as the statement is. Triggers hold that a
 * grant never gives more than it has and never gets back more than it gave, and that the draws of a statement, less
 * what it carried forward, are its prepaid amount.
 */
export const grantDraws = hopsmeterTable(
  'grant_draws',
  {
    creditGrantId: systemId('credit_grant_id')
      .notNull()
      .references(() => creditGrants.id),
    statementId: systemId('statement_id')
      .notNull()
      .references(() => statements.id),
    amount: money('amount').notNull(),
  },
  (table) => [
    primaryKey({ name: 'grant_draws_pkey', columns: [table.creditGrantId, table.statementId] }),
    index('grant_draws_statement_id_idx').on(table.statementId),
    check('grant_draws_amount_not_zero', sql`${table.amount} <> 0 and ${table.amount} <> 'NaN'`),
  ],
).enableRLS();
