import {
  changeOwner,
  changePrices,
  closeMonths,
  createRateCard,
  findStatementDifferences,
  grantCredit,
  listGrants,
  type Pool,
  type PriceChange,
  previewPriceChange,
  readStatement,
  reconcileNow,
  reRatePart,
} from '@hopsmeter/db';
import {
  addMonths,
  formatQuantity,
  formatUsageDay,
  formatUsageMonth,
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  monthOf,
  type PriceTerms,
  parseQuantity,
  type ReportedEvent,
  RequestError,
  usageDayOf,
} from '@hopsmeter/usage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  add,
  compare,
  expectBills,
  type Fraction,
  fifths,
  type OracleOverride,
  type OracleRate,
  type OracleTerms,
  parse,
  ZERO,
} from './harness/bill-oracle.ts';
import { createRandom, type Random } from './harness/random.ts';
import { recordEvents } from './harness/record-events.ts';
import {
  createTestDatabase,
  findRollupDifferences,
  readClosedRows,
  type TestDatabase,
} from './support/db/test-database.ts';

/**
 * Whatever comes in whatever order: the statements and drafts of an account add up to what an independent oracle says
 * of the last word on every event and every price, and what is closed keeps every byte.
 */

const SEEDS = Number(process.env.BILL_SEEDS ?? 2);
const ACTIONS = 60;

const CHANGE = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'property' } as const;
const OWNERS = ['auth0|ada', 'auth0|bob', 'auth0|cy'] as const;
const MEMBERS = { 'auth0|mia': 'auth0|ada', 'auth0|nils': 'auth0|bob' } as const;
/** Storage is priced per 720 GB-hours; its quantities are multiples of them, so that every cost is a decimal. */
const METERS = { cpu_hours: 1, gpu_hours: 1, network_egress_gb: 1, offline_storage_gb_hours: 720 } as const;
type Meter = keyof typeof METERS;

const THIS_MONTH = monthOf(usageDayOf(Date.now() * 1_000));
/** All of them have ended, and are within what can be changed. */
const MONTHS = [3, 2, 1].map((ago) => addMonths(THIS_MONTH, -ago));
const FIRST_DAY = MONTHS[0] ?? 0;
const DAYS = THIS_MONTH - FIRST_DAY;

type KnownEvent = {
  readonly userId: string;
  readonly meter: Meter;
  /** Of its five hours, how many lie on which days. */
  readonly hours: readonly { readonly day: number; readonly count: number }[];
  /** What the latest correction says, or the event itself. */
  quantity: string;
  correctedAt: number;
};

/** What a test knows: the last word on everything, without asking the database. */
type Known = {
  readonly events: Map<string, KnownEvent>;
  /** Who owns a member from a day on, in the order in which it was said. */
  readonly moves: { readonly userId: string; readonly ownerId: string; readonly day: number }[];
  readonly rates: Map<string, OracleRate>;
  /** By the price change that made it. */
  readonly overrides: Map<string, OracleOverride>;
  /** What is left of an account's grants, in cents. */
  readonly prepaid: Map<string, bigint>;
};

/** What can happen. Which seeds lead to what depends on how long the last months were. */
const KINDS: readonly string[] = [
  'draft model_effect',
  'draft late_usage',
  'draft re_rating',
  'draft usage',
  'final late_usage',
  'final model_effect',
  'final re_rating',
  'final usage',
  'prepaid in full',
  'carried forward',
  'prepaid in part',
  'end_override',
  'withdraw_override',
  'over midnight',
];
const SEEDS_MAX = 100;

/** What the seeds have led to, to see that they test something. */
const seen = new Set<string>();

let database: TestDatabase;
let pool: Pool;
let clusterId: string;
let cardId: string;
/** A card that is not the default one. */
let otherCardId: string;

beforeEach(createDatabase);
afterEach(() => database?.close());

describe.each(Array.from({ length: SEEDS }, (_, i) => i + 1))('with seed %i', (seed) => {
  it('statements and drafts add up to the last word, and closed months keep every byte', () => play(seed));
});

if (process.env.BILL_SEEDS !== undefined)
  it('the same with as many more seeds as it takes to meet every kind of thing that can happen', async () => {
    for (let seed = SEEDS + 1; seed <= SEEDS_MAX && KINDS.some((kind) => !seen.has(kind)); seed++) {
      await database.close();
      await createDatabase();
      await play(seed);
    }
    expect([...seen].sort()).toEqual(KINDS.toSorted());
  });

async function play(seed: number): Promise<void> {
  const random = createRandom(seed);
  const known: Known = {
    events: new Map(),
    moves: [],
    rates: initialRates(),
    overrides: new Map(),
    prepaid: new Map(),
  };
  const closedRows = new Set<string>();
  for (let i = 0; i < ACTIONS; i++) {
    await act(random, known, `${seed}-${i}`);
    for (const row of await readClosedRows(pool)) closedRows.add(row);
  }
  while ((await reRatePart(pool)) !== undefined);

  expect(await findRollupDifferences(pool)).toEqual([]);
  expect(await findStatementDifferences(pool)).toEqual([]);
  const range = { from: formatUsageDay(FIRST_DAY), to: formatUsageDay(THIS_MONTH) };
  expect(await reconcileNow(pool, CHANGE, range)).toMatchObject({
    differences: [],
    statementDifferences: [],
  });
  const now = new Set(await readClosedRows(pool));
  expect([...closedRows].filter((row) => !now.has(row))).toEqual([]);

  const expected = expectBills(
    [...known.events.values()].flatMap(({ userId, meter, hours, quantity }) =>
      hours.map(({ day, count }) => ({
        // Of all of it: who owns the user when it begins.
        accountOwnerId: ownerOf(known, userId, hours[0]?.day ?? day),
        meter,
        day: formatUsageDay(day),
        quantity: fifths(quantity, count),
      })),
    ),
    { defaultCard: cardId, rates: [...known.rates.values()], overrides: [...known.overrides.values()] },
  );
  const billed = await readBills();
  for (const key of new Set([...expected.keys(), ...billed.keys()]))
    expect({ key, owed: text(billed.get(key) ?? ZERO) }).toEqual({ key, owed: text(expected.get(key) ?? ZERO) });
}

async function createDatabase(): Promise<void> {
  database = await createTestDatabase();
  pool = database.pool;
  for (const id of OWNERS) await pool.query('insert into hopsmeter.users (id) values ($1)', [id]);
  for (const [id, owner] of Object.entries(MEMBERS))
    await pool.query('insert into hopsmeter.users (id, account_owner_id) values ($1, $2)', [id, owner]);
  clusterId = await idOf(
    "insert into hopsmeter.hopsworks_clusters (name, max_users) values ('east', 100) returning id",
  );
  await pool.query(
    `insert into hopsmeter.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at)
    select id, $1, '-infinity' from hopsmeter.users`,
    [clusterId],
  );
  cardId = await idOf('select id from hopsmeter.rate_cards where is_default');
  const { value } = await createRateCard(pool, CHANGE, { name: 'other', creditUsd: parseQuantity('0.5') });
  otherCardId = value.id;
  await pool.query(
    `insert into hopsmeter.rates (rate_card_id, meter, valid_from, price, price_quantity)
    select $1, meter, valid_from, 2 * price, price_quantity from hopsmeter.rates where rate_card_id = $2`,
    [otherCardId, cardId],
  );
}

async function act(random: Random, known: Known, name: string): Promise<void> {
  const kind = random.int(100);
  if (kind < 35) await record(random, known, name);
  else if (kind < 45 && known.events.size > 0)
    await correct(random, known, random.pick([...known.events.keys()]), name);
  else if (kind < 53) await changePrice(random, known);
  else if (kind < 57) await endOverride(random, known);
  else if (kind < 70) await reRatePart(pool, 1 + random.int(4));
  else if (kind < 82) await closeNext(random, known);
  else if (kind < 86) await grant(random, known);
  else await moveMember(random, known);
}

async function record(random: Random, known: Known, name: string): Promise<void> {
  const userId = random.pick([...OWNERS, ...Object.keys(MEMBERS)]);
  const meter = random.pick(Object.keys(METERS) as Meter[]);
  const day = FIRST_DAY + random.int(DAYS);
  const quantity = randomQuantity(random, meter);
  // Five hours, now and then over midnight, but not out of the months that have ended.
  const hour = random.int(day + 1 < THIS_MONTH ? 24 : 20);
  const start = day * MICROS_PER_DAY + hour * MICROS_PER_HOUR;
  const after = Math.max(0, hour + 5 - 24);
  const hours = [
    { day, count: 5 - after },
    { day: day + 1, count: after },
  ].filter(({ count }) => count > 0);
  if (after > 0) seen.add('over midnight');
  const event: ReportedEvent = {
    id: name,
    sourcePath: '',
    type: 'meter',
    subject: userId,
    namespace: undefined,
    gpuModel: undefined,
    start,
    // Long enough that no quantity of the test is implausible.
    end: start + 5 * MICROS_PER_HOUR,
    usages: [{ meter, quantity }],
  };
  known.events.set(name, { userId, meter, hours, quantity, correctedAt: 0 });
  // Now and then the correction is there before its original, and the original comes twice.
  if (random.chance(15)) await correct(random, known, name, `${name} first`);
  await post([event]);
  if (random.chance(20)) await post([event]);
}

async function correct(random: Random, known: Known, name: string, id: string): Promise<void> {
  const event = known.events.get(name);
  if (event === undefined) return;
  const quantity = random.chance(25) ? '0' : randomQuantity(random, event.meter);
  const correctedAt = Date.now() * 1_000 - random.int(1_000_000_000);
  const usages = quantity === '0' ? [] : [{ meter: event.meter, quantity }];
  await post([{ id, sourcePath: '', type: 'correction', replaces: name, correctedAt, usages, reason: undefined }]);
  if (correctedAt > event.correctedAt) Object.assign(event, { quantity, correctedAt });
}

function randomQuantity(random: Random, meter: Meter): string {
  return METERS[meter] === 1 ? `${random.int(200)}.${random.int(90) + 10}` : String(720 * (1 + random.int(9)));
}

const post = (events: readonly ReportedEvent[]) => recordEvents(pool, clusterId, events);

async function changePrice(random: Random, known: Known): Promise<void> {
  const meter = random.pick(Object.keys(METERS) as Meter[]);
  const day = FIRST_DAY + random.int(DAYS);
  const from = formatUsageDay(day);
  const terms = randomTerms(random, METERS[meter]);
  if (random.chance(50)) {
    const card = random.chance(70) ? cardId : otherCardId;
    await apply({ kind: 'set_rate', rateCardId: card, meter, validFrom: day, terms: toTerms(terms) });
    known.rates.set(`${card} ${meter} ${from}`, { ...terms, card, meter, from });
    return;
  }
  const accountOwnerId = random.pick(OWNERS);
  const end = random.chance(50) ? day + 1 + random.int(40) : undefined;
  const percent = String(5 * (1 + random.int(20)));
  const discounted = random.chance(50) ? meter : undefined;
  const [override, expected] = random.pick([
    [
      { kind: 'price', meter, terms: toTerms(terms) },
      { meter, terms },
    ],
    [
      { kind: 'discount', meter: discounted, percent: parseQuantity(percent) },
      { meter: discounted ?? null, percent },
    ],
    [{ kind: 'card', rateCardId: otherCardId }, { card: otherCardId }],
  ] as const);
  const change = { kind: 'set_override', accountOwnerId, override, validFrom: day, validTo: end } as const;
  const id = await applyUnlessRefused(change, 'OVERLAPPING_VALIDITY');
  const to = end === undefined ? null : formatUsageDay(end);
  if (id !== undefined) known.overrides.set(id, { accountOwnerId, from, to, ...expected });
}

/** Takes an override back, or lets it end earlier: both change days that have passed. */
async function endOverride(random: Random, { overrides }: Known): Promise<void> {
  if (overrides.size === 0) return;
  const changeId = random.pick([...overrides.keys()]);
  const override = overrides.get(changeId);
  if (override === undefined) return;
  const overrideId = await idOf('select id from hopsmeter.price_overrides where price_change_id = $1', [changeId]);
  const next = dayAfter(override.from);
  const isEnded = random.chance(50) && (override.to === null || next < override.to);
  seen.add(isEnded ? 'end_override' : 'withdraw_override');
  if (isEnded) {
    await apply({ kind: 'end_override', overrideId, validTo: usageDayOf(Date.parse(next) * 1_000) });
    overrides.set(changeId, { ...override, to: next });
  } else {
    await apply({ kind: 'withdraw_override', overrideId });
    overrides.delete(changeId);
  }
}

function dayAfter(day: string): string {
  return formatUsageDay(usageDayOf(Date.parse(day) * 1_000) + 1);
}

/** @returns the id of the change. */
async function apply(change: PriceChange): Promise<string> {
  const { fingerprint } = await previewPriceChange(pool, change);
  return (await changePrices(pool, CHANGE, { change, reason: 'for the test', fingerprint })).id;
}

async function applyUnlessRefused(change: PriceChange, ...codes: readonly string[]): Promise<string | undefined> {
  try {
    return await apply(change);
  } catch (error) {
    if (error instanceof RequestError && codes.includes(error.code)) return undefined;
    throw error;
  }
}

/** Grants something for whatever month is closed next. */
async function grant(random: Random, { prepaid }: Known): Promise<void> {
  const accountOwnerId = random.pick(OWNERS);
  const amount = BigInt(1 + random.int(100_000));
  await grantCredit(pool, CHANGE, {
    accountOwnerId,
    reference: null,
    amount,
    validFrom: formatUsageDay(FIRST_DAY),
    expiresOn: random.chance(50) ? null : formatUsageDay(THIS_MONTH + random.int(100)),
    reason: 'for the test',
  });
  prepaid.set(accountOwnerId, (prepaid.get(accountOwnerId) ?? 0n) + amount);
}

async function closeNext(random: Random, { prepaid }: Known): Promise<void> {
  const accountOwnerId = random.pick(OWNERS);
  const { rows } = await pool.query<{ closed: number }>(
    'select count(*)::integer as closed from hopsmeter.statements where account_owner_id = $1',
    [accountOwnerId],
  );
  const month = MONTHS[rows[0]?.closed ?? 0];
  if (month === undefined) return;
  // Now and then while prices are still applied, which is refused.
  if (random.chance(80)) while ((await reRatePart(pool)) !== undefined);
  try {
    // Corrections that came before their originals may be waiting.
    const accepted = { isWaitingAccepted: true, reason: 'what waits is billed later' };
    await closeMonths(pool, CHANGE, { month, accountOwnerIds: [accountOwnerId], ...accepted });
  } catch (error) {
    if (!(error instanceof RequestError) || error.code !== 'PRICE_CHANGE_APPLYING') throw error;
    return;
  }
  const statement = await readStatement(pool, accountOwnerId, month);
  if (statement === undefined) throw new Error('a closed month has no statement');
  const left = prepaid.get(accountOwnerId) ?? 0n;
  const { total } = statement;
  // What is below zero is there for the next statements, whoever paid it: nobody owes anything.
  const paid = left < total ? left : total;
  expect([statement.prepaid, statement.amountDue]).toEqual([paid, total - paid]);
  if (paid > 0n) seen.add(paid === total ? 'prepaid in full' : 'prepaid in part');
  if (paid < 0n) seen.add('carried forward');
  prepaid.set(accountOwnerId, left - paid);
  const grants = await listGrants(pool, accountOwnerId);
  expect(grants.reduce((sum, { amount, drawn }) => sum + amount - drawn, 0n)).toBe(left - paid);
}

async function moveMember(random: Random, known: Known): Promise<void> {
  const userId = random.pick(Object.keys(MEMBERS));
  const ownerId = random.pick(OWNERS);
  const day = FIRST_DAY + random.int(DAYS);
  await changeOwner(pool, CHANGE, {
    userId,
    accountOwnerId: ownerId,
    from: `${formatUsageDay(day)}T00:00:00Z`,
    reason: 'for the test',
  });
  known.moves.push({ userId, ownerId, day });
}

/** Every later word replaces what was said of the days from then on. */
function ownerOf({ moves }: Known, userId: string, day: number): string {
  const first: string = MEMBERS[userId as keyof typeof MEMBERS] ?? userId;
  return moves.reduce((owner, move) => (move.userId === userId && move.day <= day ? move.ownerId : owner), first);
}

/** What statements and drafts bill for each account, usage month and meter. */
async function readBills(): Promise<ReadonlyMap<string, Fraction>> {
  const bills = new Map<string, Fraction>();
  for (const accountOwnerId of OWNERS)
    for (const month of [...MONTHS, THIS_MONTH]) {
      const statement = await readStatement(pool, accountOwnerId, month);
      if (statement === undefined) continue;
      const total = statement.lines.reduce((sum, { amountExact }) => sum + amountExact, 0n);
      expect(total).toBe(statement.totalExact);
      expect(statement.lines.reduce((sum, { amount }) => sum + amount, 0n)).toBe(statement.total);
      for (const { usageMonth, meter, amountExact, kind } of statement.lines) {
        seen.add(`${statement.final === undefined ? 'draft' : 'final'} ${kind}`);
        const key = `${accountOwnerId} ${formatUsageMonth(usageMonth)} ${meter}`;
        bills.set(key, add(bills.get(key) ?? ZERO, parse(formatQuantity(amountExact))));
      }
    }
  return bills;
}

function initialRates(): Map<string, OracleRate> {
  const flat = (card: string, meter: Meter, price: string): [string, OracleRate] => [
    `${card} ${meter} 2020-01-01`,
    { card, meter, from: '2020-01-01', price, per: String(METERS[meter]), model: 'flat', tiers: [], included: '0' },
  ];
  return new Map([
    flat(cardId, 'cpu_hours', '0.35'),
    flat(cardId, 'gpu_hours', '3.5'),
    flat(cardId, 'network_egress_gb', '0.14'),
    flat(cardId, 'offline_storage_gb_hours', '0.03'),
    flat(otherCardId, 'cpu_hours', '0.7'),
    flat(otherCardId, 'gpu_hours', '7'),
    flat(otherCardId, 'network_egress_gb', '0.28'),
    flat(otherCardId, 'offline_storage_gb_hours', '0.06'),
  ]);
}

function randomTerms(random: Random, per: number): OracleTerms {
  const price = (): string => `${random.int(3)}.${random.int(9000) + 1000}`;
  const model = random.pick(['flat', 'flat', 'graduated', 'volume', 'package'] as const);
  const included = random.chance(30) ? String(per * random.int(100)) : '0';
  if (model === 'flat') return { price: price(), per: String(per), model, tiers: [], included };
  if (model === 'package')
    return { price: price(), per: String(per === 1 ? random.pick([4, 10, 25]) : per), model, tiers: [], included };
  const ends = [50, 200].slice(random.int(2)).map((end) => String(end * per));
  const tiers = [...ends, null].map((upTo) => ({ upTo, price: price() }));
  return { price: tiers[0]?.price ?? '', per: String(per), model, tiers, included };
}

function toTerms({ price, per, model, tiers, included }: OracleTerms): PriceTerms {
  return {
    price: parseQuantity(price),
    priceQuantity: parseQuantity(per),
    model,
    tiers: tiers.map((tier) => ({
      upTo: tier.upTo === null ? undefined : parseQuantity(tier.upTo),
      price: parseQuantity(tier.price),
    })),
    includedQuantity: parseQuantity(included),
  };
}

/** Comparable: two fractions of the same worth have the same text. */
function text({ n, d }: Fraction): string {
  const scaled = n * 10n ** 12n;
  return compare({ n: (scaled / d) * d, d: 1n }, { n: scaled, d: 1n }) === 0 ? String(scaled / d) : `${n}/${d}`;
}

async function idOf(statement: string, parameters: readonly unknown[] = []): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(statement, [...parameters]);
  const [row] = rows;
  if (row === undefined) throw new Error('no row');
  return row.id;
}
