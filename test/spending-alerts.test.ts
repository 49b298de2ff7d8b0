import { createApiApp } from '@hopsmeter/api';
import { createWebhook, setSpendingCap } from '@hopsmeter/db';
import { createLogger, createRegistry, type HttpApp } from '@hopsmeter/runtime';
import { MICROS_PER_DAY, MICROS_PER_MS, monthOf, usageDayOf } from '@hopsmeter/usage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliverWebhooks } from '../services/worker/src/jobs/deliver-webhooks.ts';
import type { JobContext } from '../services/worker/src/jobs/job-context.ts';
import { watchSpending } from '../services/worker/src/jobs/watch-spending.ts';
import {
  createTestDatabase,
  recordUsage,
  type SeededDirectory,
  seedDirectory,
  type TestDatabase,
} from './support/db/test-database.ts';
import { answerWith, type Receiver, startReceiver } from './support/worker/receiver.ts';

const CHANGE = { actor: { kind: 'service', id: 'test' }, requestId: 'request-1' } as const;
const KEY = 'service-role-key-of-the-tests-0123456789';
const SIGNING_KEY = 'a-signing-key-of-the-tests-0123456789';

/** F2 is a failure of the system that this one replaces: see counted-once-on-the-right-bill.test.ts. */
describe('a spending cap', () => {
  let database: TestDatabase;
  let seeded: SeededDirectory;
  let receiver: Receiver;
  let api: HttpApp;
  let jobs: JobContext;

  beforeAll(async () => {
    database = await createTestDatabase();
    seeded = await seedDirectory(database.pool);
    receiver = await startReceiver();
    const { pool } = database;
    const logger = createLogger({ name: 'test', level: 'silent' });
    const now = () => Date.now() * MICROS_PER_MS;
    const registry = createRegistry({ withProcess: false });
    api = (await createApiApp({ pool, logger, registry, serviceRoleKey: KEY, now })).app;
    const webhooks = { signingKey: SIGNING_KEY, isPrivateAllowed: true };
    jobs = { pool, logger, registry: createRegistry({ withProcess: false }), settings: { webhooks } };
    await setSpendingCap(pool, CHANGE, seeded.ownerId, 100_00n);
    await createWebhook(pool, CHANGE, { url: receiver.url, accountOwnerId: null });
  });
  afterAll(async () => {
    await api?.close();
    await receiver?.close();
    await database?.close();
  });

  it('adds up all runs and users of an account, and sends an alert when somebody was told of it (F2)', async () => {
    const watch = watchSpending(jobs);
    const deliver = deliverWebhooks(jobs);
    // Each of two runs brings one user, and less than 80 % of the cap: 115 and 116 CPU hours at 0.35.
    await run(seeded.ownerId, '115');
    await lookAgain();
    await watch.round(new AbortController().signal);
    expect(await readCap()).toMatchObject({ spent: '40.25', percent: '40.25', alerts: [] });
    await run(seeded.memberId, '116');
    await lookAgain();
    await watch.round(new AbortController().signal);
    const state = (deliveries: object) => ({
      spent: '80.85',
      alerts: [{ threshold: 80, spent: '80.85', cap: '100.00', deliveries }],
    });
    expect(await readCap()).toMatchObject(state({ pending: 1, delivered: 0, dead: 0 }));

    receiver.react = answerWith(500);
    await deliver?.round(new AbortController().signal);
    expect(receiver.received).toHaveLength(1);
    expect(await readCap()).toMatchObject(state({ pending: 1, delivered: 0, dead: 0 }));

    receiver.react = answerWith(200);
    await database.pool.query('update hopsmeter.webhook_deliveries set next_attempt_at = now()');
    await deliver?.round(new AbortController().signal);
    expect(receiver.received).toHaveLength(2);
    expect(await readCap()).toMatchObject(state({ pending: 0, delivered: 1, dead: 0 }));
  });

  /** A run of the job: the usage of one user, at the beginning of the month. */
  const run = (subject: string, quantity: string): Promise<unknown> => {
    const start = monthOf(usageDayOf(Date.now() * MICROS_PER_MS)) * MICROS_PER_DAY;
    return recordUsage(database.pool, [
      { id: `run of ${subject}`, clusterId: seeded.clusterId, subject, start, end: start + 1, quantity },
    ]);
  };

  /** Lets the time pass for which a cap that was looked at is left alone. */
  const lookAgain = (): Promise<unknown> => database.pool.query('update hopsmeter.spending_caps set checked_at = null');

  const readCap = async (): Promise<unknown> => {
    const url = `/v1/accounts/${encodeURIComponent(seeded.ownerId)}/cap`;
    return (await api.inject({ url, headers: { authorization: `Bearer ${KEY}` } })).json();
  };
});
