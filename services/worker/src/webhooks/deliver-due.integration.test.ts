import { createHmac } from 'node:crypto';
import {
  createWebhook,
  type DeliveryOutcome,
  disableWebhook,
  listDeliveries,
  raiseAlerts,
  retryDelivery,
  setSpendingCap,
  settleDelivery,
  takeDeliveries,
  webhookSecretOf,
} from '@hopsmeter/db';
import { createTestDatabase, type TestDatabase } from '@hopsmeter/test/support/db/test-database.ts';
import {
  answerWith,
  breakOff,
  type Receiver,
  sayNothing,
  startReceiver,
} from '@hopsmeter/test/support/worker/receiver.ts';
import { parseQuantity, parseUsageDay } from '@hopsmeter/usage';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type DeliveryStore, deliverDue } from './deliver-due.ts';

const CHANGE = { actor: { kind: 'service', id: 'test' }, requestId: 'request-1' } as const;
const SIGNING_KEY = 'a-signing-key-of-the-tests-0123456789';
const MONTH = parseUsageDay('2026-11-01') ?? 0;

let database: TestDatabase;
let receiver: Receiver;
let webhookId: string;
let owner = '';
let ownerCount = 0;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.close());
beforeEach(async () => {
  owner = `auth0|${++ownerCount}`;
  await database.pool.query('insert into hopsmeter.users (id) values ($1)', [owner]);
  await setSpendingCap(database.pool, CHANGE, owner, 100_00n);
  receiver = await startReceiver();
  const wanted = { url: receiver.url, accountOwnerId: owner };
  webhookId = (await createWebhook(database.pool, CHANGE, wanted)).value.id;
});
afterEach(async () => {
  await disableWebhook(database.pool, CHANGE, webhookId);
  await receiver.close();
});

const raise = (...thresholds: (80 | 90 | 100)[]) =>
  raiseAlerts(database.pool, {
    accountOwnerId: owner,
    month: MONTH,
    cap: 100_00n,
    spent: parseQuantity('100.000000000001'),
    thresholds,
  });

/** Raises an alert for each of many accounts. @returns the webhook that is told of all of them. */
const raiseForMany = async (count: number): Promise<string> => {
  const url = `${receiver.url}/all`;
  const { id } = (await createWebhook(database.pool, CHANGE, { url, accountOwnerId: null })).value;
  for (let i = 0; i < count; i++) {
    const accountOwnerId = `${owner}-${i}`;
    await database.pool.query('insert into hopsmeter.users (id) values ($1)', [accountOwnerId]);
    await setSpendingCap(database.pool, CHANGE, accountOwnerId, 100_00n);
    const reached = { accountOwnerId, month: MONTH, cap: 100_00n, spent: parseQuantity('100') };
    await raiseAlerts(database.pool, { ...reached, thresholds: [80, 90, 100] });
  }
  return id;
};

const store = (): DeliveryStore => ({
  take: (choice) => takeDeliveries(database.pool, choice),
  settle: (delivery, outcome) => settleDelivery(database.pool, delivery, outcome),
});

const deliver = (options: { store?: DeliveryStore; timeoutMs?: number; isPrivateAllowed?: boolean } = {}) => {
  const outcomes: DeliveryOutcome[] = [];
  const { store: deliveries = store(), timeoutMs = 2_000, isPrivateAllowed = true } = options;
  const settings = { signingKey: SIGNING_KEY, isPrivateAllowed, timeoutMs };
  const onOutcome = (_: unknown, outcome: DeliveryOutcome) => outcomes.push(outcome);
  const done = deliverDue({ store: deliveries, settings, onOutcome }, new AbortController().signal);
  return done.then(() => outcomes);
};

const deliveries = async () => (await listDeliveries(database.pool, { webhookId, limit: 100 })) ?? [];

const only = async () => {
  const [delivery, ...others] = await deliveries();
  if (delivery === undefined || others.length > 0) throw new Error('expected one delivery');
  return delivery;
};

/** Lets the time until the next attempt, or until the end of a lease, pass. */
const pass = () =>
  database.pool.query(
    `update hopsmeter.webhook_deliveries set next_attempt_at = least(next_attempt_at, now()), leased_until = null
     where next_attempt_at is not null`,
  );

it('tells a receiver what happened, signed as Standard Webhooks has it', async () => {
  const begunAt = Date.now();
  await raise(80);
  expect(await deliver()).toEqual([{ kind: 'delivered', status: 200 }]);
  const [message, ...others] = receiver.received;
  expect(others).toEqual([]);
  const { headers, body = '' } = message ?? {};
  const { alertId, attempts, status } = await only();
  expect({ attempts, status }).toEqual({ attempts: 1, status: 'delivered' });
  expect(JSON.parse(body)).toEqual({
    type: 'spending.threshold_reached',
    timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    data: {
      alertId,
      accountOwnerId: owner,
      month: '2026-11',
      threshold: 80,
      currency: 'USD',
      cap: '100.00',
      spentExact: '100.000000000001',
    },
  });
  expect(headers?.['webhook-id']).toBe(`msg_${alertId}`);
  const sentAt = Number(headers?.['webhook-timestamp']) * 1_000;
  expect(sentAt).toBeGreaterThan(begunAt - 1_000);
  expect(sentAt).toBeLessThanOrEqual(Date.now());
  // Not by the code that signs: as a receiver does it.
  const key = Buffer.from(webhookSecretOf(SIGNING_KEY, webhookId).slice('whsec_'.length), 'base64');
  const signed = `${headers?.['webhook-id']}.${headers?.['webhook-timestamp']}.${body}`;
  const signature = createHmac('sha256', key).update(signed).digest('base64');
  expect(headers?.['webhook-signature']).toBe(`v1,${signature}`);
});

it('tries again after errors, later each time, with the same id and words, until it is delivered', async () => {
  await raise(100);
  const failures = [answerWith(500), answerWith(503), breakOff, sayNothing, answerWith(302), answerWith(404)];
  let delayBefore = 0;
  for (const [place, reaction] of failures.entries()) {
    receiver.react = reaction;
    await deliver({ timeoutMs: 300 });
    const { status, attempts, nextAttemptAt, lastAttemptAt } = await only();
    expect({ status, attempts }).toEqual({ status: 'pending', attempts: place + 1 });
    const delay = Date.parse(nextAttemptAt ?? '') - Date.parse(lastAttemptAt ?? '');
    expect(delay).toBeGreaterThan(delayBefore);
    delayBefore = delay;
    expect(await deliver()).toEqual([]);
    await pass();
  }
  expect((await only()).lastError).toBe('answered 404');
  receiver.react = answerWith(200);
  await deliver();
  expect(await only()).toMatchObject({
    status: 'delivered',
    attempts: failures.length + 1,
    nextAttemptAt: null,
    lastStatus: 200,
    lastError: null,
  });
  expect(receiver.received).toHaveLength(failures.length + 1);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
  await pass();
  expect(await deliver()).toEqual([]);
});

it('gives up after twelve attempts, visibly, and begins again when somebody asks for it', async () => {
  await raise(90);
  receiver.react = answerWith(500);
  for (let attempt = 1; attempt <= 12; attempt++) {
    expect((await only()).status).toBe('pending');
    await deliver();
    await pass();
  }
  const dead = await only();
  expect(dead).toMatchObject({ status: 'dead', attempts: 12, nextAttemptAt: null, lastStatus: 500 });
  await deliver();
  expect(receiver.received).toHaveLength(12);
  receiver.react = answerWith(200);
  const wanted = { webhookId, deliveryId: dead.id };
  expect(await retryDelivery(database.pool, CHANGE, wanted)).toMatchObject({ status: 'pending', attempts: 0 });
  await deliver();
  expect(await only()).toMatchObject({ status: 'delivered', attempts: 1, deadAt: null });
  await expect(retryDelivery(database.pool, CHANGE, wanted)).rejects.toMatchObject({ code: 'WEBHOOK_DELIVERED' });
});

it('is shared by several workers: each message goes out once', async () => {
  const all = await raiseForMany(30);
  receiver.react = (answer) => setTimeout(() => answer.writeHead(200).end(), 5);
  const outcomes = await Promise.all([deliver(), deliver(), deliver(), deliver()]);
  expect(outcomes.flat()).toHaveLength(90);
  const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
  expect([ids.length, new Set(ids).size]).toEqual([90, 90]);
  await disableWebhook(database.pool, CHANGE, all);
});

it('sends again under the same id what a worker was killed with between sending and noting it', async () => {
  await raise(80);
  const killed: DeliveryStore = { ...store(), settle: () => Promise.reject(new Error('killed')) };
  await expect(deliver({ store: killed })).rejects.toThrow();
  // While the lease lasts, nobody else has it.
  expect(await deliver()).toEqual([]);
  expect(await only()).toMatchObject({ status: 'pending', attempts: 1 });
  await pass();
  expect(await deliver()).toEqual([{ kind: 'delivered', status: 200 }]);
  expect(receiver.received).toHaveLength(2);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
});

it('lets a worker that was slower than its lease change nothing, unless it has delivered', async () => {
  await raise(80, 90);
  const slow = await takeDeliveries(database.pool, { limit: 10, leaseMs: 1_000 });
  await pass();
  const fast = await takeDeliveries(database.pool, { limit: 10, leaseMs: 1_000 });
  expect(fast.map(({ attempt }) => attempt)).toEqual([2, 2]);
  const [failing, delivered] = slow;
  if (failing === undefined || delivered === undefined) throw new Error('expected two');
  const failure = { kind: 'failed', status: 500, error: 'late', retryInMs: undefined } as const;
  await settleDelivery(database.pool, failing, failure);
  await settleDelivery(database.pool, delivered, { kind: 'delivered', status: 200 });
  const again = fast.find(({ id }) => id === delivered.id);
  if (again === undefined) throw new Error('expected it');
  await settleDelivery(database.pool, again, failure);
  const byId = new Map((await deliveries()).map((row) => [row.id, row]));
  expect(byId.get(failing.id)).toMatchObject({ status: 'pending', lastError: null });
  expect(byId.get(delivered.id)).toMatchObject({ status: 'delivered', lastStatus: 200, lastError: null });
});

it('gives up what is left when the webhook is disabled', async () => {
  receiver.react = answerWith(500);
  await raise(80);
  await deliver();
  await disableWebhook(database.pool, CHANGE, webhookId);
  await raise(90);
  const delivery = await only();
  expect(delivery).toMatchObject({ status: 'dead', lastError: 'the webhook was disabled' });
  await pass();
  expect(await deliver()).toEqual([]);
  const retried = retryDelivery(database.pool, CHANGE, { webhookId, deliveryId: delivery.id });
  await expect(retried).rejects.toMatchObject({ code: 'WEBHOOK_DISABLED' });
});

it('does not post to a private address that was allowed when the webhook was created', async () => {
  await raise(80);
  expect(await deliver({ isPrivateAllowed: false })).toMatchObject([
    { kind: 'failed', status: undefined, error: expect.stringContaining('the address is refused') },
  ]);
  expect(receiver.received).toEqual([]);
  expect(await only()).toMatchObject({ status: 'pending', lastStatus: null });
});

it('ends the attempts in hand when it is stopped, and takes no more', async () => {
  const all = await raiseForMany(10);
  const stop = new AbortController();
  receiver.react = (answer) => {
    stop.abort();
    setTimeout(() => answer.writeHead(200).end(), 50);
  };
  const settings = { signingKey: SIGNING_KEY, isPrivateAllowed: true };
  await deliverDue({ store: store(), settings, onOutcome: () => undefined }, stop.signal);
  const statuses = (await listDeliveries(database.pool, { webhookId: all, limit: 100 }))?.map(({ status }) => status);
  expect(statuses?.filter((status) => status === 'delivered')).toHaveLength(20);
  expect(statuses?.filter((status) => status === 'pending')).toHaveLength(10);
  await disableWebhook(database.pool, CHANGE, all);
});

it('a receiver with a hundred messages that wait does not stop the next receiver', async () => {
  const stuck = await raiseForMany(34);
  await raise(80);
  const first = await takeDeliveries(database.pool, { limit: 20, leaseMs: 60_000 });
  expect(first.map((delivery) => delivery.webhookId)).toContain(webhookId);
  await disableWebhook(database.pool, CHANGE, stuck);
});

it('a hundred messages whose outcome cannot be noted do not stop the next, and are due behind others', async () => {
  const stuck = await raiseForMany(34);
  await raise(80);
  const failing: DeliveryStore = {
    ...store(),
    settle: (delivery, outcome) =>
      delivery.webhookId === stuck
        ? Promise.reject(new Error('refused'))
        : settleDelivery(database.pool, delivery, outcome),
  };
  await expect(deliver({ store: failing })).rejects.toThrow('could not be noted');
  expect(await only()).toMatchObject({ status: 'delivered' });
  const { rows } = await database.pool.query(
    'select count(*)::integer as due from hopsmeter.webhook_deliveries where next_attempt_at <= now()',
  );
  expect(rows).toEqual([{ due: 0 }]);
  await disableWebhook(database.pool, CHANGE, stuck);
});
