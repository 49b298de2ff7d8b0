import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestClient } from '../harness/client.ts';
import { waitFor } from '../harness/wait-for.ts';
import { createCluster, one } from '../harness/world.ts';
import { type Stack, startStack } from './harness/demo-stack.ts';
import { createVisitor, isSettled, type Visitor } from './harness/open-page.ts';

const [ADA, CARL, BOB] = ['auth0|ada', 'auth0|carl', 'auth0|bob'];
const encode = encodeURIComponent;
const accountOf = (id: string): string => `/accounts/${encode(id)}`;

let stack: Stack;
let visitor: Visitor;

beforeAll(async () => {
  stack = await startStack();
  const { ask } = stack;
  const { pool, ingests } = stack.pipeline;
  const cluster = await createCluster(pool, 'eu-north-1');
  await ask('/v1/users', 'POST', { id: ADA, name: 'Ada Lovelace', email: 'ada@example.com' });
  await ask('/v1/users', 'POST', { id: CARL, name: 'Carl Linde' });
  await ask('/v1/users', 'POST', { id: BOB, name: 'Bob Byron', accountOwnerId: ADA });
  for (const id of [ADA, BOB]) await ask(`/v1/users/${encode(id)}/assignment`, 'POST', { clusterId: cluster.id });
  await createTestClient(one(ingests).url, cluster.key).send([
    {
      id: 'bob/1',
      source: `urn:hopsworks:cluster:${cluster.id}`,
      specversion: '1.0',
      type: 'ai.hopsworks.usage.meter.v1',
      time: new Date().toISOString(),
      subject: BOB,
      data: { meter: 'network_egress_gb', quantity: '3.25' },
    },
  ]);
  await waitFor('the usage to be counted', async () =>
    (await rows('select 1 from hopsmeter.usage_daily')).length > 0 ? true : undefined,
  );
  visitor = await createVisitor(stack.url);
});
afterAll(async () => {
  await visitor?.close();
  await stack?.close();
});

async function rows(sql: string, parameters: readonly unknown[] = []): Promise<readonly object[]> {
  return (await stack.pipeline.pool.query<object>(sql, [...parameters])).rows;
}

/** Opens an address, signs in with the person's button and comes back to it. */
async function openAs(person: string, path: string, expects?: RegExp): Promise<Page> {
  const page = await visitor.open(path, { as: null, ...(expects === undefined ? {} : { expects }) });
  await page.getByRole('button', { name: new RegExp(`^${person}`) }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
  await isSettled(page);
  return page;
}

/** Fills fields by their labels and presses the button that does it, which stands in the window. */
async function fill(page: Page, fields: Readonly<Record<string, string>>, button: string): Promise<void> {
  const form = page.getByRole('dialog');
  for (const [label, value] of Object.entries(fields)) await form.getByLabel(label).fill(value);
  await form.getByRole('button', { name: button, exact: true }).click();
}

const press = (page: Page, name: string | RegExp): Promise<void> => page.getByRole('button', { name }).click();
const said = (page: Page, text: string): Promise<void> => page.getByRole('status').getByText(text).waitFor();

describe('an operator', () => {
  it('creates an account, and comes to it', async () => {
    const page = await openAs('Billing admin', '/accounts');
    await press(page, 'Create an account');
    await fill(page, { 'User id': 'auth0|dora', Name: 'Dora Marsden', 'E-mail': 'no address' }, 'Create the account');
    await page.getByRole('dialog').locator('.field-error, :invalid').first().waitFor();
    await fill(page, { 'E-mail': 'dora@example.com' }, 'Create the account');
    await page.getByRole('heading', { name: 'Dora Marsden', level: 1 }).waitFor();
    expect(await rows('select email, account_owner_id from hopsmeter.users where id = $1', ['auth0|dora'])).toEqual([
      { email: 'dora@example.com', account_owner_id: null },
    ]);
  });

  it('grants credit and revokes it, and both stand in the history with their reasons', async () => {
    const page = await openAs('Billing admin', `${accountOf(ADA)}/settings`, /400.*\/grants/);
    await press(page, 'Grant credit');
    await fill(page, { 'Amount in USD': '250.005', Reason: 'paid ahead' }, 'Grant the credit');
    await page.getByRole('dialog').getByRole('alert').waitFor();
    expect(await rows('select 1 from hopsmeter.credit_grants')).toEqual([]);
    await fill(page, { 'Amount in USD': '250', Reference: 'invoice-7' }, 'Grant the credit');
    await said(page, 'The credit is granted.');
    const granted = 'select amount::text, reference, revoked_at is not null as is_revoked from hopsmeter.credit_grants';
    expect(await rows(granted)).toEqual([{ amount: '250.00', reference: 'invoice-7', is_revoked: false }]);
    await press(page, 'Revoke the grant “invoice-7”');
    await fill(page, { Reason: 'a mistake' }, 'Revoke the grant');
    await said(page, 'The grant is revoked.');
    expect(await rows(granted)).toMatchObject([{ is_revoked: true }]);

    await page.getByRole('link', { name: 'History' }).click();
    const row = (name: RegExp) => page.getByRole('row', { name });
    await row(/Grant credit.*paid ahead.*development\|billing-admin/).waitFor();
    await row(/Revoke grant.*a mistake.*development\|billing-admin/).waitFor();
  });

  it('sets a spending cap and removes it', async () => {
    const page = await openAs('Billing admin', `${accountOf(ADA)}/settings`);
    await press(page, 'Set a cap');
    await fill(page, { 'USD a month': '1000' }, 'Set the cap');
    await said(page, 'The spending cap is set.');
    const caps = 'select account_owner_id, amount::text from hopsmeter.spending_caps';
    expect(await rows(caps)).toEqual([{ account_owner_id: ADA, amount: '1000.00' }]);
    await page.getByText('$1,000.00').waitFor();
    await press(page, 'Remove the cap');
    await fill(page, {}, 'Remove the cap');
    await said(page, 'The spending cap is removed.');
    expect(await rows(caps)).toEqual([]);
    await page.getByRole('button', { name: 'Set a cap' }).waitFor();
  });

  it('changes how statements are addressed', async () => {
    const page = await openAs('Billing admin', `${accountOf(ADA)}/settings`);
    await press(page, 'Change the details');
    await fill(page, { 'Billed to': 'Engines Ltd\nLondon' }, 'Save');
    await said(page, 'The change is saved.');
    expect(await rows('select name, billing_address from hopsmeter.users where id = $1', [ADA])).toEqual([
      { name: 'Ada Lovelace', billing_address: 'Engines Ltd\nLondon' },
    ]);
    await page.getByText('Engines Ltd').waitFor();
  });

  it('sets the Stripe customer, resolves a remittance and ends it', async () => {
    const page = await openAs('Billing admin', `${accountOf(ADA)}/settings`);
    await press(page, 'Set the customer');
    await fill(page, { 'Stripe customer': 'cus_Ada', 'First day': '2099-01-01' }, 'Set the customer');
    await said(page, 'The Stripe customer is set.');
    const customers = 'select stripe_customer_id, billed_from::text from hopsmeter.stripe_customers';
    expect(await rows(customers)).toEqual([{ stripe_customer_id: 'cus_Ada', billed_from: '2099-01-01' }]);

    await stack.pipeline.pool.query(
      `insert into hopsmeter.stripe_remittances (account_owner_id, stripe_customer_id, meter, event_name, month,
        sequence, value, cumulative_after, usage_total, status, created_at, last_error)
      values ($1, 'cus_Ada', 'cpu_hours', 'hopsmeter_cpu_hours', '2026-10-01', 1, 5, 5, 1,
        'uncertain', now(), 'no answer')`,
      [ADA],
    );
    await press(page, 'Uncertain');
    await press(page, /^Resolve/);
    await page.getByRole('dialog').getByLabel('What you found').selectOption('not_sent');
    await fill(page, { Reason: 'not at Stripe' }, 'Resolve it');
    await said(page, 'The remittance is resolved.');
    expect(await rows('select status, resolution from hopsmeter.stripe_remittances')).toEqual([
      { status: 'not_sent', resolution: 'not at Stripe' },
    ]);

    await press(page, 'End billing through Stripe');
    await fill(page, { 'First day that Stripe does not bill': '2099-01-01' }, 'End it');
    await said(page, 'Billing through Stripe ends.');
    expect(await rows(customers)).toEqual([]);
  });

  it('adds a member, changes what they are called, and moves them once it was shown what moves', async () => {
    const page = await openAs('Billing admin', `${accountOf(ADA)}/people`);
    await press(page, 'Add a member');
    await fill(page, { 'User id': 'auth0|eve', Name: 'Eve' }, 'Add the member');
    await said(page, 'The member is added.');
    await press(page, 'Change Eve');
    await fill(page, { Name: 'Eve Moore' }, 'Save');
    await said(page, 'The change is saved.');
    await press(page, 'Move Eve Moore');
    await fill(page, { Account: CARL }, 'See what would happen');
    await page.getByText('No usage moves').waitFor();
    const eve = 'select name, account_owner_id from hopsmeter.users where id = $1';
    expect(await rows(eve, ['auth0|eve'])).toEqual([{ name: 'Eve Moore', account_owner_id: ADA }]);
    await fill(page, {}, 'Change the owner');
    await said(page, 'The owner is changed.');
    expect(await rows(eve, ['auth0|eve'])).toEqual([{ name: 'Eve Moore', account_owner_id: CARL }]);
    await page.getByRole('row', { name: /Eve Moore/ }).waitFor({ state: 'detached' });
  });
});

describe('a stranger', () => {
  it.each(['/', '/accounts'])('is told at %s to ask for an invitation', async (path) => {
    const page = await visitor.open(path, { as: null, expects: /403.*v1\/me/ });
    await press(page, /^Newcomer/);
    await page.getByRole('heading', { name: 'You are not in any account', level: 1 }).waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
  });

  it.each([
    ['/invites/accept', 'This link is not complete.'],
    ['/invites/accept?token=hwi_x', 'Accept the invitation'],
  ])('can open the link of an invitation: %s', async (path, words) => {
    const page = await visitor.open(path, { as: null, expects: /403.*v1\/me/ });
    await press(page, /^Newcomer/);
    await page.getByText(words).waitFor();
  });
});

describe('an owner', () => {
  it('invites somebody new, who opens the link, signs in and is a member from then on', async () => {
    const page = await openAs('Ada Lovelace', `${accountOf(ADA)}/people`);
    await page.getByRole('row', { name: /Bob Byron/ }).waitFor();
    await press(page, 'Invite somebody');
    await fill(page, { 'E-mail': 'new@example.com' }, 'Create the invitation');
    const link = await page.getByRole('region', { name: 'link' }).innerText();
    expect(link).toMatch(new RegExp(`^${stack.url}/invites/accept#token=hwi_`));
    await press(page, 'I have copied it');
    await page.getByRole('row', { name: /new@example\.com.*Waiting/ }).waitFor();
    expect(await page.locator('body').innerText()).not.toContain('hwi_');

    const theirs = await visitor.open(link.slice(stack.url.length), { as: null, expects: /403.*v1\/me/ });
    await press(theirs, /^Newcomer/);
    await theirs.getByLabel('Your name').fill('Nora New');
    await press(theirs, 'Accept the invitation');
    await theirs.getByRole('heading', { name: 'My usage', level: 1 }).waitFor();
    await theirs.getByText(/^You used nothing in/).waitFor();
    expect(theirs.url()).toBe(`${stack.url}/usage`);
    expect(
      await rows('select name, email, account_owner_id from hopsmeter.users where name = $1', ['Nora New']),
    ).toEqual([{ name: 'Nora New', email: 'new@example.com', account_owner_id: ADA }]);
    // The link works once, and a token is in no log.
    await theirs.goto(link);
    expect(stack.apiLog.join('')).not.toContain('hwi_');
  });

  it('revokes an invitation, and its link says so', async () => {
    const page = await openAs('Ada Lovelace', `${accountOf(ADA)}/people`);
    await press(page, 'Invite somebody');
    await fill(page, { 'E-mail': 'late@example.com' }, 'Create the invitation');
    const link = await page.getByRole('region', { name: 'link' }).innerText();
    await press(page, 'I have copied it');
    await press(page, /^Revoke the invitation of late@/);
    await fill(page, {}, 'Revoke the invitation');
    await said(page, 'The invitation is revoked.');
    expect(
      await rows('select revoked_at is not null as is_revoked from hopsmeter.team_invites where email = $1', [
        'late@example.com',
      ]),
    ).toEqual([{ is_revoked: true }]);
    const theirs = await openAs('Carl Linde', link.slice(stack.url.length), /409.*invites\/accept/);
    await press(theirs, 'Accept the invitation');
    await theirs.getByText('INVITE_ENDED').waitFor();
    expect(await rows('select account_owner_id from hopsmeter.users where id = $1', [CARL])).toEqual([
      { account_owner_id: null },
    ]);
  });

  it('sees credit, cap and prices of their own account, and nothing that they may not change', async () => {
    const page = await openAs('Ada Lovelace', `${accountOf(ADA)}/settings`);
    await page.getByText('invoice-7').waitFor();
    await page.getByRole('table', { name: 'Prices of today' }).waitFor();
    for (const name of CHANGES) expect(await page.getByRole('button', { name }).count(), String(name)).toBe(0);
    expect(await page.getByRole('link', { name: 'History' }).count()).toBe(0);
    expect(await page.getByRole('heading', { name: 'Remittances' }).count()).toBe(0);
    await page.getByRole('link', { name: 'People' }).click();
    await page.getByRole('row', { name: /Bob Byron/ }).waitFor();
    for (const name of CHANGES) expect(await page.getByRole('button', { name }).count(), String(name)).toBe(0);
  });

  it.each(['/history', ''])('is told why they do not see: %s', async (section) => {
    const isOther = section === '';
    const page = await openAs('Ada Lovelace', `${accountOf(isOther ? CARL : ADA)}${section}`, /403/);
    await page
      .getByText(isOther ? 'visible to its owner' : 'needs the permission billing:read')
      .first()
      .waitFor();
  });
});

/** What only operators do. */
const CHANGES = [
  'Grant credit',
  /^Revoke the grant/,
  /a cap$|the cap$/,
  'Change the details',
  /the customer$/,
  'End billing through Stripe',
  'Add a member',
  'Move the owner',
  /^(?:Change|Move) Bob/,
  /^Resolve/,
];

it('staff who only read see all of it and change nothing', async () => {
  const page = await openAs('Billing staff', `${accountOf(ADA)}/settings`);
  await page.getByText('invoice-7').waitFor();
  for (const name of CHANGES) expect(await page.getByRole('button', { name }).count(), String(name)).toBe(0);
  await page.getByRole('link', { name: 'History' }).click();
  await page.getByRole('row', { name: /Grant credit/ }).waitFor();
  await page.getByRole('link', { name: 'Accounts' }).first().click();
  await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor();
  expect(await page.getByRole('button', { name: 'Create an account' }).count()).toBe(0);
});

describe('a member', () => {
  it('sees exactly what they used, no money, and no way to more', async () => {
    const page = await openAs('Bob Byron', '/');
    expect(await page.locator('h1').innerText()).toBe('My usage');
    expect(await page.locator('.figure-value data').getAttribute('value')).toBe('3.25');
    expect(await page.locator('body').innerText()).not.toMatch(/\$|USD|credit/i);
    expect(await page.getByRole('navigation', { name: 'Views' }).getByRole('link').allInnerTexts()).toEqual([
      'My usage',
    ]);
    const downloaded = page.waitForEvent('download');
    await press(page, 'Daily rows (CSV)');
    expect((await downloaded).suggestedFilename()).toMatch(/^my-usage-\d{4}-\d{2}\.csv$/);
  });

  it.each(['/accounts', accountOf(ADA), `${accountOf(ADA)}/settings`, `${accountOf(ADA)}/people`, '/events'])(
    'is told why they do not see %s',
    async (path) => {
      const page = await openAs('Bob Byron', path);
      await page.getByText('Bills are shown to account owners and to billing staff only.').waitFor();
    },
  );
});
