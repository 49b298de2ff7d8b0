import { randomUUID } from 'node:crypto';
import { createTestDatabase, recordUsage, type TestDatabase } from '@hopsmeter/test/support/db/test-database.ts';
import { playHistories } from '@hopsmeter/test/support/play-histories.ts';
import { addMonths, formatUsageDay, monthOf, parseTime, parseUsageDay, RequestError } from '@hopsmeter/usage';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeMonths } from './close-months.ts';
import { draftStatement } from './draft-statement.ts';
import { findStatementDifferences } from './find-statement-differences.ts';
import { readStatement } from './read-statement.ts';

const KINDS = ['usage', 'late_usage', 're_rating', 'model_effect'];
const OUTCOMES = ['closed', 'again', 'MONTH_CLOSED', 'EARLIER_MONTH_OPEN'];

/** Far more than it takes: what else the machine does must not decide. */
const TIMEOUT_MS = 600_000;
const CHANGE = { actor: { kind: 'service', id: 'test' }, requestId: 'request-1' } as const;
const HOUR = 3_600_000_000;
const FIRST = parseUsageDay('2025-06-01') ?? 0;
const MONTHS = 4;
const METERS = ['cpu_hours', 'gpu_hours'] as const;

const month = fc.integer({ min: 0, max: MONTHS - 1 });
const place = fc.record({ month, day: fc.integer({ min: 0, max: 27 }) });
const meter = fc.constantFrom(...METERS);
/** Thousandths of a USD. */
const price = fc.integer({ min: 0, max: 3_000 });
const anyTerms = fc.record({
  model: fc.constantFrom('flat' as const, 'graduated' as const, 'volume' as const, 'package' as const),
  per: fc.constantFrom(1, 2, 3),
  prices: fc.tuple(price, price, price),
  /** Where the first and the second tier end, in whole units. */
  ends: fc.tuple(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 11, max: 30 })),
  included: fc.constantFrom(0, 0, 3, 12),
});
type Terms = typeof anyTerms extends fc.Arbitrary<infer T> ? T : never;
/** Of plain list prices each row is rounded by itself: a price for 3 units would have no exact sum. */
const terms = anyTerms.map((given) =>
  given.model === 'flat' && given.included === 0 && given.per === 3 ? { ...given, per: 2 as const } : given,
);

const step = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('use'),
      at: place,
      meter,
      isMember: fc.boolean(),
      halves: fc.integer({ min: 1, max: 25 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('take back'), which: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('price'), from: place, meter, terms }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('close'), month }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('close next') }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

let database: TestDatabase;
let clusterId: string;
let runCount = 0;
const tally: Record<string, number> = {};
const count = (what: string) => {
  tally[what] = (tally[what] ?? 0) + 1;
};

beforeAll(async () => {
  database = await createTestDatabase();
  const { rows } = await database.pool.query<{ id: string }>(
    `insert into hopsmeter.hopsworks_clusters (name, max_users) values ('east', 1000) returning id`,
  );
  clusterId = rows[0]?.id ?? '';
});
afterAll(() => database?.close());

const dayAt = ({ month, day }: { month: number; day: number }) => addMonths(FIRST, month) + day;

/**
 * What was used in the end, in halves of a unit, and the prices as they were said: the last one that reaches a day
 * holds.
 */
type Used = { readonly day: number; readonly meter: string; readonly halves: number };
type Said = { readonly from: number; readonly meter: string; readonly terms: Terms };

/**
 * The oracle: half a unit after the other, in the order of the days. Twelfths of 10⁻¹² USD are whole for halves of a
 * unit and prices for 1, 2 or 3 units; rounded once, half away from zero.
 */
function expectCost(month: number, meter: string, used: readonly Used[], said: readonly Said[]): bigint {
  const usages = used.filter((each) => monthOf(each.day) === month && each.meter === meter);
  const all = usages.reduce((sum, { halves }) => sum + halves, 0);
  let position = 0;
  let twelfths = 0n;
  for (const { day, halves } of usages.toSorted((a, b) => a.day - b.day)) {
    const now = said.findLast((each) => each.meter === meter && each.from <= day)?.terms ?? DEFAULT_TERMS[meter];
    if (now === undefined) throw new Error(`${meter} has no price`);
    for (let half = 0; half < halves; half++) twelfths += costOfHalf(position++, all, now);
  }
  return (twelfths + 6n) / 12n;
}

const thousandths = (price: number) => BigInt(price) * 10n ** 9n;

const flat = (price: number): Terms => ({ model: 'flat', per: 1, prices: [price, 0, 0], ends: [1, 11], included: 0 });
const DEFAULT_TERMS: Readonly<Record<string, Terms>> = { cpu_hours: flat(350), gpu_hours: flat(3_500) };

/** What the half unit behind `before` others costs. */
function costOfHalf(before: number, all: number, { model, per, prices, ends, included }: Terms): bigint {
  const paidBefore = before - 2 * included;
  if (paidBefore < 0) return 0n;
  const priceAt = (halves: number) => prices[halves <= 2 * ends[0] ? 0 : halves <= 2 * ends[1] ? 1 : 2];
  if (model === 'package') return paidBefore % (2 * per) === 0 ? thousandths(prices[0]) * 12n : 0n;
  const each = { flat: prices[0], graduated: priceAt(paidBefore + 1), volume: priceAt(all - 2 * included) }[model];
  return (thousandths(each) * 6n) / BigInt(per);
}

/** Sets a meter's price for an account from a day on, replacing what was said of the time after it. */
const REPLACE_PRICE = [
  `update hopsmeter.price_overrides set withdrawn_at = now()
  where account_owner_id = $1 and meter = $2 and valid_from >= $3::date and withdrawn_at is null`,
  `update hopsmeter.price_overrides set valid_to = $3::date
  where account_owner_id = $1 and meter = $2 and withdrawn_at is null and (valid_to is null or valid_to > $3::date)`,
];
const ADD_PRICE = `
insert into hopsmeter.price_overrides
  (account_owner_id, kind, meter, valid_from, price, price_quantity, model, tiers, included_quantity)
values ($1, 'price', $2, $3::date, $4, $5, $6, $7::jsonb, $8)
`;

/** Re-rating as the design says it, in the shortest form: open rows get the price, closed ones an adjustment. */
const RE_RATE = [
  `update hopsmeter.usage_daily as daily
    set rate_id = now.rate_id, price_override_id = now.price_override_id, price = now.price,
    price_quantity = now.price_quantity
  from hopsmeter.usage_daily as same
  cross join lateral hopsmeter.effective_price(same.account_owner_id, same.meter, same.usage_date) as now
  where same.id = daily.id and daily.account_owner_id = $1 and daily.booked_on >= hopsmeter.open_since($1)`,
  `insert into hopsmeter.usage_daily
    (usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, project_id, meter, quantity, rate_id,
     price_override_id, price, price_quantity, price_adjustment, event_count, first_event_at, last_event_at)
  select usage_date, hopsmeter.open_since($1), account_owner_id, user_id, hopsworks_cluster_id, project_id,
    closed.meter, 0,
    now.rate_id, now.price_override_id, now.price, now.price_quantity,
    sum(round(quantity * now.price / now.price_quantity, 12) - cost), 0, min(first_event_at), max(last_event_at)
  from hopsmeter.usage_daily as closed
  cross join lateral hopsmeter.effective_price(account_owner_id, meter, usage_date) as now
  where account_owner_id = $1 and booked_on < hopsmeter.open_since($1)
  group by usage_date, account_owner_id, user_id, hopsworks_cluster_id, project_id, closed.meter, now.rate_id,
    now.price_override_id, now.price, now.price_quantity
  on conflict (account_owner_id, booked_on, user_id, hopsworks_cluster_id, project_id, meter, usage_date) do update set
    price_adjustment = excluded.price_adjustment`,
];

/** Takes usage of $1 back, booked where it would be booked now. */
const TAKE_BACK = `
with taken as (
  update hopsmeter.usage_daily set quantity = quantity - $6::numeric
  where account_owner_id = $1 and user_id = $2 and usage_date = $3::date and booked_on = $3::date
    and hopsworks_cluster_id = $4::uuid and meter = $5 and booked_on >= hopsmeter.open_since($1)
  returning 1
)
insert into hopsmeter.usage_daily as daily
  (usage_date, booked_on, account_owner_id, user_id, hopsworks_cluster_id, meter, quantity, rate_id, price_override_id,
   price, price_quantity, event_count, first_event_at, last_event_at)
select $3::date, greatest($3::date, hopsmeter.open_since($1)), $1, $2, $4::uuid, $5, -$6::numeric, now.rate_id,
  now.price_override_id, now.price, now.price_quantity, -1, now(), now()
from hopsmeter.effective_price($1, $5, $3::date) as now where not exists (select from taken)
on conflict (account_owner_id, booked_on, user_id, hopsworks_cluster_id, project_id, meter, usage_date) do update set
  quantity = daily.quantity + excluded.quantity
`;

/** An account of its own, its member, and everything that a run does to them. */
async function createRun() {
  const owner = `auth0|owner-${++runCount}`;
  const member = `auth0|member-${runCount}`;
  await database.pool.query('insert into hopsmeter.users (id) values ($1)', [owner]);
  await database.pool.query('insert into hopsmeter.users (id, account_owner_id) values ($1, $2)', [member, owner]);
  await database.pool.query(
    `insert into hopsmeter.user_hopsworks_assignments (user_id, hopsworks_cluster_id, started_at)
    select id, $1::uuid, '-infinity' from unnest($2::text[]) as id`,
    [clusterId, [owner, member]],
  );
  const used: (Used & { userId: string })[] = [];
  const said: Said[] = [];
  const finals = new Map<number, string>();
  let openSince = Number.NEGATIVE_INFINITY;

  const bookedMonths = async () => {
    const { rows } = await database.pool.query<{ month: string }>(
      `select distinct date_trunc('month', booked_on)::date::text as month from hopsmeter.usage_daily
      where account_owner_id = $1 order by month`,
      [owner],
    );
    return rows.map(({ month }) => parseUsageDay(month) ?? Number.NaN);
  };

  const close = async (month: number) => {
    const booked = await bookedMonths();
    const earlier = booked.some((each) => each >= openSince && each < month);
    const expected = finals.has(month)
      ? 'again'
      : month < openSince
        ? 'MONTH_CLOSED'
        : earlier
          ? 'EARLIER_MONTH_OPEN'
          : 'closed';
    const outcome = await closeMonths(database.pool, CHANGE, { month, accountOwnerIds: [owner] }).then(
      ({ closed: [statement] }) => (statement?.isNew ? 'closed' : 'again'),
      (error: unknown) => (error instanceof RequestError ? error.code : String(error)),
    );
    expect(outcome).toBe(expected);
    count(outcome);
    if (outcome !== 'closed') return;
    openSince = addMonths(month, 1);
    finals.set(month, await describe(month));
  };

  const describe = async (month: number) =>
    JSON.stringify(await readStatement(database.pool, owner, month), (_, value) =>
      typeof value === 'bigint' ? `${value}` : value,
    );

  return {
    async take(step: Step) {
      if (step.kind === 'use') {
        const day = dayAt(step.at);
        const userId = step.isMember ? member : owner;
        const start = parseTime(`${formatUsageDay(day)}T12:00:00Z`) ?? Number.NaN;
        const usage = { clusterId, subject: userId, start, end: start + HOUR, meter: step.meter };
        const { counted } = await recordUsage(database.pool, [
          { ...usage, id: randomUUID(), quantity: String(step.halves / 2) },
        ]);
        expect(counted).toBe(1);
        used.push({ day, meter: step.meter, halves: step.halves, userId });
      } else if (step.kind === 'take back') {
        const [gone] = used.splice(step.which % Math.max(used.length, 1), 1);
        if (gone === undefined) return;
        const { day, userId, meter, halves } = gone;
        const parameters = [owner, userId, formatUsageDay(day), clusterId, meter, String(halves / 2)];
        await database.pool.query(TAKE_BACK, parameters);
      } else if (step.kind === 'price') {
        const { meter, terms } = step;
        const from = dayAt(step.from);
        for (const sql of REPLACE_PRICE) await database.pool.query(sql, [owner, meter, formatUsageDay(from)]);
        const [first, second, third] = terms.prices.map((price) => String(price / 1_000));
        const tiers = [
          { upTo: String(terms.ends[0]), price: first },
          { upTo: String(terms.ends[1]), price: second },
          { upTo: null, price: third },
        ];
        const hasTiers = terms.model === 'graduated' || terms.model === 'volume';
        await database.pool.query(ADD_PRICE, [
          ...[owner, meter, formatUsageDay(from), first, terms.per, terms.model],
          hasTiers ? JSON.stringify(tiers) : null,
          terms.included,
        ]);
        for (const sql of RE_RATE.slice(0, openSince > 0 ? 2 : 1)) await database.pool.query(sql, [owner]);
        said.splice(0, said.length, ...said.filter((each) => each.meter !== meter || each.from < from));
        said.push({ from, meter, terms });
      } else if (step.kind === 'close') await close(addMonths(FIRST, step.month));
      else if (!(openSince > addMonths(FIRST, MONTHS))) {
        const [next = Math.max(openSince, FIRST)] = (await bookedMonths()).filter((month) => month >= openSince);
        await close(next);
      }
    },

    /**
     * The amounts of all statements, and of the drafts of what is open, by usage month and meter; and that they hold.
     */
    async check() {
      const billed = new Map<string, bigint>();
      const booked = (await bookedMonths()).filter((month) => month >= openSince);
      const [next = Math.max(openSince, FIRST)] = booked;
      const drafts = await Promise.all(
        [...new Set([next, ...booked])].map((month) => draftStatement(database.pool, owner, month)),
      );
      const statements = await Promise.all(
        [...finals.keys()].map((month) => readStatement(database.pool, owner, month)),
      );
      for (const statement of [...drafts, ...statements]) {
        if (statement === undefined) throw new Error('a final statement is gone');
        for (const { usageMonth, meter, amountExact } of statement.lines) {
          const key = `${formatUsageDay(usageMonth)} ${meter}`;
          billed.set(key, (billed.get(key) ?? 0n) + amountExact);
        }
      }
      for (let month = 0; month < MONTHS; month++)
        for (const meter of METERS) {
          const key = `${formatUsageDay(addMonths(FIRST, month))} ${meter}`;
          expect([key, billed.get(key) ?? 0n]).toEqual([key, expectCost(addMonths(FIRST, month), meter, used, said)]);
        }
      for (const [month, text] of finals) expect(await describe(month)).toBe(text);
    },
  };
}

it(
  'all statements of an account together bill each month and meter at what it costs in the end, whatever came when',
  async () => {
    await playHistories(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }), async (steps) => {
        const run = await createRun();
        for (const each of steps) {
          await run.take(each);
          if (each.kind.startsWith('close')) await run.check();
        }
        await run.check();
      }),
      { few: 4, missing: listMissing },
      { endOnFailure: true },
    );
    expect(await findStatementDifferences(database.pool)).toEqual([]);
  },
  TIMEOUT_MS,
);

/** What no statement and no closing has been so far. */
async function listMissing(): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ kind: string }>('select distinct kind from hopsmeter.statement_lines');
  const met = new Set([...rows.map(({ kind }) => kind), ...Object.keys(tally)]);
  return [...KINDS, ...OUTCOMES].filter((kind) => !met.has(kind));
}
