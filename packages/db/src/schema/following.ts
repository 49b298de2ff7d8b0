import { sql } from 'drizzle-orm';
import { boolean, check, index, jsonb, primaryKey, text } from 'drizzle-orm/pg-core';
import { hopsmeterTable, instant, systemId } from './columns.ts';

/**
 * What is remembered of a row of the application that is followed. Only what differs from what both systems had when
 * they last agreed is a change; what hopsmeter has otherwise is somebody's decision.
 */
export const followedRows = hopsmeterTable(
  'followed_rows',
  {
    id: systemId().notNull().unique().defaultRandom(),
    applicationTable: text('application_table').notNull(),
    /** A user's or cluster's id, `<user id>/<project id>` for a project. */
    key: text('key').notNull(),
    /** As it was seen last. */
    content: jsonb('content').notNull(),
    /** What both had when they last agreed; NULL: they never did. */
    agreed: jsonb('agreed'),
    /** The last begin or end in the history here that both agreed on; NULL: none. */
    boundary: text('boundary'),
    /** Why it is not here as the application has it: `contradiction`, `refused` or `gone`; NULL: it is. */
    problemKind: text('problem_kind'),
    problem: text('problem'),
    problemSince: instant('problem_since'),
  },
  (table) => [
    primaryKey({ columns: [table.applicationTable, table.key] }),
    index('followed_rows_problems_idx').on(table.problemSince, table.id).where(sql`problem is not null`),
    check('followed_rows_problem_kind_known', sql`${table.problemKind} in ('contradiction', 'refused', 'gone')`),
    check(
      'followed_rows_problem_whole',
      sql`num_nonnulls(${table.problemKind}, ${table.problem}, ${table.problemSince}) in (0, 3)`,
    ),
  ],
).enableRLS();

/** One row: how following the application is. No row: it is not followed. */
export const followings = hopsmeterTable(
  'followings',
  {
    id: boolean('id').primaryKey().default(true),
    /** `current`; `held`, because so much is missing that a person has to say that it is right; `unreadable`. */
    state: text('state').notNull(),
    /** Why it is not current. */
    reason: text('reason'),
    /** When somebody looked last, and when what they saw was brought over. */
    lookedAt: instant('looked_at'),
    currentAt: instant('current_at'),
    /** When all rows were compared last. */
    comparedAt: instant('compared_at'),
    /** How many rows of which table are missing, while it is held. */
    missing: jsonb('missing'),
    /** What of that a person has said is right. It holds for one look. */
    confirmed: jsonb('confirmed'),
    /** Whose turn it is to look, and until when. Whoever's turn has passed changes nothing any more. */
    turnId: systemId('turn_id'),
    turnUntil: instant('turn_until'),
  },
  (table) => [
    check('followings_one_row', sql`${table.id}`),
    check('followings_state_known', sql`${table.state} in ('current', 'held', 'unreadable')`),
    check('followings_reason_unless_current', sql`(${table.state} = 'current') = (${table.reason} is null)`),
  ],
).enableRLS();
