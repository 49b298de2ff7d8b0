import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestClient } from '../harness/client.ts';
import { waitFor } from '../harness/wait-for.ts';
import { one } from '../harness/world.ts';
import { type Stack, startStack } from './harness/demo-stack.ts';
import { findBarriers } from './harness/find-barriers.ts';
import { createVisitor, isSettled, NARROW, photograph, type Visitor } from './harness/open-page.ts';

const OWNER = 'auth0|ada';
const MEMBER = 'auth0|bob';
const OTHER = 'auth0|cyd';

let stack: Stack;
let visitor: Visitor;

beforeAll(async () => {
  stack = await startStack();
  for (const [id, name, accountOwnerId] of [
    [OWNER, 'Ada', undefined],
    [MEMBER, 'Bob', OWNER],
    [OTHER, 'Cyd', undefined],
  ] as const)
    await stack.ask('/v1/users', 'POST', { id, name, email: `${name}@example.com`, accountOwnerId });
  visitor = await createVisitor(stack.url);
});
afterAll(async () => {
  await visitor?.close();
  await stack?.close();
});

/** From signing in on, as each job begins. */
async function signIn(as: string, path: string): Promise<Page> {
  const page = await visitor.open(path, { as: null });
  await page.getByRole('button', { name: as }).click();
  await page.getByRole('navigation', { name: 'Views' }).waitFor();
  await isSettled(page);
  return page;
}

const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true }).click();
/** A field by its label, which may say after it that it is optional. */
const field = (page: Page, label: string) =>
  page
    .locator('.field', { has: page.locator(`label:text-matches("^${label.replaceAll(/[()]/g, '.')}( .optional.)?$")`) })
    .locator('input, textarea, select');
const fill = (page: Page, label: string, value: string) => field(page, label).fill(value);
const said = (page: Page, text: string) => page.locator('.said', { hasText: text }).waitFor();
const rowOf = (page: Page, text: string) => page.locator('tbody tr', { hasText: text });

async function rowsOf<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
  return (await stack.pipeline.pool.query<Row>(sql, [...values])).rows;
}

/** What a form foresees stands there before it is applied. */
async function foresee(page: Page, text: string | RegExp): Promise<void> {
  await press(page, 'See what would happen');
  await page.locator('.foreseen', { hasText: text }).waitFor();
}

const hourAgo = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();

/** The last whole hour is of one day at any time of the day: what was used in it is one row of the ledger. */
function lastHour(): { readonly start: string; readonly end: string } {
  const end = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  return { start: new Date(end - 3_600_000).toISOString(), end: new Date(end).toISOString() };
}

const usage = (clusterId: string, id: string, namespace: string) => ({
  id,
  source: `urn:hopsworks:cluster:${clusterId}`,
  specversion: '1.0' as const,
  type: 'ai.hopsworks.usage.compute.v1',
  time: hourAgo(0),
  data: {
    namespace,
    window: lastHour(),
    cpuCoreHours: '8',
    gpuHours: '0',
    ramByteHours: '0',
  },
});

describe('a billing admin', () => {
  it('adds a cluster, gets the key and the commands of its collector, and sees its first event come', async () => {
    const page = await signIn('Billing admin', '/clusters');
    await page.getByText('There are no clusters yet.').waitFor();
    await page.getByRole('link', { name: 'Add a cluster' }).click();
    await fill(page, 'Name', 'eu-north-1');
    await fill(page, 'Most users', '2');
    await press(page, 'Add the cluster');
    await page.getByRole('heading', { name: 'Set up eu-north-1', level: 1 }).waitFor();
    const [cluster] = await rowsOf<{ id: string }>('select id from hopsmeter.hopsworks_clusters where max_users = 2');
    const { id } = one([cluster].filter((row) => row !== undefined));
    expect(new URL(page.url()).pathname).toBe(`/clusters/${id}/set-up`);

    await press(page, 'Create the key');
    const key = await page.getByRole('region', { name: 'key' }).innerText();
    expect(key).toMatch(/^hwm_live_[\w-]{30,}$/);
    expect(await rowsOf('select prefix from hopsmeter.cluster_keys')).toEqual([{ prefix: key.slice(0, 13) }]);
    await fill(page, 'Ingest URL', one(stack.pipeline.ingests).url);
    for (const way of ['Helm', 'kubectl', 'A checkout']) {
      await press(page, way);
      const command = await page.getByRole('region', { name: 'command' }).innerText();
      for (const part of [key, id, one(stack.pipeline.ingests).url]) expect(command).toContain(part);
    }
    await page.getByText('Waiting for the first event…').waitFor();
    await photograph(page, 'cluster-set-up-waiting');

    // Whoever comes back finds what is done, and no key.
    const resumed = await visitor.open(`/clusters/${id}/set-up`);
    await resumed.getByText(`${key.slice(0, 13)}… works`).waitFor();
    expect(await resumed.locator('body').innerText()).not.toContain(key);
    await resumed.close();

    const sent = await createTestClient(one(stack.pipeline.ingests).url, key).send([usage(id, 'first', 'churn')]);
    expect(sent.accepted).toBe(1);
    await page.getByText('First event seen.').waitFor();
    await page.getByText('Some events wait to be counted').waitFor();
    await photograph(page, 'cluster-set-up-seen');
    expect(await findBarriers(page)).toEqual([]);
  });

  it('moves users there, and is told what a refusal means', async () => {
    const id = await clusterId();
    const page = await visitor.open(`/clusters/${id}`, { expects: /409/ });
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await press(page, 'Move a user here');
    await fill(page, 'User', OWNER);
    await foresee(page, /for all time/);
    await press(page, 'Move the user');
    await said(page, 'The user is on this cluster.');
    await press(page, 'Move a user here');
    await fill(page, 'User', MEMBER);
    await foresee(page, MEMBER);
    await press(page, 'Move the user');
    await rowOf(page, MEMBER).waitFor();
    await page.getByRole('heading', { name: 'Users (2 of 2)' }).waitFor();

    await press(page, 'Move a user here');
    await fill(page, 'User', OTHER);
    await press(page, 'See what would happen');
    await page.getByText('Raise the maximum number of users of the cluster').waitFor();
    await press(page, 'Cancel');

    await press(page, 'Change');
    await fill(page, 'Most users', '1');
    await press(page, 'Change the cluster');
    await page.getByText('2 users are on it').waitFor();
    await fill(page, 'Name', 'eu-north-2');
    await fill(page, 'Most users', '30');
    await press(page, 'Change the cluster');
    await said(page, 'The cluster is changed.');
    expect(await rowsOf('select name, max_users from hopsmeter.hopsworks_clusters')).toEqual([
      { name: 'eu-north-2', max_users: 30 },
    ]);

    await rowOf(page, MEMBER).getByRole('button', { name: 'Unassign' }).click();
    await press(page, 'Unassign the user');
    await said(page, 'The user is on no cluster.');
    await expect.poll(() => rowOf(page, MEMBER).count()).toBe(0);
    expect(
      await rowsOf('select user_id from hopsmeter.user_hopsworks_assignments where ended_at is null order by user_id'),
    ).toEqual([{ user_id: OWNER }]);

    await press(page, 'Set an alias');
    await fill(page, 'Alias', 'ada1234');
    await fill(page, 'User', OWNER);
    await fill(page, 'Reason', 'as Hopsworks has it');
    await press(page, 'Set the alias');
    await rowOf(page, 'ada1234').waitFor();
    await rowOf(page, 'ada1234').getByRole('button', { name: 'End' }).click();
    await fill(page, 'Reason', 'renamed');
    await press(page, 'End the alias');
    await said(page, 'The alias is ended.');
    expect(
      await rowsOf('select alias, user_id, isfinite(ended_at) as is_ended from hopsmeter.user_aliases'),
    ).toMatchObject([{ alias: 'ada1234', user_id: OWNER, is_ended: true }]);
    await isSettled(page);
    await photograph(page, 'cluster-people');
    expect(await findBarriers(page)).toEqual([]);
  });

  it('registers a project, whose event is counted then, hands it over with its usage, and ends it', async () => {
    const id = await clusterId();
    await stack.ask(`/v1/users/${encodeURIComponent(OTHER)}/assignment`, 'POST', {
      clusterId: id,
      from: hourAgo(48),
      reason: 'was there',
    });
    const page = await visitor.open(`/clusters/${id}?section=projects`);
    await press(page, 'Register a project');
    await fill(page, 'Namespace', 'churn');
    await fill(page, 'User', OWNER);
    await foresee(page, 'No counted usage moves.');
    expect(await rowsOf('select from hopsmeter.projects')).toEqual([]);
    await press(page, 'Register the project');
    await said(page, 'The project is registered.');
    await waitFor('the event to be counted', async () =>
      (await rowsOf('select from hopsmeter.usage_events where user_id = $1', [OWNER])).length === 1 ? true : undefined,
    );

    await rowOf(page, 'churn').getByRole('button', { name: 'Hand over' }).click();
    await fill(page, 'New user', OTHER);
    await fill(page, 'From (UTC)', hourAgo(24).slice(0, 16));
    await fill(page, 'Reason', 'it was theirs');
    await foresee(page, /1 counted event moves/);
    await photograph(page, 'cluster-hand-over');
    await press(page, 'Hand the project over');
    await said(page, 'The project is handed over.');
    expect(await rowsOf("select user_id from hopsmeter.usage_events where event_id = 'first'")).toEqual([
      { user_id: OTHER },
    ]);

    await rowOf(page, OTHER).getByRole('button', { name: 'Change times' }).click();
    await fill(page, 'From (UTC)', hourAgo(30).slice(0, 16));
    await fill(page, 'Reason', 'even longer');
    await foresee(page, 'No counted usage moves.');
    await press(page, 'Change the project');
    await said(page, 'The project is changed.');
    await rowOf(page, OTHER).getByRole('button', { name: 'End' }).click();
    await foresee(page, 'churn');
    await press(page, 'End the project');
    await said(page, 'The project is ended.');
    expect(
      await rowsOf("select from hopsmeter.projects where user_id = $1 and ended_at < 'infinity'", [OTHER]),
    ).toHaveLength(1);

    await press(page, 'Add a rule');
    await fill(page, 'Namespaces', 'kube-*');
    await fill(page, 'Reason', 'the platform itself');
    await press(page, 'Add the rule');
    await rowOf(page, 'kube-*').waitFor();
    await photograph(page, 'cluster-projects');
    expect(await findBarriers(page)).toEqual([]);
    await rowOf(page, 'kube-*').getByRole('button', { name: 'Withdraw' }).click();
    await fill(page, 'Reason', 'no longer');
    await press(page, 'Withdraw the rule');
    await said(page, 'The rule is withdrawn.');
    expect(await rowsOf('select withdrawn_at is not null as is_over from hopsmeter.namespace_rules')).toEqual([
      { is_over: true },
    ]);
  });

  it('rotates a key with grace, sees when it was last used, and revokes it', async () => {
    const id = await clusterId();
    const page = await visitor.open(`/clusters/${id}`);
    const [known] = await rowsOf<{ prefix: string }>('select prefix from hopsmeter.cluster_keys');
    await rowOf(page, known?.prefix ?? '')
      .getByRole('button', { name: 'Rotate' })
      .click();
    await field(page, 'Grace').selectOption({ label: 'An hour' });
    await press(page, 'Rotate the key');
    const key = await page.getByRole('dialog').getByRole('region', { name: 'key' }).innerText();
    expect(await page.getByRole('region', { name: 'command' }).innerText()).toContain(key);
    await photograph(page, 'cluster-key');
    await press(page, 'I have copied it');
    await page.locator('td', { hasText: /^✓Live until/ }).waitFor();
    expect(
      await rowsOf<{ seconds: number }>(
        `select round(extract(epoch from expires_at - now()) / 60)::integer as minutes
        from hopsmeter.cluster_keys where isfinite(expires_at)`,
      ),
    ).toEqual([{ minutes: 60 }]);
    await rowOf(page, key.slice(0, 13)).getByRole('button', { name: 'Revoke' }).click();
    await press(page, 'Revoke the key');
    await said(page, 'The key is revoked.');
    expect(await rowsOf('select prefix from hopsmeter.cluster_keys where revoked_at <= now()')).toEqual([
      { prefix: key.slice(0, 13) },
    ]);
    await isSettled(page);
    await photograph(page, 'cluster');
    expect(await findBarriers(page)).toEqual([]);
    await page.setViewportSize(NARROW);
    expect(await page.evaluate('scrollTo(1_000, 0), scrollX')).toBe(0);
    await photograph(page, 'cluster-narrow');
    await page.getByRole('link', { name: 'Clusters' }).first().click();
    await rowOf(page, 'eu-north-2').waitFor();
    await photograph(page, 'clusters-narrow');
  });
});

describe('coverage', () => {
  /** A day of the past month, so that it is over whenever this runs. */
  const day = ((): string => {
    const date = new Date();
    return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - 1, 5)).toISOString().slice(0, 10);
  })();

  it('shows a month of hours, says each by keyboard, and what to do about one that is missing', async () => {
    const id = await clusterId();
    await stack.pipeline.pool.query(
      `insert into hopsmeter.cluster_manifests
        (event_key, content_hash, hopsworks_cluster_id, source_path, window_started_at, window_ended_at, event_count,
         sums, missing_reason)
      select gen_random_uuid(), 1, $1, '/collector/' || source, start, start + interval '1 hour', count, '{}', reason
      from (
        select 'compute' as source, $2::timestamptz + n * interval '1 hour' as start,
          case when n = 5 then 2 else 0 end as count, null as reason
        from generate_series(0, 23) as n where n <> 3
        union all
        select 'online-storage', $2::timestamptz + interval '23 hours', 0, 'RonDB did not answer'
      ) as manifests`,
      [id, `${day}T00:00:00Z`],
    );
    await stack.ask('/v1/reconciliations', 'POST', { from: day, to: dayAfter(day) });
    await waitFor('the day to be compared', async () =>
      (await rowsOf('select from hopsmeter.reconciled_days where day = $1', [day])).length === 1 ? true : undefined,
    );

    const page = await signIn('Billing admin', `/coverage?month=${day.slice(0, 7)}`);
    await page.getByRole('heading', { name: 'Missing and short hours (3)' }).waitFor();
    const rows = await page
      .getByRole('table', { name: 'Hours that need attention' })
      .locator('tbody tr')
      .allInnerTexts();
    expect(rows[0]).toMatch(/23:00–24:00.*Missing\s+online-storage: RonDB did not answer/s);
    expect(rows[1]).toMatch(/05:00–06:00.*Short\s+compute\s+0 of 2/s);
    expect(rows[2]).toMatch(/03:00–04:00.*Missing\s+compute/s);
    await photograph(page, 'coverage');
    expect(await findBarriers(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    await photograph(page, 'coverage-dark');
    expect(await findBarriers(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });

    await page.getByRole('application', { name: /^eu-north-2: \d+ missing/ }).focus();
    for (const key of ['ArrowLeft', ...Array(4).fill('ArrowRight'), ...Array(3).fill('ArrowDown')])
      await page.keyboard.press(key);
    expect(await page.locator('.coverage-cluster [aria-live]').innerText()).toMatch(
      /03:00–04:00 UTC: Missing\. 0 counted/,
    );
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^eu-north-2, .*03:00–04:00 UTC$/ }).waitFor();
    const events = await page.getByRole('link', { name: 'Events of the hour' }).getAttribute('href');
    expect(new URLSearchParams(events?.split('?')[1]).get('hour')).toBe(`${day}T03:00:00Z`);
    await page.setViewportSize(NARROW);
    expect(await page.evaluate('scrollTo(1_000, 0), scrollX')).toBe(0);
    await photograph(page, 'coverage-narrow');

    await rowOf(page, '03:00–04:00').getByRole('button', { name: 'What to do' }).click();
    const collect = await page.getByRole('region', { name: 'command' }).innerText();
    expect(collect).toContain(`collect --from ${day}T03:00:00Z --to ${day}T04:00:00Z`);
    await photograph(page, 'coverage-what-to-do', { isWhole: false });
    const statement = await page.getByRole('region', { name: 'statement' }).innerText();
    const { key } = z.object({ key: z.string() }).parse(await stack.ask(`/v1/clusters/${id}/keys`, 'POST'));
    const sent = await fetch(`${one(stack.pipeline.ingests).url}/api/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/cloudevents+json' },
      body: /-d '(.*)'/s.exec(statement)?.[1] ?? '',
    });
    expect([sent.status, await sent.text()]).toEqual([202, expect.anything()]);
    await page.getByRole('button', { name: 'Close' }).last().click();
    await waitFor('the hour not to be missing', async () => {
      await page.reload();
      await isSettled(page);
      return (await page.getByRole('heading', { name: 'Missing and short hours (2)' }).count()) === 1
        ? true
        : undefined;
    });

    await page.goto(`${stack.url}${events}`);
    await page.getByText('Nothing that matches was used on these days.').waitFor();
  });
});

describe('who may not', () => {
  it('as billing staff sees all of it, and no button that changes something', async () => {
    const page = await signIn('Billing staff', '/clusters');
    await rowOf(page, 'eu-north-2').waitFor();
    await photograph(page, 'clusters');
    const id = await clusterId();
    for (const path of [
      '/clusters',
      '/clusters/new',
      `/clusters/${id}`,
      `/clusters/${id}?section=people`,
      `/clusters/${id}?section=projects`,
      `/clusters/${id}/set-up`,
    ]) {
      await page.evaluate(`history.pushState({}, '', ${JSON.stringify(path)})`);
      await isSettled(page);
      const buttons = await page.locator('#view button:visible').allInnerTexts();
      expect(
        buttons.filter((text) => /add|create|change|move|unassign|set|end|register|hand|rotate|revoke/i.test(text)),
        path,
      ).toEqual([]);
    }
  });

  it('as an account owner is told that clusters are for staff', async () => {
    const page = await visitor.open('/clusters', { as: OWNER });
    expect(await page.locator('#view').innerText()).toMatch(/staff/i);
    expect(await page.locator('tbody').count()).toBe(0);
  });
});

async function clusterId(): Promise<string> {
  return one(await rowsOf<{ id: string }>('select id from hopsmeter.hopsworks_clusters')).id;
}

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}
