import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { SAMPLE_START, sampleEvent, sampleParked, sampleRecord } from '@hopsmeter/test/support/db/sample-record.ts';
import {
  createTestDatabase,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from '@hopsmeter/test/support/db/test-database.ts';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPool } from './connection/pool.ts';
import { migrate } from './migrate.ts';
import { recordBatch } from './record/record-batch.ts';

let database: TestDatabase;
let seeded: SeededDirectory;

beforeAll(async () => {
  database = await createTestDatabase();
  seeded = await seedDirectory(database.pool);
  const parked = [sampleParked(seeded, sampleEvent('parked'))];
  await recordBatch(database.pool, sampleRecord(seeded, [sampleEvent('event')], { parked }));
});
afterAll(() => database?.close());

async function rowsOf<T extends object>(sql: string, parameters: readonly unknown[] = []): Promise<T[]> {
  return (await database.pool.query<T>(sql, [...parameters])).rows;
}

/** Runs work in a transaction that is taken back. */
async function attempt<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await database.pool.connect();
  try {
    await client.query('begin');
    return await work(client);
  } finally {
    await client.query('rollback');
    client.release();
  }
}

describe('migrations', () => {
  it('are applied once, by however many processes at the same time', async () => {
    const name = `hopsmeter_test_${randomBytes(6).toString('hex')}`;
    await database.pool.query(`create database ${name} template template0`);
    const url = new URL(database.url);
    url.pathname = `/${name}`;
    try {
      await Promise.all([migrate(url.href), migrate(url.href), migrate(url.href)]);
      await migrate(url.href);
      const pool = createPool({ url: url.href, connectionsMax: 1, onIdleError: () => undefined });
      const applied = await pool.query('select count(*)::int as count from hopsmeter.migrations');
      await pool.end();
      const files = readdirSync(new URL('../../../drizzle', import.meta.url)).filter((file) => file.endsWith('.sql'));
      expect(applied.rows).toEqual([{ count: files.length }]);
    } finally {
      await database.pool.query(`drop database ${name} with (force)`);
    }
  });
});

describe('row level security', () => {
  it('is on for every table and every partition, with policies for the role of the services only', async () => {
    const tables = await rowsOf<{ name: string; isOn: boolean }>(
      `select relname as name, relrowsecurity as "isOn" from pg_class
      where relnamespace = 'hopsmeter'::regnamespace and relkind in ('r', 'p')`,
    );
    expect(tables.length).toBeGreaterThanOrEqual(29);
    expect(tables.filter(({ isOn }) => !isOn)).toEqual([]);
    expect(await rowsOf('select distinct roles::text as roles from pg_policies')).toEqual([
      { roles: '{hopsmeter_app}' },
    ]);
  });

  it('holds behind every view, or the view asks for the right to read totals itself', async () => {
    const views = await rowsOf<{ name: string; options: string[] | null; definition: string }>(
      `select relname as name, reloptions as options, pg_get_viewdef(oid) as definition from pg_class
      where relnamespace = 'hopsmeter'::regnamespace and relkind in ('v', 'm')`,
    );
    expect(views.map(({ name }) => name)).toContain('usage_daily_by_user');
    for (const { name, options, definition } of views)
      if (!definition.includes(`has_function_privilege('hopsmeter.reads_totals()'`))
        expect(options, name).toContain('security_invoker=true');
  });

  it('shows nothing to a role that may read every table, and takes nothing from it', async () => {
    await attempt(async (client) => {
      // Like Supabase's `anon`, which has every grant on the schema.
      const role = `hopsmeter_test_${randomBytes(6).toString('hex')}`;
      await client.query(
        `create role ${role} nologin; grant usage on schema hopsmeter to ${role}; grant all
          on all tables in schema hopsmeter to ${role}`,
      );
      await client.query(`set local role ${role}`);
      for (const table of ['users', 'usage_daily', 'usage_events', 'parked_events', 'usage_daily_by_user', 'meters'])
        expect((await client.query(`select from hopsmeter.${table}`)).rowCount, table).toBe(0);
      for (let i = 0; i < 16; i++)
        expect((await client.query(`select from hopsmeter.usage_events_p${String(i).padStart(2, '0')}`)).rowCount).toBe(
          0,
        );
      expect((await client.query(`update hopsmeter.usage_daily set quantity = 0`)).rowCount).toBe(0);
      await expect(
        client.query(`insert into hopsmeter.hopsworks_clusters (name, max_users) values ('mine', 1)`),
      ).rejects.toMatchObject({ code: '42501' });
    });
  });
});

describe('numbers that are no usage', () => {
  const LEDGER = `insert into hopsmeter.usage_events
    (event_key, part, usage_date, content_hash, usage_batch_id, position, hopsworks_cluster_id, source_path, event_id,
     event_type, account_owner_id, user_id, attributed_by, window_started_at, window_ended_at, meters, quantities)
    select gen_random_uuid(), 0, usage_date, 1, usage_batch_id, 0, hopsworks_cluster_id, '', 'direct', event_type,
      account_owner_id, user_id, attributed_by, window_started_at, window_ended_at, $1::text[], $2::numeric[]
    from hopsmeter.usage_events where event_id = 'event'`;

  it.each([
    ['{cpu_hours}', '{1}', undefined],
    ['{cpu_hours}', '{NaN}', '23514'],
    ['{cpu_hours}', '{-0.000000000001}', '23514'],
    ['{cpu_hours,gpu_hours}', '{1,-1}', '23514'],
    ['{cpu_hours,gpu_hours}', '{NaN,1}', '23514'],
    // NUMERIC(38,12) itself takes no infinity.
    ['{cpu_hours}', '{Infinity}', '22003'],
    ['{cpu_hours}', '{-Infinity}', '22003'],
    ['{cpu_hours}', '{100000000000000000000000000}', '22003'],
    ['{cpu_hours}', '{}', '23514'],
    ['{}', '{1}', '23514'],
    ['{cpu_hours,gpu_hours}', '{1}', '23514'],
  ])('in the ledger: meters %s with quantities %s', async (meters, quantities, code) => {
    const failure = await attempt((client) =>
      client.query(LEDGER, [meters, quantities]).then(
        () => undefined,
        (error: { code: string }) => error.code,
      ),
    );
    expect(failure).toBe(code);
  });

  it.each([
    ['quantity', '2', undefined],
    ['quantity', 'NaN', 'usage_daily_quantity_valid'],
    ['quantity', '-0.000000000001', 'usage_daily_quantity_valid'],
    ['quantity', 'Infinity', '22003'],
    ['price', '0', undefined],
    ['price', '-1', 'usage_daily_price_valid'],
    ['price', 'NaN', 'usage_daily_price_valid'],
    ['price', 'Infinity', '22003'],
    ['price_quantity', '0', '22012'],
    ['price_quantity', '-1', 'usage_daily_price_valid'],
    ['price_quantity', 'NaN', 'usage_daily_price_valid'],
  ])('in the rollup: %s %s', async (column, value, problem) => {
    const failure = await attempt((client) =>
      client.query(`update hopsmeter.usage_daily set ${column} = $1`, [value]).then(
        () => undefined,
        (error: { code: string; constraint?: string }) => error.constraint ?? error.code,
      ),
    );
    expect(failure).toBe(problem);
  });

  it.each([
    ['price', '-0.01', 'rates_price_not_negative'],
    ['price', 'NaN', 'rates_price_not_negative'],
    ['price_quantity', '0', 'rates_price_quantity_positive'],
    ['price_quantity', 'NaN', 'rates_price_quantity_positive'],
  ])('in a rate: %s %s', async (column, value, constraint) => {
    await expect(
      attempt((client) => client.query(`update hopsmeter.rates set ${column} = $1`, [value])),
    ).rejects.toMatchObject({
      constraint,
    });
  });

  it.each([
    ['[{"price": "1", "upTo": "10"}, {"price": "0.5", "upTo": null}]', undefined],
    ['[{"price": "0", "upTo": null}]', undefined],
    ['[{"price": "1", "upTo": "10"}, {"price": "0.5", "upTo": "20.5"}, {"price": "0.25"}]', undefined],
    ['[]', 'rates_tiers_valid'],
    ['{}', 'rates_tiers_valid'],
    ['null', 'rates_tiers_valid'],
    ['"1"', 'rates_tiers_valid'],
    ['[1]', 'rates_tiers_valid'],
    ['[{"upTo": null}]', 'rates_tiers_valid'],
    ['[{"price": null, "upTo": null}]', 'rates_tiers_valid'],
    ['[{"price": "NaN", "upTo": null}]', 'rates_tiers_valid'],
    ['[{"price": "-1", "upTo": null}]', 'rates_tiers_valid'],
    ['[{"price": "1e3", "upTo": null}]', 'rates_tiers_valid'],
    ['[{"price": "0.0000000000001", "upTo": null}]', 'rates_tiers_valid'],
    ['[{"price": "1", "upTo": "10"}]', 'rates_tiers_valid'],
    ['[{"price": "1", "upTo": "0"}, {"price": "1", "upTo": null}]', 'rates_tiers_valid'],
    ['[{"price": "1", "upTo": "NaN"}, {"price": "1", "upTo": null}]', 'rates_tiers_valid'],
    [
      '[{"price": "1", "upTo": "9"}, {"price": "1", "upTo": "10"}, {"price": "1", "upTo": "10"}, {"price": "1"}]',
      'rates_tiers_valid',
    ],
    ['[{"price": "1", "upTo": null}, {"price": "1", "upTo": null}]', 'rates_tiers_valid'],
  ])('in a rate: the tiers %s', async (tiers, problem) => {
    const failure = await attempt((client) =>
      client.query(`update hopsmeter.rates set model = 'graduated', tiers = $1`, [tiers]).then(
        () => undefined,
        (error: { code: string; constraint?: string }) => error.constraint ?? error.code,
      ),
    );
    expect(failure).toBe(problem);
  });

  it('in a batch: counts that do not add up', async () => {
    for (const change of ['event_count = 3', 'counted_count = 0', 'parked_count = 2', 'duplicate_count = 1'])
      await expect(
        attempt((client) => client.query(`update hopsmeter.usage_batches set ${change}`)),
        change,
      ).rejects.toMatchObject({ constraint: 'usage_batches_add_up' });
  });

  it.each(['Upper', 'a__b', '_a', 'a_', 'a-b', '', 'a b', 'x'.repeat(65)])(
    'as the name of a meter: %j',
    async (meter) => {
      await expect(
        attempt((client) =>
          client.query(`insert into hopsmeter.meters (meter, unit, description) values ($1, 'piece', '')`, [meter]),
        ),
      ).rejects.toMatchObject({ constraint: 'meters_name_form' });
    },
  );
});

describe('accounts', () => {
  const two = { constraint: 'users_two_levels' };

  it('have two levels only', async () => {
    const { memberId, ownerId, otherId } = seeded;
    const insert = (client: PoolClient, id: string, owner: string) =>
      client.query('insert into hopsmeter.users (id, account_owner_id) values ($1, $2)', [id, owner]);
    const move = (client: PoolClient, id: string, owner: string) =>
      client.query('update hopsmeter.users set account_owner_id = $2 where id = $1', [id, owner]);
    await expect(attempt((client) => insert(client, 'new', memberId))).rejects.toMatchObject(two);
    await expect(attempt((client) => move(client, otherId, memberId))).rejects.toMatchObject(two);
    await expect(attempt((client) => move(client, ownerId, otherId))).rejects.toMatchObject(two);
    await expect(attempt((client) => move(client, otherId, otherId))).rejects.toMatchObject({
      constraint: 'users_not_own_owner',
    });
    await expect(attempt((client) => insert(client, 'new', 'nobody'))).rejects.toMatchObject({ code: '23503' });
    await attempt((client) => insert(client, 'new', otherId));
    await attempt((client) => move(client, memberId, otherId));
  });

  it('have two levels only within one statement too', async () => {
    await expect(
      attempt((client) =>
        client.query(`insert into hopsmeter.users (id, account_owner_id) values ('a', null), ('b', 'a'), ('c', 'b')`),
      ),
    ).rejects.toMatchObject(two);
    await expect(
      attempt(async (client) => {
        await client.query(`insert into hopsmeter.users (id) values ('a'), ('b')`);
        await client.query(
          `update hopsmeter.users set account_owner_id = case id when 'a' then 'b' else 'a' end where id in ('a', 'b')`,
        );
      }),
    ).rejects.toMatchObject(two);
  });

  it('have two levels only when two change them at the same time', async () => {
    await database.pool.query(`insert into hopsmeter.users (id) values ('race 1'), ('race 2')`);
    const outcomes = await Promise.allSettled([
      database.pool.query(`update hopsmeter.users set account_owner_id = 'race 2' where id = 'race 1'`),
      database.pool.query(`update hopsmeter.users set account_owner_id = 'race 1' where id = 'race 2'`),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('keep a history of owners without gaps', async () => {
    await database.pool.query(`insert into hopsmeter.users (id) values ('mover')`);
    for (const owner of [seeded.ownerId, seeded.otherId, null])
      await database.pool.query(`update hopsmeter.users set account_owner_id = $1 where id = 'mover'`, [owner]);
    await database.pool.query(`update hopsmeter.users set account_owner_id = null, name = 'same' where id = 'mover'`);
    const history = await rowsOf<{ owner: string; from: string; to: string | null }>(
      `select account_owner_id as owner, started_at::text as from, ended_at::text as to
        from hopsmeter.account_ownerships
      where user_id = 'mover' order by started_at`,
    );
    expect(history.map(({ owner }) => owner)).toEqual(['mover', seeded.ownerId, seeded.otherId, 'mover']);
    expect(history[0]?.from).toBe('-infinity');
    expect(history.slice(1).map(({ from }) => from)).toEqual(history.slice(0, -1).map(({ to }) => to));
    expect(history.at(-1)?.to).toBeNull();
  });
});

describe('periods', () => {
  const PERIODS: [string, string, string][] = [
    [
      'account_ownerships',
      `insert into hopsmeter.account_ownerships (user_id, account_owner_id, started_at, ended_at)
      values ('auth0|other', 'auth0|owner', $1, $2)`,
      `update hopsmeter.account_ownerships set ended_at = '2026-01-01Z' where user_id = 'auth0|other'`,
    ],
    [
      'projects',
      `insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at, ended_at)
      select hopsworks_cluster_id, namespace, 'auth0|other', $1, $2 from hopsmeter.projects`,
      `update hopsmeter.projects set ended_at = '2026-01-01Z'`,
    ],
    [
      'user_hopsworks_assignments',
      `insert into hopsmeter.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at, ended_at)
      select 'auth0|other', id, $1, $2 from hopsmeter.hopsworks_clusters where name = 'empty'`,
      `update hopsmeter.user_hopsworks_assignments set ended_at = '2026-01-01Z' where user_id = 'auth0|other'`,
    ],
  ];

  it.each(PERIODS)('never overlap in %s', async (table, insert, end) => {
    const tryPeriod = (start: string, stop: string | null) =>
      attempt(async (client) => {
        await client.query(end);
        await client.query(insert, [start, stop]);
      });
    await tryPeriod('2026-01-01Z', null);
    await tryPeriod('2026-01-01Z', '2026-01-02Z');
    const overlap = { code: '23P01', constraint: `${table}_no_overlap` };
    await expect(tryPeriod('2025-12-31T23:59:59.999999Z', null)).rejects.toMatchObject(overlap);
    await expect(tryPeriod('2025-01-01Z', '2025-01-02Z')).rejects.toMatchObject(overlap);
    await expect(tryPeriod('-infinity', null)).rejects.toMatchObject(overlap);
    const backwards = { constraint: `${table}_ends_after_start` };
    await expect(tryPeriod('2026-01-02Z', '2026-01-02Z')).rejects.toMatchObject(backwards);
  });

  it('may be the same for equal namespaces of two clusters', async () => {
    await attempt((client) =>
      client.query(
        `insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at)
          values ($1, 'ml', $2, '-infinity')`,
        [seeded.emptyClusterId, seeded.otherId],
      ),
    );
  });
});

describe('rate cards', () => {
  it('have one default and one rate a day', async () => {
    await expect(
      attempt((client) =>
        client.query(`insert into hopsmeter.rate_cards (name, credit_usd, is_default) values ('b', 1, true)`),
      ),
    ).rejects.toMatchObject({ constraint: 'rate_cards_one_default' });
    await expect(
      attempt((client) =>
        client.query(
          `insert into hopsmeter.rates (rate_card_id, meter, valid_from, price)
            select rate_card_id, meter, valid_from, 1 from hopsmeter.rates`,
        ),
      ),
    ).rejects.toMatchObject({ constraint: 'rates_one_per_day' });
  });
});

describe('the view by user', () => {
  it('shows a day of a user as staff know it', async () => {
    const day = SAMPLE_START + 86_400_000_000;
    const usages = [
      { meter: 'gpu_hours', quantity: '2' },
      { meter: 'online_storage_gb_hours', quantity: '48' },
      { meter: 'network_egress_gb', quantity: '0.01' },
    ];
    const event = sampleEvent('wide', { start: day, end: day + 1, days: [usages] });
    const current = { ...seeded, directory: { ...seeded.directory, version: await currentVersion() } };
    await recordBatch(database.pool, sampleRecord(current, [event]));
    const [row] = await rowsOf<Record<string, string>>(
      `select * from hopsmeter.usage_daily_by_user where date = '2026-11-23'`,
    );
    expect(row).toMatchObject({ user_id: 'auth0|member', account_owner_id: 'auth0|owner', total_cost: '7.03' });
    // 2 × 3.50 + 48 × 0.50 ÷ 720 + 0.01 × 0.14 = 7.0347…
    const numbers = Object.entries(row ?? {}).flatMap(([name, value]) =>
      /_(hours|gb|storage)$/.test(name) ? [[name, Number(value)]] : [],
    );
    expect(Object.fromEntries(numbers)).toEqual({
      cpu_hours: 0,
      gpu_hours: 2,
      ram_gb_hours: 0,
      online_storage_gb: 2,
      offline_storage_gb: 0,
      network_egress_gb: 0.01,
    });
  });

  async function currentVersion(): Promise<string> {
    const [row] = await rowsOf<{ version: string }>('select version::text from hopsmeter.directory_versions');
    return row?.version ?? '';
  }
});
