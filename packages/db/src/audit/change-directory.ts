import { RequestError, type RequestErrorCode } from '@hopsmeter/usage';
import type { PoolClient } from 'pg';
import type { Pool } from '../connection/pool.ts';

/** Who changes something: the kind, and an Auth0 sub or the name of a server or a job. */
export type Actor = { readonly kind: 'staff' | 'owner' | 'service' | 'system'; readonly id: string };

/** On whose behalf and by which request something is changed: what every row of the audit log says. */
export type Change = { readonly actor: Actor; readonly requestId: string };

/** What the audit log keeps of one change. `before` and `after` are the parts that matter; undefined where none. */
export type AuditEntry = {
  /** Verb and noun: `change_owner`. */
  readonly action: string;
  /** Table and key of what is changed. */
  readonly entity: string;
  readonly entityId: string;
  readonly before?: object | undefined;
  readonly after?: object | undefined;
  readonly reason?: string | undefined;
};

/** A transaction that holds the directory alone. */
export type DirectoryTransaction = {
  /** The moment of the change by the database's clock, read behind the lock; RFC 3339 with microseconds. */
  readonly now: string;
  rowsOf<T extends object>(sql: string, parameters?: readonly unknown[]): Promise<T[]>;
  /** Writes a row of the audit log in this transaction. */
  audit(entry: AuditEntry): Promise<void>;
};

/**
 * Takes the lock that the triggers of the directory's tables take (see drizzle/0003_directory.sql) before anything is
 * read, and reads the clock behind it.
 *
 * Guarantees: from here on nobody else changes the directory, and no record statement runs; what is read stays true
 * until the commit. Moments of changes follow the order of their commits. Held until the transaction ends, so it works
 * on a transaction pooler. It is the first lock of every change, so that changes and record statements cannot wait for
 * each other in a circle.
 */
const LOCK_DIRECTORY = `
with locked as materialized (select pg_advisory_xact_lock(7367, 1))
select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as now from locked
`;

/**
 * Adds a row to the audit log. Parameters: $1 moment, $2 and $3 actor's kind and id, $4 action, $5 and $6 entity and
 * its id, $7 and $8 before and after as JSON or NULL, $9 reason or NULL, $10 request id.
 */
const ADD_AUDIT_ROW = `
insert into hopsmeter.audit_log
  (happened_at, actor_kind, actor_id, action, entity, entity_id, before, after, reason, request_id)
values ($1::timestamptz, $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb, $9, $10)
`;

/** Rules that the database holds by itself, as people are told them. */
const ERRORS_BY_CONSTRAINT: Readonly<Record<string, RequestErrorCode>> = {
  users_two_levels: 'TWO_LEVELS',
  users_not_own_owner: 'TWO_LEVELS',
  hopsworks_clusters_name_unique: 'CLUSTER_EXISTS',
  projects_no_overlap: 'NAMESPACE_TAKEN',
  price_overrides_no_overlap: 'OVERLAPPING_VALIDITY',
};

/**
 * Changes the directory in one transaction: all of it or nothing, audit rows included.
 *
 * @param isDryRun takes everything back at the end, so that the answer tells what would have happened.
 * @throws RequestError what a rule says; everything else as it came.
 */
export async function changeDirectory<T>(
  pool: Pool,
  change: Change,
  work: (transaction: DirectoryTransaction) => Promise<T>,
  isDryRun = false,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(await openTransaction(client, change));
    await client.query(isDryRun ? 'rollback' : 'commit');
    return result;
  } catch (error) {
    // A rule that refuses is no fault of the connection; after anything else its state is not worth finding out.
    if (error instanceof RequestError) broken = await takeBack(client);
    else broken = error instanceof Error ? error : new Error(String(error));
    throw toRuleError(error);
  } finally {
    client.release(broken);
  }
}

async function openTransaction(client: PoolClient, { actor, requestId }: Change): Promise<DirectoryTransaction> {
  const { rows } = await client.query<{ now: string }>(LOCK_DIRECTORY);
  const now = rows[0]?.now;
  if (now === undefined) throw new Error('the database did not tell the time');
  return {
    now,
    async rowsOf<R extends object>(sql: string, parameters: readonly unknown[] = []) {
      return (await client.query<R>(sql, [...parameters])).rows;
    },
    async audit({ action, entity, entityId, before, after, reason }) {
      await client.query(ADD_AUDIT_ROW, [
        now,
        actor.kind,
        actor.id,
        action,
        entity,
        entityId,
        before === undefined ? null : JSON.stringify(before),
        after === undefined ? null : JSON.stringify(after),
        reason ?? null,
        requestId,
      ]);
    },
  };
}

async function takeBack(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query('rollback');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The RequestError of the rule that the database held, where it was one; everything else as it came. */
export function toRuleError(error: unknown): unknown {
  if (typeof error !== 'object' || error === null || !('constraint' in error)) return error;
  const code = typeof error.constraint === 'string' ? ERRORS_BY_CONSTRAINT[error.constraint] : undefined;
  return code === undefined ? error : new RequestError(code, undefined, { cause: error });
}
