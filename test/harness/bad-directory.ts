import { randomUUID } from 'node:crypto';
import type { Pool } from '@hopsmeter/db';
import { type GeneratedClusterKey, generateClusterKey } from '@hopsmeter/usage';

/** Who posts: one cluster with a user and a project, and another cluster that it must not post for. */
export type Sender = {
  readonly source: string;
  readonly foreignSource: string;
  readonly namespace: string;
  readonly subject: string;
  /** Milliseconds since 1970. */
  readonly now: number;
};

/** The keys to post with. */
export type Keys = {
  readonly good: string;
  /** Of the cluster that `foreignSource` names. */
  readonly foreign: string;
  readonly revoked: string;
  readonly expired: string;
  /** Well-formed, but nobody's. */
  readonly unknown: string;
};

/** A directory that is known before it is stored, so that tables of requests can be made from it. */
export type BadDirectory = {
  readonly sender: Sender;
  readonly keys: Keys;
  /** Stores it; the keys that shall be revoked and expired are still in force. */
  store(pool: Pool): Promise<void>;
  /** Lets them end. */
  endKeys(pool: Pool): Promise<void>;
};

export function createBadDirectory(): BadDirectory {
  const [own, foreign] = [randomUUID(), randomUUID()];
  const good = generateClusterKey();
  const other = generateClusterKey();
  const revoked = generateClusterKey();
  const expired = generateClusterKey();
  const source = `urn:hopsworks:cluster:${own}`;
  const foreignSource = `urn:hopsworks:cluster:${foreign}`;
  const [namespace, subject] = ['ada-ml', 'auth0|ada'];
  return {
    sender: { source, foreignSource, namespace, subject, now: Date.now() },
    keys: {
      good: good.key,
      foreign: other.key,
      revoked: revoked.key,
      expired: expired.key,
      unknown: generateClusterKey().key,
    },
    async store(pool) {
      await pool.query(
        `insert into hopsmeter.meters (meter, unit, description) values ('model_calls', 'call', 'Calls')`,
      );
      await pool.query(
        `insert into hopsmeter.rates (rate_card_id, meter, valid_from, price, price_quantity)
         select id, 'model_calls', '2020-01-01', 1, 1000 from hopsmeter.rate_cards where is_default`,
      );
      await pool.query(
        `insert into hopsmeter.hopsworks_clusters (id, name, max_users) values ($1, 'own', 10), ($2, 'foreign', 10)`,
        [own, foreign],
      );
      await pool.query(`insert into hopsmeter.users (id, email) values ($1, 'ada@example.com')`, [subject]);
      await pool.query(
        `insert into hopsmeter.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at)
          values ($1, $2, '-infinity')`,
        [subject, own],
      );
      await pool.query(
        `insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at)
          values ($1, $2, $3, '-infinity')`,
        [own, namespace, subject],
      );
      await storeKey(pool, foreign, other);
      for (const key of [good, revoked, expired]) await storeKey(pool, own, key);
    },
    async endKeys(pool) {
      await pool.query('update hopsmeter.cluster_keys set revoked_at = now() where hash = $1', [revoked.hash]);
      await pool.query('update hopsmeter.cluster_keys set expires_at = now() where hash = $1', [expired.hash]);
    },
  };
}

async function storeKey(pool: Pool, clusterId: string, { prefix, hash }: GeneratedClusterKey): Promise<void> {
  await pool.query('insert into hopsmeter.cluster_keys (hopsworks_cluster_id, prefix, hash) values ($1, $2, $3)', [
    clusterId,
    prefix,
    hash,
  ]);
}
