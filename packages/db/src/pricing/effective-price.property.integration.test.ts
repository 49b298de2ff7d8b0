import { randomUUID } from 'node:crypto';
import { createTestDatabase, seedDirectory, type TestDatabase } from '@hopsmeter/test/support/db/test-database.ts';
import { createPricing, formatUsageDay, parseQuantity, parseUsageDay } from '@hopsmeter/usage';
import fc from 'fast-check';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PRICING_COLUMNS, type PricingRow, toPricing } from './pricing-columns.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await seedDirectory(database.pool);
});

afterAll(() => database?.close());

/** A dozen days, so that validities meet, touch and enclose each other all the time. */
const FIRST_DAY = parseUsageDay('2026-02-20') ?? 0;
const DAYS = Array.from({ length: 12 }, (_, place) => FIRST_DAY + place);
const ACCOUNTS = ['auth0|owner', 'auth0|other'] as const;
const METERS = ['cpu_hours', 'gpu_hours'] as const;
const CARDS = [0, 1, 2] as const;

const day = fc.constantFrom(...DAYS);
const withdrawn = fc.nat({ max: 3 }).map((n) => n === 0);
const price = fc
  .oneof(fc.bigInt({ min: 0n, max: 20n }), fc.bigInt({ min: 0n, max: 10n ** 21n }))
  .map((units) => `${units}e-12`);
const priceQuantity = fc.constantFrom('1', '720', '0.5', '0.000000000001', '1000000');

const rates = fc.array(
  fc.record({
    card: fc.constantFrom(...CARDS),
    meter: fc.constantFrom(...METERS),
    day,
    price,
    priceQuantity,
    withdrawn,
  }),
  { maxLength: 14 },
);
const overrides = fc.array(
  fc.record({
    account: fc.constantFrom(...ACCOUNTS),
    kind: fc.constantFrom('price', 'discount', 'card'),
    meter: fc.constantFrom(...METERS, null),
    card: fc.constantFrom(...CARDS),
    price,
    priceQuantity,
    percent: fc.integer({ min: 1, max: 1_000_000 }).map((tenThousandths) => `${tenThousandths}e-4`),
    day,
    length: fc.option(fc.integer({ min: 1, max: 8 }), { nil: null }),
    withdrawn,
  }),
  { maxLength: 14 },
);
const book = fc.record({ defaultCard: fc.constantFrom(...CARDS), rates, overrides });
type Book = typeof book extends fc.Arbitrary<infer T> ? T : never;

const INSERT_CARD = `
insert into hopsmeter.rate_cards (id, name, credit_usd, is_default) values ($1, $2, 1, $3)
`;

/** What the rules of the table do not allow is left out: two rates of one day. */
const INSERT_RATE = `
insert into hopsmeter.rates (rate_card_id, meter, valid_from, price, price_quantity, withdrawn_at)
values ($1, $2, $3, $4, $5, case when $6 then now() end)
on conflict do nothing
`;

/** Left out where it overlaps with one of its kind. */
const INSERT_OVERRIDE = `
insert into hopsmeter.price_overrides (
  account_owner_id, kind, meter, price, price_quantity, discount_percent, rate_card_id, valid_from, valid_to,
  withdrawn_at
)
select $1, kind,
  case when kind <> 'card' then $3 end,
  case when kind = 'price' then $4::numeric end,
  case when kind = 'price' then $5::numeric end,
  case when kind = 'discount' then $6::numeric end,
  case when kind = 'card' then $7::uuid end,
  $8::date, $9::date, case when $10 then now() end
from (values ($2)) as given (kind)
on conflict do nothing
`;

async function insertBook(client: PoolClient, { defaultCard, rates, overrides }: Book): Promise<void> {
  await client.query('update hopsmeter.rate_cards set is_default = false');
  const cards = CARDS.map(() => randomUUID());
  for (const [place, id] of cards.entries())
    await client.query(INSERT_CARD, [id, `card ${place}`, place === defaultCard]);
  for (const rate of rates) {
    const { card, meter, day, price, priceQuantity, withdrawn } = rate;
    await client.query(INSERT_RATE, [cards[card], meter, formatUsageDay(day), price, priceQuantity, withdrawn]);
  }
  for (const { account, kind, meter, card, price, priceQuantity, percent, day, length, withdrawn } of overrides)
    await client.query(INSERT_OVERRIDE, [
      account,
      kind,
      kind === 'price' ? (meter ?? METERS[0]) : meter,
      price,
      priceQuantity,
      percent,
      cards[card],
      formatUsageDay(day),
      length === null ? null : formatUsageDay(day + length),
      withdrawn,
    ]);
}

/** Every account and meter on every day, and the days around. */
const ASK_DATABASE = `
select
  account, meter, to_char(day, 'YYYY-MM-DD') as day, rate_id as "rateId", price_override_id as "overrideId",
  price::text, price_quantity::text as "priceQuantity"
from unnest($1::text[]) as account, unnest($2::text[]) as meter,
  generate_series($3::date - 1, $3::date + 20, interval '1 day') as asked (at), cast(at as date) as day
left join lateral hopsmeter.effective_price(account, meter, day) on true
`;

type Answer = {
  readonly account: string;
  readonly meter: string;
  readonly day: string;
  readonly rateId: string | null;
  readonly overrideId: string | null;
  readonly price: string | null;
  readonly priceQuantity: string | null;
};

/** Answers of both rules that differ, and how many prices there were. */
async function compare(client: PoolClient, given: Book) {
  await insertBook(client, given);
  const read = await client.query<PricingRow>(`select ${PRICING_COLUMNS}`);
  const [row] = read.rows;
  if (row === undefined) throw new Error('a select without a table gave no row');
  const pricing = createPricing(toPricing(row));
  const answers = await client.query<Answer>(ASK_DATABASE, [
    ACCOUNTS,
    [...METERS, 'unknown'],
    formatUsageDay(FIRST_DAY),
  ]);
  const differences = answers.rows.flatMap((answer) => {
    const ours = pricing.priceOf(answer.account, answer.meter, parseUsageDay(answer.day) ?? Number.NaN);
    const theirs = [answer.rateId, answer.overrideId, unitsOf(answer.price), unitsOf(answer.priceQuantity)];
    const expected = [ours?.rateId, ours?.overrideId, ours?.price, ours?.priceQuantity].map((value) => value ?? null);
    const isEqual = expected.every((value, place) => value === theirs[place]);
    return isEqual ? [] : [{ ...answer, expected: expected.map(String) }];
  });
  const pricedBy = answers.rows.map(({ rateId, overrideId }) => `${rateId !== null} ${overrideId !== null}`);
  return { differences, answerCount: answers.rows.length, pricedBy };
}

const unitsOf = (text: string | null): bigint | null => (text === null ? null : parseQuantity(text));

it('the database and the domain find the same price for any cards, rates and overrides', async () => {
  const found = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(book, async (given) => {
      const client = await database.pool.connect();
      try {
        await client.query('begin');
        const { differences, answerCount, pricedBy } = await compare(client, given);
        expect(answerCount).toBe(ACCOUNTS.length * (METERS.length + 1) * 22);
        expect(differences).toEqual([]);
        for (const how of pricedBy) found.set(how, (found.get(how) ?? 0) + 1);
      } finally {
        await client.query('rollback');
        client.release();
      }
    }),
    { numRuns: 150 },
  );
  // Rates, discounts, own prices and gaps all came up, many times.
  for (const how of ['true false', 'true true', 'false true', 'false false'])
    expect(found.get(how)).toBeGreaterThan(100);
}, 60_000);
