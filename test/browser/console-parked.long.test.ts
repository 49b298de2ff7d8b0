import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestClient } from '../harness/client.ts';
import type { PostedEvent } from '../harness/events.ts';
import { one, type TestCluster } from '../harness/world.ts';
import { type Stack, startStack } from './harness/demo-stack.ts';
import { findBarriers } from './harness/find-barriers.ts';
import { createVisitor, isSettled, NARROW, photograph, type Visitor } from './harness/open-page.ts';

const ADA = 'auth0|ada';
const BOB = 'auth0|bob';

let stack: Stack;
let visitor: Visitor;
let east: TestCluster;
let posted = 0;

beforeAll(async () => {
  stack = await startStack();
  visitor = await createVisitor(stack.url);
  const cluster = z.object({ id: z.string() });
  const { id } = cluster.parse(await stack.ask('/v1/clusters', 'POST', { name: 'east', maxUsers: 10 }));
  const west = cluster.parse(await stack.ask('/v1/clusters', 'POST', { name: 'west', maxUsers: 10 }));
  const { key } = z.object({ key: z.string() }).parse(await stack.ask(`/v1/clusters/${id}/keys`, 'POST', {}));
  east = { id, key };
  for (const [user, clusterId] of [
    [ADA, id],
    [BOB, west.id],
  ] as const) {
    await stack.ask('/v1/users', 'POST', { id: user, name: user.slice(6) });
    await stack.ask(`/v1/users/${encodeURIComponent(user)}/assignment`, 'POST', { clusterId });
  }
  await stack.ask('/v1/projects', 'POST', { clusterId: id, namespace: 'known', userId: ADA });
});
afterAll(async () => {
  await visitor?.close();
  await stack?.close();
});

/** An hour that is over, this month or the one before, so that every price is in force. */
const start = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000 - 3_600_000).toISOString();
const end = new Date(Date.parse(start) + 3_600_000).toISOString();

function usage(id: string, data: Record<string, unknown>, subject?: string): PostedEvent {
  return {
    specversion: '1.0',
    id,
    source: `urn:hopsworks:cluster:${east.id}`,
    type: 'ai.hopsworks.usage.meter.v1',
    time: end,
    ...(subject === undefined ? {} : { subject }),
    data: { meter: 'cpu_hours', quantity: '2', window: { start, end }, ...data },
  };
}

function compute(id: string, data: Record<string, unknown>): PostedEvent {
  const { specversion, source, time } = usage(id, {});
  const window = { start, end };
  const type = 'ai.hopsworks.usage.compute.v1';
  return {
    specversion,
    id,
    source,
    type,
    time,
    data: { window, cpuCoreHours: 1, gpuHours: 0, ramByteHours: 0, ...data },
  };
}

async function post(...events: readonly PostedEvent[]): Promise<void> {
  const { accepted } = await createTestClient(one(stack.pipeline.ingests).url, east.key).send(events);
  expect(accepted).toBe(events.length);
  posted += accepted;
  await stack.pipeline.drain(posted);
}

/** What of an event is counted: its user and quantity, in the database. */
async function counted(id: string): Promise<readonly string[]> {
  const { rows } = await stack.pipeline.pool.query<{ text: string }>(
    `select user_id || ' ' || unnest(meters) || ' ' || trim_scale(unnest(quantities)) as text
     from hopsmeter.usage_events where event_id = $1 order by text`,
    [id],
  );
  return rows.map(({ text }) => text);
}

/** Gives a meter a price from the day of the usage on: tried first, then done. */
async function setPrice(meter: string): Promise<void> {
  const { rows } = await stack.pipeline.pool.query<{ id: string }>('select id from hopsmeter.rate_cards limit 1');
  const terms = { model: 'flat', price: '1', priceQuantity: '1' };
  const validFrom = start.slice(0, 10);
  const change = { kind: 'set_rate', rateCardId: one(rows).id, meter, validFrom, ...terms };
  const body = { change, reason: 'a test' };
  const tried = await stack.ask('/v1/price-changes', 'POST', { ...body, dryRun: true });
  const { forecast } = z.object({ forecast: z.object({ fingerprint: z.string() }) }).parse(tried);
  await stack.ask('/v1/price-changes', 'POST', { ...body, fingerprint: forecast.fingerprint });
}

/** Opens the parked events as a billing admin who signs in, with what helps the event opened. */
async function help(id: string, page?: Page): Promise<Page> {
  const opened = page ?? (await visitor.open('/parked', { as: null }));
  if (page === undefined) await opened.getByRole('button', { name: /Billing admin/ }).click();
  await opened.getByRole('heading', { name: 'Parked events', level: 1 }).waitFor();
  await opened.getByRole('button', { name: new RegExp(`… ${id}$`) }).click();
  await opened.getByRole('dialog').waitFor();
  return opened;
}

const submit = (page: Page, name: string) =>
  page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
const fill = (page: Page, label: string | RegExp, text: string) =>
  page.getByRole('dialog').getByLabel(label).fill(text);
const choose = (page: Page, name: string) =>
  page.getByRole('dialog').getByRole('button', { name, exact: true }).click();

/** What the page tells of the events once they were tried. */
const told = (page: Page, text: string | RegExp) =>
  page.locator('.retry', { hasText: text }).waitFor({ timeout: 60_000 });

describe('a parked event', () => {
  it('of an unknown namespace is counted when it is registered for a user, with all that wait for it', async () => {
    await post(usage('ns/1', { namespace: 'fraud' }), usage('ns/2', { namespace: 'fraud' }));
    const page = await help('ns/1');
    await page.getByText('2 of the events on this page wait for the same.').waitFor();
    await photograph(page, 'parked-remedy', { isWhole: false });
    expect.soft(await findBarriers(page)).toEqual([]);
    await page.setViewportSize(NARROW);
    expect.soft(await page.evaluate('scrollTo(1_000, 0), scrollX')).toBe(0);
    await photograph(page, 'parked-remedy-narrow', { isWhole: false });
    await fill(page, /^User/, ADA);
    await fill(page, /^Reason/, 'Ada started it');
    await submit(page, 'Register the namespace');
    await told(page, '2 events: 2 counted.');
    expect([await counted('ns/1'), await counted('ns/2')]).toEqual([
      ['auth0|ada cpu_hours 2'],
      ['auth0|ada cpu_hours 2'],
    ]);
    await page.getByRole('button', { name: '… ns/1' }).waitFor({ state: 'detached' });
  });

  it('of a namespace of the platform is ignored by a rule, and waits again when that is withdrawn', async () => {
    await post(usage('rule/1', { namespace: 'kube-system' }));
    const page = await help('rule/1');
    await choose(page, 'Rule');
    expect(await page.getByRole('dialog').getByLabel('Namespace').inputValue()).toBe('kube-system');
    await fill(page, /^Namespace/, 'kube-*');
    await fill(page, /^Reason/, 'the platform itself');
    await submit(page, 'Add the rule');
    await told(page, '1 event: 1 ignored from now on.');
    await page.getByRole('button', { name: 'Ignored', exact: true }).click();
    await help('rule/1', page);
    await fill(page, /^Reason/, 'a mistake');
    await submit(page, 'Withdraw the rule');
    await told(page, '1 event: 1 waits for another reason: Unknown namespace.');
    await page.getByRole('button', { name: 'Waiting', exact: true }).click();
    await help('rule/1', page);
    await choose(page, 'Give up');
    await fill(page, /^Reason/, 'not ours');
    await submit(page, 'Give it up');
    await told(page, '1 event: 1 given up.');
    const { rows } = await stack.pipeline.pool.query(
      "select status, resolution from hopsmeter.parked_events where event_id = 'rule/1'",
    );
    expect(rows).toEqual([{ status: 'given_up', resolution: 'not ours' }]);
  });

  it('of an unknown user is counted once the user is created and assigned', async () => {
    await post(usage('user/1', {}, 'auth0|new'));
    const page = await help('user/1');
    expect(await page.getByRole('dialog').getByLabel('Id').inputValue()).toBe('auth0|new');
    await fill(page, /^Name/, 'Nina New');
    await submit(page, 'Create the user');
    await told(page, '1 event: 1 waits for another reason: User of another cluster.');
    await help('user/1', page);
    await fill(page, /^Reason/, 'works there');
    await submit(page, 'Assign the user');
    await told(page, '1 event: 1 counted.');
    expect(await counted('user/1')).toEqual(['auth0|new cpu_hours 2']);
    await page.locator('.retry').getByRole('link', { name: 'user/1' }).click();
    await page.getByRole('heading', { name: 'Receipt' }).waitFor();
  });

  it('of a name that only the cluster knows is counted by an alias', async () => {
    await post(usage('alias/1', {}, 'john1234'));
    const page = await help('alias/1');
    await choose(page, 'Alias');
    await fill(page, /^User/, ADA);
    await fill(page, /^Reason/, 'Ada is john1234 there');
    await submit(page, 'Set the alias');
    await told(page, '1 event: 1 counted.');
    expect(await counted('alias/1')).toEqual(['auth0|ada cpu_hours 2']);
  });

  it('of a user of another cluster is counted when they are assigned for that time only', async () => {
    await post(usage('move/1', {}, BOB));
    const page = await help('move/1');
    await fill(page, /^Until/, end.slice(0, 16));
    await fill(page, /^Reason/, 'helped out');
    await submit(page, 'Assign the user');
    await told(page, '1 event: 1 counted.');
    expect(await counted('move/1')).toEqual(['auth0|bob cpu_hours 2']);
  });

  it('of an unknown meter is registered, and then led to its price', async () => {
    await post(usage('meter/1', { namespace: 'known', meter: 'tokens' }));
    const page = await help('meter/1');
    await fill(page, /^Unit/, 'token');
    await fill(page, /^Description/, 'Tokens of models');
    await submit(page, 'Register the meter');
    await told(page, '1 event: 1 waits for another reason: No price.');
    await help('meter/1', page);
    expect(await page.getByRole('link', { name: 'Set a price' }).getAttribute('href')).toBe('/prices?meter=tokens');
    await setPrice('tokens');
    await expect.poll(() => counted('meter/1'), { timeout: 60_000 }).toEqual(['auth0|ada tokens 2']);
  });

  it('of an unknown GPU model is counted on the meter that is chosen', async () => {
    await post(compute('gpu/1', { namespace: 'known', gpuHours: 3, gpuModel: 'NVIDIA X9' }));
    const page = await help('gpu/1');
    await submit(page, 'Set the meter');
    await told(page, '1 event: 1 counted.');
    expect(await counted('gpu/1')).toContain('auth0|ada gpu_hours 3');
  });

  it('that is implausible is counted as it is, with a reason', async () => {
    await post(usage('much/1', { namespace: 'known', quantity: '600' }));
    const page = await help('much/1');
    await fill(page, /^Reason/, 'a real training');
    await submit(page, 'Count it');
    await told(page, '1 event: 1 counted.');
    expect(await counted('much/1')).toEqual(['auth0|ada cpu_hours 600']);
  });

  it('that contradicts what is counted is decided, shown first what that changes', async () => {
    await post(usage('twice/1', { namespace: 'known' }));
    await post(usage('twice/1', { namespace: 'known', quantity: '5' }));
    const page = await help('twice/1');
    await page.getByRole('dialog').getByLabel('Which is right').selectOption({ label: 'What this event says' });
    await fill(page, /^Reason/, 'measured again');
    await submit(page, 'Show what changes');
    await page.getByRole('dialog').getByRole('cell', { name: '$1.05' }).waitFor();
    await submit(page, 'Count what this event says');
    await page.getByText('the correction is counted within seconds').waitFor();
    const total = async (): Promise<unknown> => {
      const sql = `select trim_scale(sum(quantity))::text as total from (
        select unnest(quantities) * case adjustment when 'reversal' then -1 else 1 end as quantity, event_id
        from hopsmeter.usage_events) as usage where event_id like '%twice/1%' or event_id like 'correction-%'`;
      return (await stack.pipeline.pool.query<{ total: string }>(sql)).rows[0]?.total;
    };
    await expect.poll(total, { timeout: 60_000 }).toBeDefined();
    const status = "select status from hopsmeter.parked_events where event_id = 'twice/1' and status <> 'pending'";
    expect((await stack.pipeline.pool.query(status)).rows).toEqual([{ status: 'given_up' }]);
  });

  it('is only looked at by staff', async () => {
    await post(usage('look/1', { namespace: 'nobody' }));
    const page = await visitor.open('/parked', { as: null });
    await page.getByRole('button', { name: /Billing staff/ }).click();
    await page.getByRole('link', { name: 'look/1' }).waitFor();
    await isSettled(page);
    expect(await page.getByRole('button', { name: /…/ }).count()).toBe(0);
  });
});
