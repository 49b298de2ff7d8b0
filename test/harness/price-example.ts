import {
  balanceOf,
  closeMonths,
  grantCredit,
  type LineOfStatement,
  listGrants,
  type Pool,
  readStatement,
} from '@hopsmeter/db';
import {
  formatQuantity,
  formatUsageMonth,
  MICROS_PER_DAY,
  MICROS_PER_HOUR,
  parseQuantity,
  parseUsageDay,
  readTermsInput,
  roundToCredits,
  type TermsInput,
  type UsageDay,
  type UsageMonth,
} from '@hopsmeter/usage';
import { recordUsage, type SeededDirectory } from '../support/db/test-database.ts';
import { recordEvents } from './record-events.ts';

/** What is done, and of a statement the lines that are expected. */
export type ExampleStep = { readonly words: string; readonly expected: readonly string[] };

/** Reads an example: a step on each line; what is indented is expected of the step before. */
export function parsePriceExample(text: string): readonly ExampleStep[] {
  const steps: { words: string; expected: string[] }[] = [];
  for (const line of text.split('\n').filter((each) => each.trim() !== ''))
    if (line.startsWith(' ')) steps.at(-1)?.expected.push(squeeze(line));
    else steps.push({ words: squeeze(line), expected: [] });
  return steps;
}

function squeeze(line: string): string {
  return line.trim().replaceAll(/\s+/g, ' ');
}

/** Ada owns the account, Bob is her member. */
const PEOPLE = new Map([
  ['Ada', 'auth0|owner'],
  ['Bob', 'auth0|member'],
]);

const INSERT_RATE = `
insert into hopsmeter.rates (rate_card_id, valid_from, meter, model, price, price_quantity, tiers, included_quantity)
select id, $1, $2, $3, $4, $5, $6::jsonb, $7 from hopsmeter.rate_cards where is_default
`;

const INSERT_OWN_PRICE = `
insert into hopsmeter.price_overrides
  (account_owner_id, kind, valid_from, meter, model, price, price_quantity, tiers, included_quantity)
values ('auth0|owner', 'price', $1, $2, $3, $4, $5, $6::jsonb, $7)
`;

const INSERT_DISCOUNT = `
insert into hopsmeter.price_overrides (account_owner_id, kind, valid_from, meter, discount_percent)
values ('auth0|owner', 'discount', $1, nullif($2, 'all'), $3)
`;

/**
 * Takes the steps of an example on a database where nothing happened yet.
 *
 * @returns the same steps with the lines that came of them.
 */
export async function runPriceExample(
  pool: Pool,
  seeded: SeededDirectory,
  steps: readonly ExampleStep[],
): Promise<readonly ExampleStep[]> {
  const taken: ExampleStep[] = [];
  for (const { words } of steps) {
    const id = `step-${taken.length}`;
    // What a step takes back is the usage of an earlier one, in the same words.
    const place = taken.findIndex((step) => step.words === words.replace('void', 'usage'));
    const expected = words.startsWith('void ')
      ? await voidUsage(pool, seeded, `step-${place}`, id)
      : await takeStep(pool, seeded, words, id);
    taken.push({ words, expected });
  }
  return taken;
}

async function takeStep(pool: Pool, seeded: SeededDirectory, words: string, id: string): Promise<readonly string[]> {
  const [kind, date = '', ...rest] = words.split(' ');
  const [first = '', second = '', third = ''] = rest;
  switch (kind) {
    case 'rate':
      await pool.query(INSERT_RATE, [date, first, ...termsOf(rest.slice(1).join(' '))]);
      return [];
    case 'own-price':
      await pool.query(INSERT_OWN_PRICE, [date, first, ...termsOf(rest.slice(1).join(' '))]);
      return [];
    case 'discount':
      await pool.query(INSERT_DISCOUNT, [date, first, second.replace('%', '')]);
      return [];
    case 'usage': {
      const usage = { id, clusterId: seeded.clusterId, subject: PEOPLE.get(first), quantity: second, meter: third };
      const { counted } = await recordUsage(pool, [{ ...usage, ...windowOf(date) }]);
      if (counted !== 1) throw new Error(`this was not counted: ${words}`);
      return [];
    }
    case 'grant':
      await grant(pool, seeded.ownerId, { validFrom: date, expiresOn: second === '' ? null : second, dollars: first });
      return [];
    case 'grants':
      return describeGrants(pool, seeded.ownerId, `${date}-01`);
    case 'close':
      await close(pool, seeded.ownerId, monthOf(date));
      return [];
    case 'statement':
      return describeStatement(pool, seeded.ownerId, monthOf(date));
    default:
      throw new Error(`no example can do this: ${words}`);
  }
}

/** Terms in JSON, as people give them, as the parameters $3 to $7 of a statement. */
function termsOf(json: string): readonly (string | null)[] {
  const input: TermsInput = JSON.parse(json);
  const reading = readTermsInput(input);
  if ('problems' in reading) throw new Error(`terms with problems: ${json} ${JSON.stringify(reading.problems)}`);
  const { model, price, priceQuantity, tiers, includedQuantity } = reading.terms;
  const stored = tiers.map((tier) => ({
    upTo: tier.upTo === undefined ? null : formatQuantity(tier.upTo),
    price: formatQuantity(tier.price),
  }));
  return [
    model,
    formatQuantity(price),
    formatQuantity(priceQuantity),
    stored.length === 0 ? null : JSON.stringify(stored),
    formatQuantity(includedQuantity),
  ];
}

/** An hour of a day, or all of several days: `2025-06-01..2025-06-30`. */
function windowOf(days: string): { readonly start: number; readonly end: number } {
  const [first = '', last] = days.split('..');
  const start = dayOf(first) * MICROS_PER_DAY;
  if (last === undefined) return { start, end: start + MICROS_PER_HOUR };
  return { start, end: (dayOf(last) + 1) * MICROS_PER_DAY };
}

const CHANGE = { actor: { kind: 'staff', id: 'auth0|staff' }, requestId: 'example' } as const;

/** A correction that takes an event back. */
async function voidUsage(pool: Pool, { clusterId }: SeededDirectory, replaces: string, id: string): Promise<[]> {
  const correction = { type: 'correction', id, sourcePath: '', replaces, usages: [], reason: undefined } as const;
  await recordEvents(pool, clusterId, [{ ...correction, correctedAt: Date.now() * 1_000 }]);
  const { rowCount } = await pool.query('select from hopsmeter.corrections where event_id = $1', [id]);
  if (rowCount !== 1) throw new Error(`${id} did not take ${replaces} back`);
  return [];
}

type ExampleGrant = { readonly validFrom: string; readonly expiresOn: string | null; readonly dollars: string };

async function grant(
  pool: Pool,
  accountOwnerId: string,
  { validFrom, expiresOn, dollars }: ExampleGrant,
): Promise<void> {
  const amount = parseQuantity(dollars) / parseQuantity('0.01');
  const wanted = { accountOwnerId, reference: null, amount, validFrom, expiresOn, reason: 'paid ahead' };
  await grantCredit(pool, CHANGE, wanted);
}

/** Each grant in the order in which it is drawn, and what is left of them on a day. */
async function describeGrants(pool: Pool, accountOwnerId: string, today: string): Promise<readonly string[]> {
  const grants = await listGrants(pool, accountOwnerId);
  const cents = (amount: bigint): string => formatDecimal(amount, 2);
  return [
    ...grants.map(({ amount, drawn, carriedFrom }) => {
      const origin = carriedFrom === null ? 'grant' : `carried forward ${carriedFrom.month}`;
      return `${origin} ${cents(amount)} drawn ${cents(drawn)}`;
    }),
    `left ${cents(balanceOf(grants, today).left)}`,
  ];
}

async function close(pool: Pool, accountOwnerId: string, month: UsageMonth): Promise<void> {
  const { closed, refused } = await closeMonths(pool, CHANGE, { month, accountOwnerIds: [accountOwnerId] });
  if (closed.length !== 1) throw new Error(`this month was not closed: ${JSON.stringify(refused)}`);
}

/** A statement as an example writes it, and checks on the way that `usage_daily` says the same. */
async function describeStatement(pool: Pool, accountOwnerId: string, month: UsageMonth): Promise<readonly string[]> {
  const statement = await readStatement(pool, accountOwnerId, month);
  if (statement === undefined) throw new Error('there is no such statement');
  const { lines, total, totalExact, creditUsd, prepaid, amountDue } = statement;
  const rows = await pool.query<{ cost: string }>(SUM_ROWS, [accountOwnerId, formatUsageMonth(month)]);
  const listed = lines.filter(({ kind }) => kind !== 'model_effect').reduce((sum, line) => sum + line.amountExact, 0n);
  const [row] = rows.rows;
  if (row === undefined || parseQuantity(row.cost) !== listed) throw new Error('the lines are not what the rows cost');
  const credits = roundToCredits(totalExact, creditUsd);
  return [
    ...lines.map((line) => describeLine(month, line)),
    `total ${formatDecimal(total, 2)} = ${formatDecimal(credits, 4)} credits`,
    ...(prepaid === 0n ? [] : [`prepaid ${formatDecimal(prepaid, 2)}`, `to pay ${formatDecimal(amountDue, 2)}`]),
  ];
}

const SUM_ROWS = `
select coalesce(sum(cost), 0)::text as cost from hopsmeter.usage_daily
where account_owner_id = $1 and to_char(booked_on, 'YYYY-MM') = $2
`;

function describeLine(
  month: UsageMonth,
  { kind, usageMonth, meter, userId, quantity, amount }: LineOfStatement,
): string {
  const name = [...PEOPLE].find(([, id]) => id === userId)?.[0];
  const words = [
    kind.replace('_', ' '),
    usageMonth === month ? undefined : formatUsageMonth(usageMonth),
    name,
    quantity === undefined ? undefined : formatQuantity(quantity),
    meter,
    formatDecimal(amount, 2),
  ];
  return words.filter((word) => word !== undefined).join(' ');
}

function formatDecimal(units: bigint, decimals: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

function dayOf(text: string): UsageDay {
  const day = parseUsageDay(text);
  if (day === undefined) throw new Error(`${text} is no day`);
  return day;
}

function monthOf(text: string): UsageMonth {
  return dayOf(`${text}-01`);
}
