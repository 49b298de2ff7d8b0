import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  acceptInvite,
  addNamespaceRule,
  assignUser,
  changeCluster,
  changeOwner,
  changePrices,
  changeProject,
  changeUser,
  checkBilling,
  checkNextDay,
  claimRemittances,
  closeMonths,
  confirmMissing,
  correctEvent,
  countMissingHours,
  countOpenRemittances,
  countOverlappingUsage,
  countToGiveUp,
  createCluster,
  createClusterKey,
  createInvite,
  createMeter,
  createPool,
  createProject,
  createRateCard,
  createUser,
  createWebhook,
  DayNotComparedError,
  decideConflict,
  disableWebhook,
  draftStatement,
  eachCharge,
  eachUsageDaily,
  endAlias,
  endProject,
  endStripeCustomer,
  endTurn,
  findApplyingPriceChange,
  findCluster,
  findOriginals,
  findPerson,
  findPriceChange,
  findRemittanceDifferences,
  findStatementDifferences,
  giveUpParked,
  grantCredit,
  handOverProject,
  hasAccount,
  importUsage,
  listAccounts,
  listAlerts,
  listAliases,
  listAuditLog,
  listClusterKeys,
  listClusters,
  listCorrectionsToTry,
  listDeliveries,
  listFollowedProblems,
  listGpuModels,
  listGrants,
  listIgnoredNamespaces,
  listInvites,
  listManifests,
  listMeters,
  listNamespaceRules,
  listParked,
  listPriceChanges,
  listProjectReports,
  listProjects,
  listRateCards,
  listReconciliations,
  listRemittances,
  listStatements,
  listUsageDaily,
  listUsers,
  listWebhooks,
  loadClusterKeys,
  loadDirectory,
  makeFollowedChanges,
  migrate,
  noteKeysUsed,
  type Pool,
  type PriceChange,
  planReconciliation,
  planRemittances,
  postponeParked,
  previewPriceChange,
  purgeExpiredEvents,
  readClusterActivity,
  readCoverage,
  readCreditUsd,
  readFollowingDirectory,
  readFollowingHealth,
  readFreshness,
  readParkedWork,
  readPipelineCounts,
  readPipelineHealth,
  readPrices,
  readReceipt,
  readReconciliationState,
  readSpendingCap,
  readStatement,
  readStripeAccount,
  readTotals,
  recallIgnored,
  reconcileNow,
  recordBatch,
  recordManifests,
  releaseParked,
  rememberInTurn,
  removeGpuModel,
  removeSpendingCap,
  repairUsageDaily,
  reportQueueStatus,
  requestParkedRetry,
  reRatePart,
  resolveRemittance,
  retryDelivery,
  revokeClusterKey,
  revokeGrant,
  revokeInvite,
  rotateClusterKey,
  setAlias,
  setGpuModel,
  setSpendingCap,
  setStripeCustomer,
  settleCorrections,
  settleDelivery,
  settleParked,
  settleProjectReports,
  settleRemittance,
  skipDay,
  takeDeliveries,
  takeTurn,
  unassignUser,
  watchSpending,
  withdrawNamespaceRule,
} from '@hopsmeter/db';
import { type Postgres, startPostgres } from '@hopsmeter/stack';
import { type Batch, createDirectory, parseUsageDay, planBatch, planCorrections } from '@hopsmeter/usage';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { one } from './harness/world.ts';
import {
  createTestDatabase,
  findRollupDifferences,
  recordUsage,
  type TestDatabase,
} from './support/db/test-database.ts';

/**
 * Whom Supabase lets in from a browser. Our schema is closed to them; here they get what they would need to look into
 * it.
 */
const OUTSIDERS = ['anon', 'authenticated'] as const;

/** What row level security and missing rights say; 55000 is a view that takes no changes. */
const REFUSED = '42501';
const VIEW_REFUSED = '55000';

const MICROS = 1_000;
const HOUR = 3_600_000 * MICROS;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 22) * MICROS;

/** Enough that each of the sixteen partitions holds some. */
const EVENTS = 300;

/** Usage that the ledger holds by the clock of the database, and days around it. */
const RECENT = (Math.floor(Date.now() / 3_600_000) - 2) * HOUR;
const DAYS = { from: textOf(RECENT - DAY), to: textOf(RECENT + DAY) };

const CHANGE = { actor: { kind: 'service', id: 'row-level-security.test' }, requestId: 'request' } as const;

let database: TestDatabase;
let services: Pool;
let closeServices: () => Promise<void>;

beforeAll(async () => {
  database = await createTestDatabase();
  const login = `hopsmeter_test_${randomBytes(6).toString('hex')}`;
  services = await createLogin(database.pool, database.url, login);
  closeServices = async () => {
    await services.end();
    await database.pool.query(`drop role ${login}`);
  };
  await liveThroughEverything(services);
  for (const role of OUTSIDERS) {
    await createRole(role);
    await database.pool.query(`grant usage on schema hopsmeter to ${role}`);
    await database.pool.query(`grant all on all tables in schema hopsmeter to ${role}`);
  }
});
afterAll(async () => {
  await closeServices?.();
  await database?.close();
});

type Relation = { readonly name: string; readonly isView: boolean; readonly isPartition: boolean };

/** From the catalog, so that a table that is added later is among them. */
async function relations(pool = database.pool): Promise<Relation[]> {
  const { rows } = await pool.query<Relation>(`
    select oid::regclass::text as name, relkind in ('v', 'm') as "isView", relispartition as "isPartition"
    from pg_class where relnamespace = 'hopsmeter'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
  `);
  expect(rows.length).toBeGreaterThan(30);
  return rows;
}

/** Our functions: those that extensions brought are not among them. */
async function functions(pool = database.pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(`
    select oid::regprocedure::text as name from pg_proc
    where pronamespace = 'hopsmeter'::regnamespace and not exists (
      select from pg_depend
      where classid = 'pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e'
    )
  `);
  expect(rows.length).toBeGreaterThan(8);
  return rows.map(({ name }) => name);
}

/** Who of these may execute it. */
async function executors(name: string, roles: readonly string[], pool = database.pool): Promise<string[]> {
  const { rows } = await pool.query<{ role: string }>(
    `select role from unnest($1::text[]) as role where has_function_privilege(role, $2, 'execute')`,
    [roles, name],
  );
  return rows.map(({ role }) => role);
}

/** What a statement does as a role: the rows that it reads or changes, or the code that it is refused with. */
async function attempt(role: string, sql: string): Promise<number | string> {
  const client: PoolClient = await database.pool.connect();
  try {
    await client.query(`begin; set local role ${role}`);
    return (await client.query(sql)).rowCount ?? 0;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  } finally {
    await client.query('rollback');
    client.release();
  }
}

it('every table, partition and view holds something, so that the tests below mean something', async () => {
  const empty: string[] = [];
  for (const { name } of await relations())
    if ((await database.pool.query(`select from ${name} limit 1`)).rowCount === 0) empty.push(name);
  expect(empty).toEqual([]);
});

describe.each(OUTSIDERS)('%s, though it has every right on every table,', (role) => {
  it('reads no row', async () => {
    for (const { name } of await relations())
      expect([name, await attempt(role, `select from ${name}`)]).toEqual([name, 0]);
  });

  it('adds no row', async () => {
    for (const { name, isView } of await relations()) {
      const outcome = await attempt(role, `insert into ${name} default values`);
      expect([name, outcome]).toEqual([name, isView ? VIEW_REFUSED : REFUSED]);
    }
  });

  it('changes and removes no row', async () => {
    for (const { name } of await relations()) {
      const { rows } = await database.pool.query<{ column: string }>(
        `select attname as column from pg_attribute
        where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''
          order by attnum limit 1`,
        [name],
      );
      const { column } = one(rows);
      for (const sql of [`update ${name} set ${column} = ${column}`, `delete from ${name}`])
        expect([0, REFUSED, VIEW_REFUSED], sql).toContain(await attempt(role, sql));
    }
  });

  it('executes none of our functions', async () => {
    for (const name of await functions()) expect([name, await executors(name, [role])]).toEqual([name, []]);
    expect(await attempt(role, 'select hopsmeter.require_directory_version(1)')).toBe(REFUSED);
  });
});

describe('the services', () => {
  it('do everything that they have to, and it adds up', async () => {
    const { checkedRows, differingRows } = await reconcileNow(services, CHANGE, DAYS);
    expect([checkedRows === '0', differingRows]).toEqual([false, '0']);
  });

  it('have a policy for each of their rights on each table, and nobody else has one', async () => {
    const { rows } = await database.pool.query<{
      name: string;
      isPartition: boolean;
      rights: string[];
      policies: string[];
    }>(`
      select oid::regclass::text as name, relispartition as "isPartition",
        array(
          select command from unnest(array['DELETE', 'INSERT', 'SELECT', 'UPDATE']) as command
          where case command when 'DELETE' then has_table_privilege('hopsmeter_app', oid, command)
            else has_any_column_privilege('hopsmeter_app', oid, command) end
        ) as rights,
        array(
          select cmd from pg_policies
          where schemaname = 'hopsmeter' and tablename = relname and roles = '{hopsmeter_app}' order by cmd
        ) as policies
      from pg_class where relnamespace = 'hopsmeter'::regnamespace and relkind in ('r', 'p')
    `);
    for (const { name, isPartition, rights, policies } of rows) {
      expect([name, policies]).toEqual([name, rights]);
      // A partition is reached through its parent only, and the list of migrations by those who migrate.
      expect([name, rights.includes('SELECT')]).toEqual([name, !isPartition && name !== 'hopsmeter.migrations']);
    }
    // Its trigger would refuse changes too.
    expect(rows.find(({ name }) => name === 'hopsmeter.audit_log')?.rights).toEqual(['INSERT', 'SELECT']);
    const others = await database.pool.query(`select * from pg_policies where roles <> '{hopsmeter_app}'`);
    expect(others.rows).toEqual([]);
  });

  it('have a role that owns nothing, logs in nowhere and stands above no policy', async () => {
    const { rows } = await database.pool.query(`
      select rolcanlogin or rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as "isMore",
        exists (select from pg_shdepend where refobjid = pg_roles.oid and deptype = 'o') as "isOwner"
      from pg_roles where rolname = 'hopsmeter_app'
    `);
    expect(rows).toEqual([{ isMore: false, isOwner: false }]);
  });

  it('read every view', async () => {
    for (const { name, isView } of await relations())
      if (isView) expect([name, await attempt('hopsmeter_app', `select from ${name} limit 1`)]).toEqual([name, 1]);
  });

  it('empty no table', async () => {
    for (const { name, isView } of await relations())
      if (!isView) expect([name, await attempt('hopsmeter_app', `truncate ${name}`)]).toEqual([name, REFUSED]);
  });

  it.each([
    'create table hopsmeter.mine ()',
    'create function hopsmeter.mine() returns integer language sql as $$ select 1 $$',
    'alter table hopsmeter.users add column mine integer',
    'alter table hopsmeter.users disable row level security',
    'alter table hopsmeter.audit_log disable trigger all',
    'drop table hopsmeter.audit_log',
    'drop policy hopsmeter_app_select on hopsmeter.users',
    'set session_replication_role = replica',
    `select hopsmeter.set_table_rights('hopsmeter.audit_log', 'delete')`,
    'select from hopsmeter.migrations',
    'update hopsmeter.audit_log set action = action',
    'delete from hopsmeter.audit_log',
    'update hopsmeter.usage_events set quantities = quantities',
    'update hopsmeter.usage_events set event_key = event_key',
    'select from hopsmeter.usage_events_p00',
    'delete from hopsmeter.usage_events_p00',
    'update hopsmeter.usage_daily set usage_date = usage_date',
    'update hopsmeter.usage_daily set account_owner_id = account_owner_id',
    'update hopsmeter.usage_batches set counted_count = counted_count',
    'delete from hopsmeter.usage_batches',
    'update hopsmeter.parked_events set event = event',
    'delete from hopsmeter.parked_events',
    'update hopsmeter.corrections set corrected_at = corrected_at',
    'delete from hopsmeter.corrections',
    'update hopsmeter.cluster_manifests set sums = sums',
    'delete from hopsmeter.cluster_manifests',
    'update hopsmeter.project_reports set owner = owner',
    'delete from hopsmeter.project_reports',
    'update hopsmeter.cluster_keys set hash = hash',
    'delete from hopsmeter.cluster_keys',
    'delete from hopsmeter.users',
    'update hopsmeter.rates set price = price',
    'update hopsmeter.statements set total = total',
    'delete from hopsmeter.statements',
    'update hopsmeter.statement_lines set amount = amount',
    'delete from hopsmeter.statement_lines',
    'update hopsmeter.reconciliation_differences set kind = kind',
    'delete from hopsmeter.reconciliations',
    'update hopsmeter.meters set unit = unit',
    'delete from hopsmeter.meters',
    'update hopsmeter.gpu_models set compared_name = compared_name',
    'update hopsmeter.directory_versions set id = id',
    'update hopsmeter.credit_grants set amount = amount',
    'delete from hopsmeter.credit_grants',
    'update hopsmeter.grant_draws set amount = amount',
    'delete from hopsmeter.grant_draws',
    'update hopsmeter.imported_days set content_hash = 0',
    'delete from hopsmeter.imported_days',
    'update hopsmeter.spending_alerts set cap = cap',
    'delete from hopsmeter.spending_alerts',
    'update hopsmeter.webhook_endpoints set url = url',
    'delete from hopsmeter.webhook_deliveries',
    'update hopsmeter.stripe_remittances set value = value',
    'delete from hopsmeter.stripe_remittances',
    'update hopsmeter.stripe_meters set event_name = event_name',
  ])('are refused: %s', async (sql) => {
    expect(await attempt('hopsmeter_app', sql)).toBe(REFUSED);
  });
});

describe(`a server where the migrations may not create roles and own only their schema,
  with the default rights of Supabase`, () => {
  let directory: string;
  let postgres: Postgres;
  let admin: Pool;
  let owner: Pool;
  let url: string;
  const warnings: string[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'hopsmeter-roles-'));
    postgres = await startPostgres({ directory });
    const target = new URL(postgres.url);
    target.pathname = '/shared';
    const server = openPool(postgres.url);
    await server.query(`create role anon; create role authenticated; create role service_role bypassrls`);
    await server.query(`create role migrator login password 'migrator'`);
    await server.query('create database shared');
    await server.end();
    admin = openPool(target.href);
    await admin.query('create schema extensions; create extension btree_gist schema extensions');
    await admin.query('create schema hopsmeter authorization migrator; revoke all on schema public from public');
    for (const kind of ['tables', 'functions', 'sequences'])
      await admin.query(
        `alter default privileges for role migrator grant all on ${kind} to anon, authenticated, service_role`,
      );
    target.username = 'migrator';
    target.password = 'migrator';
    url = target.href;
    owner = openPool(url);
    await migrate(url, (message) => warnings.push(message));
  });
  afterAll(async () => {
    await owner?.end();
    await admin?.end();
    await postgres?.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('is migrated, and says that the role is missing', async () => {
    expect(warnings).toEqual([
      expect.stringContaining('the role hopsmeter_app is missing and migrator may not create'),
    ]);
    await liveThroughEverything(owner);
  });

  it('keeps anon and authenticated from what row level security does not cover', async () => {
    for (const { name } of await relations(admin)) {
      const { rows } = await admin.query(
        `select role, right_name from unnest($1::text[]) as role,
          unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) as right_name
        where has_table_privilege(role, $2, right_name)`,
        [OUTSIDERS, name],
      );
      expect([name, rows]).toEqual([name, []]);
    }
    for (const name of await functions(admin))
      expect([name, await executors(name, OUTSIDERS, admin)]).toEqual([name, []]);
  });

  it('lets nobody but the owner into the schema, so that no REST interface can show it', async () => {
    const { rows } = await admin.query(
      `select role from unnest($1::text[]) as role where has_schema_privilege(role, 'hopsmeter', 'usage, create')`,
      [[...OUTSIDERS, 'service_role', 'migrator']],
    );
    expect(rows).toEqual([{ role: 'migrator' }]);
  });

  it('gives the services their rights once the role is there and the migrations of rights ran again', async () => {
    await admin.query('create role hopsmeter_app nologin');
    const folder = new URL('../drizzle/', import.meta.url);
    const files = readdirSync(folder).filter((name) => /_(roles|rights)\.sql$/.test(name));
    expect(files).toHaveLength(2);
    for (const file of files) await owner.query(readFileSync(new URL(file, folder), 'utf8'));
    const login = await createLogin(admin, url, 'late');
    try {
      expect((await loadDirectory(login)).projects).not.toEqual([]);
      expect(await readPipelineCounts(login)).toEqual(await readPipelineCounts(owner));
    } finally {
      await login.end();
    }
  });
});

/** Rules for namespaces that are no project. */
async function ruleNamespaces(pool: Pool, clusterId: string): Promise<void> {
  const rule = { clusterId, pattern: 'kube-*', userId: undefined, reason: 'for a test' };
  const { value } = await addNamespaceRule(pool, CHANGE, rule);
  expect(await listNamespaceRules(pool, clusterId)).toHaveLength(1);
  expect(await listIgnoredNamespaces(pool)).toEqual([]);
  expect(await recallIgnored(pool, { clusterId, namespace: 'kube-system' }, '1', 10)).toBe(0);
  await withdrawNamespaceRule(pool, CHANGE, { id: value.id, reason: 'for a test' });
}

/** How a worker follows an application, as far as hopsmeter's own tables go. */
async function follow(pool: Pool): Promise<void> {
  const turn = await takeTurn(pool, 0);
  if (turn === undefined) throw new Error('nobody else has the turn');
  const content = { id: 'gone', name: 'gone', maxUsers: 1, status: 'active' };
  const problem = { kind: 'gone', reason: 'for a test' } as const;
  const row = { table: 'hopsworks_clusters', changes: [], agreed: null, boundary: null } as const;
  await rememberInTurn(pool, turn.turnId, [
    { ...row, key: 'gone', content, problem },
    { ...row, key: 'forgotten', content, problem },
  ]);
  await rememberInTurn(pool, turn.turnId, [{ ...row, key: 'forgotten', content: null, problem: null }]);
  const { version } = await readFollowingDirectory(pool);
  const { signal } = new AbortController();
  expect(await makeFollowedChanges(pool, turn.turnId, [], { version, signal })).toMatchObject({ isComplete: true });
  const outcome = { state: 'held', reason: 'for a test', missing: { users: 2 }, isWhole: true } as const;
  await endTurn(pool, turn.turnId, outcome);
  expect(await confirmMissing(pool, CHANGE, 'for a test')).toEqual({ users: 2 });
  expect(await listFollowedProblems(pool, { limit: 10 })).toHaveLength(1);
  expect(await readFollowingHealth(pool)).toMatchObject({ state: 'held', problemCount: 1 });
}

/** What staff enter. */
async function enterUsage(pool: Pool, clusterId: string, parkedId: string): Promise<void> {
  const about = { reason: 'for a test', isDryRun: false };
  const corrected = await correctEvent(pool, CHANGE, { id: 'event 0', source: undefined, usages: [], ...about });
  expect(corrected).toMatchObject({ differences: [{ after: 0n }] });
  const event = {
    id: 'imported',
    sourcePath: '/imports',
    type: 'meter',
    subject: 'owner',
    namespace: undefined,
    gpuModel: undefined,
    start: NOW - HOUR,
    end: NOW,
    usages: [],
  } as const;
  const imported = await importUsage(pool, CHANGE, { rows: [{ row: 2, clusterId, event }], ...about });
  expect(imported).toMatchObject({ importId: expect.any(String) });
  await pool.query(`
    insert into hopsmeter.imported_days (usage_date, user_id, content_hash, usage_batch_id)
    values ('2026-01-01', 'owner', 1, gen_random_uuid())
  `);
  const decision = decideConflict(pool, CHANGE, { id: parkedId, right: 'first', ...about });
  await expect(decision).rejects.toMatchObject({ code: 'NOT_A_CONFLICT' });
}

/** What ingest, worker and api do with Postgres, each thing once, and what the tests need to be there. */
async function liveThroughEverything(pool: Pool): Promise<void> {
  const { value: cluster } = await createCluster(pool, CHANGE, { name: 'east', maxUsers: 10 });
  await changeCluster(pool, CHANGE, cluster.id, { maxUsers: 20 });
  const { created: key } = await createClusterKey(pool, CHANGE, cluster.id);
  await noteKeysUsed(pool, [{ keyId: key.id, usedAt: NOW }]);
  const rotation = { clusterId: cluster.id, keyId: key.id, graceSeconds: 60 };
  await rotateClusterKey(pool, CHANGE, rotation);
  await revokeClusterKey(pool, CHANGE, rotation);
  expect(await listClusterKeys(pool, cluster.id)).toHaveLength(2);
  for (const id of ['owner', 'other']) {
    await createUser(pool, CHANGE, { id, email: `${id}@example.com`, name: null, accountOwnerId: null });
    await assignUser(pool, CHANGE, { userId: id, clusterId: cluster.id });
  }
  const { token } = await createInvite(pool, CHANGE, { accountOwnerId: 'owner', email: 'member@example.com' });
  await acceptInvite(pool, CHANGE, { token, userId: 'member' });
  const { invite } = await createInvite(pool, CHANGE, { accountOwnerId: 'owner', email: 'nobody@example.com' });
  await revokeInvite(pool, CHANGE, { inviteId: invite.id });
  await changeUser(pool, CHANGE, 'member', { name: 'Member' });
  const project = { clusterId: cluster.id, namespace: 'ml', userId: 'owner' };
  const { value: created } = await createProject(pool, CHANGE, project);
  const alias = { clusterId: cluster.id, alias: 'john1234', userId: 'owner', reason: 'for a test' };
  const { value: named } = await setAlias(pool, CHANGE, alias);
  expect((await endAlias(pool, CHANGE, { aliasId: named.id, reason: 'for a test' })).endedAt).not.toBeNull();

  const usage = { clusterId: cluster.id, namespace: 'ml', quantity: '1.5', start: NOW - HOUR, end: NOW };
  const events = Array.from({ length: EVENTS }, (_, i) => ({ ...usage, id: `event ${i}` }));
  const old = { ...usage, id: 'old', start: NOW - 500 * DAY, end: NOW - 499 * DAY };
  const parked = Array.from({ length: 3 }, (_, i) => ({ ...usage, id: `parked ${i}`, namespace: 'nobody' }));
  const recorded = await recordUsage(pool, [...events, old, ...parked]);
  expect(recorded).toMatchObject({ counted: EVENTS + 1, parked: parked.length });
  await recordUsage(pool, events);
  await correctAndTell(pool, cluster.id);

  await handOverProject(pool, CHANGE, { projectId: created.id, userId: 'other', reason: 'for a test' });
  await changeOwner(pool, CHANGE, { userId: 'member', accountOwnerId: 'other', reason: 'for a test' });
  const mine = { clusterId: cluster.id, namespace: 'mine', userId: 'member' };
  const { value: ended } = await createProject(pool, CHANGE, mine);
  await endProject(pool, CHANGE, { projectId: ended.id });
  const yesterday = new Date(Date.now() - 86_400_000).toISOString();
  await changeProject(pool, CHANGE, { projectId: ended.id, startedAt: yesterday, reason: 'for a test' });
  const until = new Date().toISOString();
  await assignUser(pool, CHANGE, { userId: 'member', from: yesterday, until, reason: 'for a test' });
  await unassignUser(pool, CHANGE, { userId: 'member', from: yesterday, reason: 'for a test' });
  await assignUser(pool, CHANGE, { userId: 'member' });
  await unassignUser(pool, CHANGE, { userId: 'member' });

  const waiting = await listParked(pool, {
    status: 'pending',
    filter: {},
    after: undefined,
    limit: 10,
  });
  const ids = waiting.map(({ id }) => id);
  await requestParkedRetry(pool, CHANGE, { ids });
  await releaseParked(pool, CHANGE, { ids, reason: 'for a test' });
  const { directoryVersion } = await readParkedWork(pool);
  const settled = await settleParked(pool, { kind: 'due', limit: 10 }, (taken) => ({
    directoryVersion,
    ledger: [],
    prices: [],
    stillParked: taken.map(({ id }) => ({ id, reason: undefined, detail: undefined })),
  }));
  expect(settled.pending).toBe(parked.length);
  expect(await giveUpParked(pool, CHANGE, { ids: ids.slice(0, 1), reason: 'for a test' })).toMatchObject({
    leftCount: 0,
  });
  expect(await countToGiveUp(pool, { filter: { namespace: 'none' } })).toEqual({});
  await enterUsage(pool, cluster.id, ids[1] ?? '');
  await ruleNamespaces(pool, cluster.id);
  expect(await countOverlappingUsage(pool)).toMatchObject([{ clusterId: cluster.id }]);

  await checkBilling(pool);
  await loadClusterKeys(pool);
  await loadDirectory(pool);
  await findPerson(pool, 'owner');
  expect(await hasAccount(pool, 'owner')).toBe(true);
  await listAccounts(pool, {
    from: '2026-11-01',
    to: '2026-12-01',
    previousFrom: '2026-10-01',
    samePeriodTo: '2026-11-01',
    wholeDays: 30,
    wholeDaysTo: '2026-12-01',
    ownerId: undefined,
    search: undefined,
    sort: '-total',
    after: undefined,
    limit: 10,
  });
  const booked = { accountOwnerId: 'owner', from: '2026-11-01', to: '2026-12-01' };
  for (const groupBy of [
    ['project', 'cluster', 'user'],
    ['day', 'meter'],
  ] as const)
    expect(await readTotals(pool, { ...booked, groupBy: new Set(groupBy), groupsMax: 10 })).not.toEqual([]);
  const usageRows = await listUsageDaily(pool, { ...booked, after: undefined, limit: 10 });
  expect(usageRows).not.toEqual([]);
  await eachUsageDaily(pool, booked, async (rows) => expect(rows).toEqual(usageRows));
  expect(await readCreditUsd(pool, 'owner', '2026-11-30')).toBe('0.350000000000');
  await readFreshness(pool);
  await readPipelineCounts(pool);
  for (const waitingJobs of [1, 2])
    await reportQueueStatus(pool, {
      queue: 'queue',
      waitingJobs,
      activeJobs: 0,
      delayedJobs: 0,
      missingJobs: 0,
      addedJobs: waitingJobs,
      isPaused: false,
      oldestWaitingAgeMs: 1,
      ageMs: 0,
    });
  expect((await readPipelineHealth(pool)).queue).toMatchObject({ waitingJobs: 2, isCurrent: true });
  const month = dayOf('2025-07-01');
  await grantCredits(pool);
  expect(await draftStatement(pool, 'owner', month)).toMatchObject({ total: 53n });
  expect((await closeMonths(pool, CHANGE, { month })).closed).toMatchObject([{ accountOwnerId: 'owner', number: 1 }]);
  expect((await readStatement(pool, 'owner', month))?.lines).toHaveLength(1);
  const statements = await listStatements(pool, { accountOwnerId: 'owner', before: undefined, limit: 10 });
  expect(statements?.statements).toHaveLength(1);
  expect(await findStatementDifferences(pool)).toEqual([]);
  let chargeCount = 0;
  await eachCharge(pool, { month, accountOwnerId: undefined }, async (charges) => {
    chargeCount += charges.length;
  });
  expect(chargeCount).toBeGreaterThan(0);
  expect(await listGrants(pool, 'owner')).toMatchObject([{ drawn: 53n }, { drawn: 0n }]);
  await watchAndTell(pool);
  await follow(pool);
  await payThroughStripe(pool);
  await changeAllPrices(pool);
  for (const list of [listUsers, listClusters, listAliases, listProjects, listInvites, listAuditLog])
    expect(await list(pool, { limit: 10 }), list.name).not.toEqual([]);
  expect(await findRollupDifferences(pool)).toEqual([]);
  await reconcileAndRepair(pool, cluster.id);
  expect(await purgeExpiredEvents(pool, dayOf('2026-01-01'))).toBe(1);
}

/** A correction that changes no quantity, one that waits, a manifest, and a report of a project. */
async function correctAndTell(pool: Pool, clusterId: string): Promise<void> {
  const directory = createDirectory(await loadDirectory(pool));
  const usages = [{ meter: 'cpu_hours', quantity: '1.5' }];
  const correction = { type: 'correction', sourcePath: '', correctedAt: NOW, usages, reason: 'for a test' } as const;
  const project = {
    namespace: 'reported',
    projectName: 'reported',
    projectId: 1,
    owner: 'owner',
    reportedAt: NOW,
    createdAt: NOW - HOUR,
    endedAt: undefined,
  };
  const window = { start: NOW - HOUR, end: NOW };
  const batch: Batch = {
    id: randomUUID(),
    requests: [{ requestId: 'request', clusterId, clusterKeyId: clusterId, receivedAt: NOW, eventCount: 4 }],
    events: [
      { ...correction, id: 'correction', replaces: 'event 0' },
      { ...correction, id: 'waiting', replaces: 'nothing' },
      { ...window, type: 'manifest', id: 'manifest', sourcePath: '', eventCount: 1, sums: usages, missing: undefined },
      { type: 'project', id: 'project', sourcePath: '', ...project },
    ],
  };
  expect(await recordBatch(pool, planBatch(batch, directory))).toMatchObject([{ counted: 0, parked: 4 }]);
  expect(await recordManifests(pool, await listManifests(pool, 10))).toMatchObject({ counted: 1 });
  const request = { ids: await listCorrectionsToTry(pool, 10), directoryVersion: directory.version };
  const settled = await settleCorrections(pool, request, (chains) => planCorrections(chains, directory));
  expect(settled).toMatchObject({ counted: 1, pending: 1 });
  expect((await findOriginals(pool, undefined, 10)).ids).toEqual([]);
  expect(await settleProjectReports(pool, await listProjectReports(pool, 10))).toMatchObject({ counted: 1 });
  await postponeParked(pool, request.ids);
  const found = await readReceipt(pool, { id: 'correction', source: undefined, accountOwnerId: undefined });
  expect(found).toMatchObject({
    receipt: { chain: [{ id: 'correction', status: 'in_force' }] },
  });
}

/** A price of the closed month and after, and back; a card and an override of their own. */
async function changeAllPrices(pool: Pool): Promise<void> {
  const { value: card } = await createRateCard(pool, CHANGE, { name: 'partners', creditUsd: 1n });
  const terms = { price: 1n, priceQuantity: 1n, model: 'flat', tiers: [], includedQuantity: 0n } as const;
  const discount = { kind: 'discount', meter: undefined, percent: 1_000_000_000_000n } as const;
  const validFrom = dayOf('2025-07-01');
  const [standard] = await listRateCards(pool);
  const rate = { kind: 'set_rate', rateCardId: standard?.id ?? '', meter: 'cpu_hours', validFrom, terms } as const;
  const override = { kind: 'set_override', accountOwnerId: 'owner', override: discount, validFrom } as const;
  const change = async (wanted: PriceChange): Promise<number | undefined> => {
    const { fingerprint } = await previewPriceChange(pool, wanted);
    const { id } = await changePrices(pool, CHANGE, { change: wanted, reason: 'for a test', fingerprint });
    while ((await reRatePart(pool)) !== undefined);
    return (await findPriceChange(pool, id))?.changedRows;
  };
  expect(await change(rate)).toBeGreaterThan(1);
  const rateId = (await listRateCards(pool))[0]?.rates.find((found) => found.validFrom === '2025-07-01')?.id ?? '';
  expect(await change({ kind: 'withdraw_rate', rateId })).toBeGreaterThan(1);
  await change({ ...rate, rateCardId: card.id });
  expect(await change({ ...override, validTo: undefined })).toBeGreaterThan(1);
  const [own] = (await readPrices(pool, 'owner', validFrom)).overrides;
  await change({ kind: 'end_override', overrideId: own?.id ?? '', validTo: validFrom + 9 });
  await change({ kind: 'withdraw_override', overrideId: own?.id ?? '' });
  expect(await listPriceChanges(pool, { status: 'applied', after: undefined, limit: 10 })).toHaveLength(6);
  expect(await listMeters(pool)).not.toEqual([]);
  await createMeter(pool, CHANGE, { meter: 'gpu_hours_h100', unit: 'GPU-hour', description: 'H100 GPUs' });
  const { value: model } = await setGpuModel(pool, CHANGE, { name: 'H100', meter: 'gpu_hours' });
  await setGpuModel(pool, CHANGE, { name: 'h100', meter: 'gpu_hours_h100' });
  expect(await listGpuModels(pool)).toHaveLength(1);
  await removeGpuModel(pool, CHANGE, model.id);
  await setGpuModel(pool, CHANGE, { name: 'H100', meter: 'gpu_hours' });
  const rowsOf = async <T extends object>(sql: string, parameters: readonly unknown[] = []): Promise<T[]> =>
    (await pool.query<T>(sql, [...parameters])).rows;
  expect(await findApplyingPriceChange({ rowsOf }, 'owner', validFrom)).toBeUndefined();
}

/** Compares, finds a difference that was made here, and repairs it. */
async function reconcileAndRepair(pool: Pool, clusterId: string): Promise<void> {
  const usage = { id: 'recent', clusterId, subject: 'owner', start: RECENT, end: RECENT + HOUR, quantity: '1.5' };
  await recordUsage(pool, [usage]);
  await pool.query('update hopsmeter.usage_daily set quantity = quantity + 1 where usage_date = $1', [textOf(RECENT)]);
  const { id, differences } = await reconcileNow(pool, CHANGE, DAYS);
  expect(differences).not.toEqual([]);
  const { repairedRows } = await repairUsageDaily(pool, CHANGE, { reconciliationId: id, reason: 'for a test' });
  expect(repairedRows).toBe(differences.length);
  expect(await readReconciliationState(pool)).toMatchObject({ unexplained: 0 });
  expect(await planReconciliation(pool)).toBe(true);
  expect(await checkNextDay(pool)).toBe('checked');
  await skipDay(pool, new DayNotComparedError(randomUUID(), '2026-11-22', undefined));
  expect(await listReconciliations(pool, { limit: 10 })).toHaveLength(2);
  expect((await readCoverage(pool, { ...DAYS, cellsMax: 100 })).cells).not.toEqual([]);
  expect(await countMissingHours(pool)).not.toEqual([]);
  expect(await findCluster(pool, clusterId)).toBeDefined();
  expect(await readClusterActivity(pool, [clusterId])).toHaveLength(1);
}

/** Something to draw from for the month that is closed afterwards. */
async function grantCredits(pool: Pool): Promise<void> {
  const grant = {
    accountOwnerId: 'owner',
    amount: 10_00n,
    validFrom: '2025-07-01',
    expiresOn: null,
    reason: 'for a test',
  };
  await grantCredit(pool, CHANGE, { ...grant, reference: 'first' });
  const { value: mistake } = await grantCredit(pool, CHANGE, { ...grant, validFrom: '2025-07-02', reference: null });
  await revokeGrant(pool, CHANGE, { accountOwnerId: 'owner', grantId: mistake.id, reason: 'for a test' });
}

/** What worker and api do about caps, alerts and webhooks. */
async function watchAndTell(pool: Pool): Promise<void> {
  const url = 'https://hooks.example.com/';
  const { id: webhookId } = (await createWebhook(pool, CHANGE, { url, accountOwnerId: null })).value;
  await setSpendingCap(pool, CHANGE, 'owner', 2_00n);
  await setSpendingCap(pool, CHANGE, 'owner', 1_00n);
  await setSpendingCap(pool, CHANGE, 'other', 1_00n);
  await removeSpendingCap(pool, CHANGE, 'other');
  expect(await watchSpending(pool, { now: NOW, periodMs: 1_000, limit: 10 })).toEqual({
    capCount: 1,
    raised: [80, 90, 100],
    failures: [],
  });
  const [first, ...others] = await takeDeliveries(pool, { limit: 10, leaseMs: 1_000 });
  if (first === undefined) throw new Error('nothing to deliver');
  await settleDelivery(pool, first, { kind: 'failed', status: 500, error: 'for a test', retryInMs: undefined });
  await retryDelivery(pool, CHANGE, { webhookId, deliveryId: first.id });
  for (const delivery of others) await settleDelivery(pool, delivery, { kind: 'delivered', status: 200 });
  expect(await listDeliveries(pool, { webhookId, limit: 10 })).toHaveLength(3);
  await disableWebhook(pool, CHANGE, webhookId);
  expect(await listWebhooks(pool, { limit: 10 })).toHaveLength(1);
  expect(await listAlerts(pool, { limit: 10 })).toHaveLength(3);
  expect((await readSpendingCap(pool, 'owner', dayOf('2026-11-01')))?.alerts).toHaveLength(3);
}

/** What worker and api do about Stripe. */
async function payThroughStripe(pool: Pool): Promise<void> {
  const clock = { now: NOW, monthGraceHours: 1 };
  const first = { accountOwnerId: 'owner', stripeCustomerId: 'cus_first', from: dayOf('2026-11-01') };
  await setStripeCustomer(pool, CHANGE, first, NOW);
  await setStripeCustomer(pool, CHANGE, { ...first, stripeCustomerId: 'cus_later', from: dayOf('2026-12-01') }, NOW);
  await endStripeCustomer(pool, CHANGE, { accountOwnerId: 'owner', to: dayOf('2026-12-01') }, NOW);
  expect(await planRemittances(pool, clock)).toMatchObject({ planned: 1 });
  const { remittances } = await claimRemittances(pool, clock, 10);
  for (const remittance of remittances) {
    expect(await settleRemittance(pool, remittance, { kind: 'refused', detail: 'for a test' }, NOW)).toBe(true);
    await resolveRemittance(pool, CHANGE, { id: remittance.id, outcome: 'not_sent', reason: 'for a test' });
  }
  await planRemittances(pool, clock);
  for (const remittance of (await claimRemittances(pool, clock, 10)).remittances)
    expect(await settleRemittance(pool, remittance, { kind: 'taken' }, NOW)).toBe(true);
  expect(await listRemittances(pool, { limit: 10 })).toHaveLength(2);
  expect(await countOpenRemittances(pool)).toMatchObject({ pending: 0, rejected: 0 });
  expect((await readStripeAccount(pool, 'owner', NOW)).months).not.toEqual([]);
  expect(await findRemittanceDifferences(pool, NOW)).toEqual([]);
}

/** A login for the services, as docs/operations.md tells operators to create it. */
async function createLogin(admin: Pool, url: string, name: string): Promise<Pool> {
  const password = randomBytes(16).toString('hex');
  await admin.query(`create role ${name} login password '${password}' in role hopsmeter_app`);
  const target = new URL(url);
  target.username = name;
  target.password = password;
  return openPool(target.href);
}

function openPool(url: string): Pool {
  return createPool({ url, connectionsMax: 2, onIdleError: () => undefined });
}

/** Roles belong to the whole server, and another test may have made it. */
async function createRole(name: string): Promise<void> {
  const { rowCount } = await database.pool.query('select from pg_roles where rolname = $1', [name]);
  if (rowCount === 0) await database.pool.query(`create role ${name} nologin`);
}

function textOf(micros: number): string {
  return new Date(micros / MICROS).toISOString().slice(0, 10);
}

function dayOf(text: string): number {
  const day = parseUsageDay(text);
  if (day === undefined) throw new Error(`${text} is no day`);
  return day;
}
