import type { Response } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoStack, startDemoStack } from './harness/demo-stack.ts';
import { HOSTILE } from './harness/hostile.ts';
import { ADMIN, createVisitor, isSettled, type Visitor } from './harness/open-page.ts';

let stack: DemoStack;
let visitor: Visitor;

beforeAll(async () => {
  stack = await startDemoStack({ isHostile: true });
  visitor = await createVisitor(stack.url);
});
afterAll(async () => {
  await visitor?.close();
  await stack?.close();
});

const encode = encodeURIComponent;

describe('hostile words', () => {
  it.each<[place: string, as: string | null, path: () => string, words: readonly string[]]>([
    ['the sign-in', null, () => '/', [HOSTILE.owner.name]],
    ['the overview', ADMIN, () => '/', [HOSTILE.owner.name]],
    ['the accounts', ADMIN, () => '/accounts', [HOSTILE.owner.name, HOSTILE.owner.email]],
    [
      'an account',
      ADMIN,
      () => `/accounts/${encode(HOSTILE.owner.id)}`,
      [HOSTILE.owner.name, HOSTILE.owner.email, HOSTILE.owner.id, HOSTILE.member.name],
    ],
    ['its projects', ADMIN, () => `/accounts/${encode(HOSTILE.owner.id)}?by=project`, [HOSTILE.namespace]],
    ['its clusters', ADMIN, () => `/accounts/${encode(HOSTILE.owner.id)}?by=cluster`, [HOSTILE.cluster]],
    [
      'a statement',
      ADMIN,
      () => `/accounts/${encode(HOSTILE.owner.id)}/statements/${stack.money.month}`,
      [HOSTILE.owner.name, HOSTILE.member.name],
    ],
    ['a grant', ADMIN, () => `/accounts/${encode(stack.money.closedAccount)}`, [HOSTILE.reason]],
    ['events', ADMIN, () => `/events?account=${encode(HOSTILE.owner.id)}`, [HOSTILE.eventId, HOSTILE.member.name]],
    [
      'a receipt',
      ADMIN,
      () => `/events/${encode(HOSTILE.eventId)}?source=${encode(stack.money.hostileSource ?? '')}`,
      [HOSTILE.eventId, HOSTILE.sourcePath, HOSTILE.namespace, HOSTILE.cluster, HOSTILE.member.name],
    ],
    [
      'a correction',
      ADMIN,
      () => `/events/${encode(stack.money.correctedEvent.id)}?source=${encode(stack.money.correctedEvent.source)}`,
      [HOSTILE.reason],
    ],
    [
      'parked events',
      ADMIN,
      () => '/parked',
      [HOSTILE.eventId, HOSTILE.unknownNamespace, HOSTILE.unknownUser, HOSTILE.unknownMeter],
    ],
    ['their own account', HOSTILE.owner.id, () => '/', [HOSTILE.owner.name]],
  ])('are text on %s', async (_, as, path, words) => {
    // Whatever they make the browser do is a complaint that fails this test.
    const page = await visitor.open(path(), { as });
    const text = (await page.locator('body').innerText()).replaceAll(/\s+/g, ' ');
    for (const word of words) expect(text).toContain(word);
    expect(await page.locator('iframe, object, math, script:not([src]), body [onerror], body [onload]').count()).toBe(
      0,
    );
  });
});

describe('the token', () => {
  it('could not be taken by a script that came into the page in spite of all', async () => {
    const page = await visitor.open('/', { expects: /Content Security Policy/ });
    const ran = await page.evaluate(`new Promise((resolve) => {
      const script = document.createElement('script');
      script.textContent = 'window.wasRun = true';
      document.body.append(script);
      const remote = document.createElement('script');
      remote.src = 'data:text/javascript,window.wasRun = true';
      remote.onerror = () => resolve(window.wasRun === true);
      remote.onload = () => resolve(true);
      document.body.append(remote);
    })`);
    expect(ran).toBe(false);
    const fetched = await page.evaluate(`fetch('data:text/plain,x').then(() => true, () => false)`);
    expect(fetched).toBe(false);
  });

  // The last one: it takes the database away.
  it('is in no address, log, storage or page, and the policy lets in no script but ours', async () => {
    const answers: Response[] = [];
    const tokens = new Set<string>();
    const addresses: string[] = [];
    const page = await visitor.open('/', {
      as: null,
      expects: /503/,
      prepare: async (opened) => {
        opened.on('response', (response) => answers.push(response));
        opened.on('request', (request) => {
          addresses.push(request.url());
          const [, token] = /^Bearer (.+)$/.exec(request.headers().authorization ?? '') ?? [];
          if (token !== undefined) tokens.add(token);
        });
      },
    });
    await page.getByRole('button', { name: 'Billing admin' }).click();
    for (const name of ['Accounts', 'Events', 'Parked events', 'Overview']) {
      await page.getByRole('link', { name }).first().click();
      await isSettled(page);
    }
    await page.reload();
    await isSettled(page);
    expect(tokens.size).toBe(2);
    const stored = await page.evaluate(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, history.state, window.name])',
    );
    const places = [page.url(), ...addresses, await page.content(), String(stored)];
    // A request that fails is logged with what it was.
    const lineCount = stack.apiLog.length;
    await stack.pipeline.postgres.kill('SIGINT');
    await page.getByRole('link', { name: 'Accounts' }).first().click();
    await page.getByRole('alert').first().waitFor();
    await stack.pipeline.postgres.restart();
    expect(stack.apiLog.length).toBeGreaterThan(lineCount);
    for (const token of tokens)
      for (const place of [...places, ...stack.apiLog]) {
        expect(place).not.toContain(token);
        expect(place).not.toContain(token.split('.')[2]);
      }

    const documents = answers.filter((answer) => answer.request().resourceType() === 'document');
    expect(documents).toHaveLength(2);
    for (const answer of documents) {
      const policy = answer.headers()['content-security-policy'] ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(/script-src ([^;]*)/.exec(policy)?.[1]).toBe("'self'");
      expect(policy).toContain("frame-ancestors 'none'");
    }
  });
});
