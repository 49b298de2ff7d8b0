import { findRemittanceDifferences, listRemittances, type RemittanceRow, setStripeCustomer } from '@hopsmeter/db';
import { type Micros, parseUsageDay } from '@hopsmeter/usage';
import { createRemittanceStore } from '../../../services/worker/src/jobs/export-to-stripe.ts';
import { type ExportOptions, exportUsage } from '../../../services/worker/src/stripe/export-usage.ts';
import { createStripeMeterEvents } from '../../../services/worker/src/stripe/stripe-meter-events.ts';
import { createTestDatabase, type SeededDirectory, seedDirectory, type TestDatabase } from '../db/test-database.ts';
import { type BookedUsage, bookUsage } from './book-usage.ts';
import { type FakeStripe, startFakeStripe } from './fake-stripe.ts';

const CHANGE = { actor: { kind: 'service', id: 'test' }, requestId: 'request-1' } as const;

/** A call in a test either gets its answer at once or never. */
const TIMEOUT_MS = 300;

/** A database, a Stripe of its own and a clock that both go by. */
export type StripeWorld = {
  readonly database: TestDatabase;
  readonly seeded: SeededDirectory;
  readonly stripe: FakeStripe;
  readonly options: ExportOptions;
  now: Micros;
  /** Has a customer pay for an account from a day on. */
  link(accountOwnerId: string, stripeCustomerId: string, from: string): Promise<unknown>;
  book(usage: BookedUsage): Promise<void>;
  /** One round of the export. */
  export(): Promise<void>;
  /** As many rounds as it takes, with time passing between them, until nothing is pending. */
  settle(): Promise<void>;
  remittances(): Promise<readonly RemittanceRow[]>;
  /** Differences without those that the test knows of. */
  differences(): ReturnType<typeof findRemittanceDifferences>;
  close(): Promise<void>;
};

export async function createStripeWorld(startedAt: Micros, monthGraceHours = 1): Promise<StripeWorld> {
  const database = await createTestDatabase();
  const seeded = await seedDirectory(database.pool);
  const stripe = await startFakeStripe(() => world.now);
  const { pool } = database;
  const options: ExportOptions = {
    store: createRemittanceStore(pool, monthGraceHours, () => world.now),
    meterEvents: createStripeMeterEvents({ apiKey: 'sk_test_1', apiUrl: stripe.url, timeoutMs: TIMEOUT_MS }),
    onOutcome: () => undefined,
    onSetAside: () => undefined,
  };
  const remittances = () => listRemittances(pool, { limit: 10_000 });
  const world: StripeWorld = {
    database,
    seeded,
    stripe,
    options,
    now: startedAt,
    link: (accountOwnerId, stripeCustomerId, from) =>
      setStripeCustomer(pool, CHANGE, { accountOwnerId, stripeCustomerId, from: dayOf(from) }, world.now),
    book: (usage) => bookUsage(pool, seeded, usage),
    export: () => exportUsage(options, new AbortController().signal),
    async settle() {
      for (let round = 0; round < 60; round++) {
        await world.export();
        if (!(await remittances()).some(({ status }) => status === 'pending')) return;
        world.now += 660_000_000;
      }
      throw new Error('remittances stay pending');
    },
    remittances,
    differences: () => findRemittanceDifferences(pool, world.now),
    async close() {
      await stripe.close();
      await database.close();
    },
  };
  return world;
}

export function dayOf(text: string): number {
  const day = parseUsageDay(text);
  if (day === undefined) throw new RangeError(`${text} is no day`);
  return day;
}
