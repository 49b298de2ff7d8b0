import type { Pool } from '@hopsmeter/db';
import { generateClusterKey } from '@hopsmeter/usage';

/** A cluster of the test's directory, with the key that it posts with. */
export type TestCluster = { readonly id: string; readonly key: string };

export type TestProject = {
  readonly id: string;
  readonly clusterId: string;
  readonly namespace: string;
  readonly userId: string;
  /** Milliseconds since 1970; ±Infinity where it is open. */
  readonly from: number;
  readonly until: number;
};

/** Someone's owner from a moment on; `from` of the first is -Infinity. Milliseconds since 1970. */
export type TestOwnership = { readonly from: number; readonly ownerId: string };

/** What is in the directory, known to the test without asking the database. */
export type TestWorld = {
  readonly clusters: readonly TestCluster[];
  readonly projects: readonly TestProject[];
  readonly ownerships: ReadonlyMap<string, readonly TestOwnership[]>;
  readonly rates: ReadonlyMap<string, TestRate>;
};

/** A price for so much of a meter; `later` are the prices from a day on, the earliest first. */
export type TestRate = {
  readonly price: string;
  readonly priceQuantity: string;
  readonly later?: readonly { readonly from: string; readonly price: string; readonly priceQuantity: string }[];
};

export type WorldOptions = {
  readonly clusters: number;
  readonly ownersPerCluster: number;
  readonly membersPerOwner: number;
  readonly projectsPerUser: number;
  /** Namespaces change hands at these moments, each to the next user of the cluster. */
  readonly handOversAt?: readonly number[];
  /** Members change their owner at these moments, each to the next owner of the cluster. */
  readonly ownerChangesAt: readonly number[];
};

/** The prices of the default card, written down a second time on purpose. */
const RATES: ReadonlyMap<string, TestRate> = new Map([
  ['cpu_hours', { price: '0.35', priceQuantity: '1' }],
  ['gpu_hours', { price: '3.5', priceQuantity: '1' }],
  ['ram_gb_hours', { price: '0.035', priceQuantity: '1' }],
  ['online_storage_gb_hours', { price: '0.5', priceQuantity: '720' }],
  ['offline_storage_gb_hours', { price: '0.03', priceQuantity: '720' }],
  ['network_egress_gb', { price: '0.14', priceQuantity: '1' }],
  ['model_calls', { price: '0.000123', priceQuantity: '1000' }],
]);

/** Fills an empty directory. */
export async function createWorld(pool: Pool, options: WorldOptions): Promise<TestWorld> {
  const clusters: TestCluster[] = [];
  const projects: TestProject[] = [];
  const ownerships = new Map<string, TestOwnership[]>();
  await pool.query(
    `insert into hopsmeter.meters (meter, unit, description) values ('model_calls', 'call', 'Calls of a model')`,
  );
  await pool.query(
    `insert into hopsmeter.rates (rate_card_id, meter, valid_from, price, price_quantity)
     select id, 'model_calls', '2020-01-01', 0.000123, 1000 from hopsmeter.rate_cards where is_default`,
  );
  for (let c = 0; c < options.clusters; c++) {
    const cluster = await createCluster(pool, `cluster-${c}`);
    clusters.push(cluster);
    const owners = Array.from({ length: options.ownersPerCluster }, (_, o) => `auth0|c${c}o${o}`);
    const members = owners.flatMap((_owner, o) =>
      Array.from({ length: options.membersPerOwner }, (__, m) => ({ id: `google-oauth2|c${c}o${o}m${m}`, o })),
    );
    for (const id of owners) {
      await pool.query('insert into hopsmeter.users (id, email) values ($1, $2)', [id, `${id.slice(6)}@example.com`]);
      ownerships.set(id, [{ from: Number.NEGATIVE_INFINITY, ownerId: id }]);
    }
    for (const { id, o } of members)
      ownerships.set(id, await createMember(pool, id, owners, o, options.ownerChangesAt));
    const users = [...owners, ...members.map(({ id }) => id)];
    for (const userId of users)
      await pool.query(
        `insert into hopsmeter.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at)
          values ($1, $2, '-infinity')`,
        [userId, cluster.id],
      );
    for (const [place, first] of users.entries())
      for (let p = 0; p < options.projectsPerUser; p++) {
        const namespace = `${first.slice(first.indexOf('|') + 1)}-p${p}`;
        const moments = [Number.NEGATIVE_INFINITY, ...(options.handOversAt ?? []), Number.POSITIVE_INFINITY];
        for (const [turn, from] of moments.slice(0, -1).entries()) {
          const userId = users[(place + turn) % users.length] ?? first;
          const until = moments[turn + 1] ?? Number.POSITIVE_INFINITY;
          projects.push(await createProject(pool, { clusterId: cluster.id, namespace, userId, from, until }));
        }
      }
  }
  return { clusters, projects, ownerships, rates: RATES };
}

/** Adds a cluster with a key of its own; to the tables of `schema`. */
export async function createCluster(pool: Pool, name: string, schema = 'hopsmeter'): Promise<TestCluster> {
  const { key, prefix, hash } = generateClusterKey();
  const inserted = await pool.query<{ id: string }>(
    `insert into ${schema}.hopsworks_clusters (name, max_users) values ($1, 1000) returning id`,
    [name],
  );
  const { id } = one(inserted.rows);
  await pool.query(`insert into ${schema}.cluster_keys (hopsworks_cluster_id, prefix, hash) values ($1, $2, $3)`, [
    id,
    prefix,
    hash,
  ]);
  return { id, key };
}

async function createProject(pool: Pool, project: Omit<TestProject, 'id'>): Promise<TestProject> {
  const { clusterId, namespace, userId, from, until } = project;
  const inserted = await pool.query<{ id: string }>(
    `insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at, ended_at)
     values ($1, $2, $3, $4, $5) returning id`,
    [
      clusterId,
      namespace,
      userId,
      Number.isFinite(from) ? new Date(from) : '-infinity',
      Number.isFinite(until) ? new Date(until) : null,
    ],
  );
  return { id: one(inserted.rows).id, ...project };
}

async function createMember(
  pool: Pool,
  id: string,
  owners: readonly string[],
  firstOwner: number,
  changesAt: readonly number[],
): Promise<TestOwnership[]> {
  const ownerAfter = (changes: number): string => owners[(firstOwner + changes) % owners.length] ?? '';
  await pool.query('insert into hopsmeter.users (id, account_owner_id) values ($1, $2)', [
    id,
    ownerAfter(changesAt.length),
  ]);
  await pool.query('delete from hopsmeter.account_ownerships where user_id = $1', [id]);
  const history = [Number.NEGATIVE_INFINITY, ...changesAt].map((from, index) => ({ from, ownerId: ownerAfter(index) }));
  for (const [index, { from, ownerId }] of history.entries()) {
    const to = history[index + 1]?.from;
    await pool.query(
      `insert into hopsmeter.account_ownerships (user_id, account_owner_id, started_at, ended_at)
        values ($1, $2, $3, $4)`,
      [
        id,
        ownerId,
        Number.isFinite(from) ? new Date(from).toISOString() : '-infinity',
        to && new Date(to).toISOString(),
      ],
    );
  }
  return history;
}

export function one<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined) throw new Error('expected a row');
  return row;
}
