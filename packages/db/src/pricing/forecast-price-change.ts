import { formatUsageDay, parseQuantity, type Quantity, type UsageDay } from '@hopsmeter/usage';
import { inTransaction } from '../connection/in-transaction.ts';
import { textArray } from '../connection/pg-array.ts';
import type { Pool } from '../connection/pool.ts';
import type { Query } from '../connection/query.ts';
import { byDifference } from './by-difference.ts';
import { forecastModelEffects } from './forecast-model-effects.ts';
import { FIND_USAGE_DAYS, FORECAST } from './forecast-statement.ts';
import type { PlannedPriceChange } from './plan-price-change.ts';
import { pricesOf } from './price-arrays.ts';
import type { PriceBook } from './price-book.ts';
import { dayOrNull } from './price-change.ts';
import { payersOf, priceSpans } from './price-spans.ts';
import { dayOf } from './pricing-columns.ts';
import { PLAN_BY_HASH } from './re-rated-rows.ts';

/** What a change of prices makes of the usage that is recorded, at list prices; USD with 12 decimals. */
export type CostDifference = {
  readonly oldCost: Quantity;
  readonly newCost: Quantity;
  /** `newCost` less `oldCost`. */
  readonly difference: Quantity;
  /** What of the difference becomes adjustments, because it is of closed months. */
  readonly adjustment: Quantity;
  /** By how much the model effects of the months change: what tiers, packages and included units make of them. */
  readonly modelEffect: Quantity;
  /** Rollup rows that change or are added. */
  readonly changedRows: number;
};

export type AccountForecast = CostDifference & { readonly accountOwnerId: string };

export type PriceForecast = {
  /** Accounts of which rows change; the largest difference first. */
  readonly accounts: readonly AccountForecast[];
  readonly total: CostDifference;
};

/**
 * Days that one statement looks at. A month of 2,000,000 rows takes seconds, so that a change of a year is no longer
 * than the time that a statement may take.
 */
const DAYS_MAX = 31;

const NOTHING: CostDifference = {
  oldCost: 0n,
  newCost: 0n,
  difference: 0n,
  adjustment: 0n,
  modelEffect: 0n,
  changedRows: 0,
};

/**
 * Tells what a planned change would make of the usage that is recorded now, with {@link FORECAST}. Changes nothing and
 * holds no lock that anybody waits for.
 */
export async function forecastPriceChange(
  pool: Pool,
  book: PriceBook,
  planned: PlannedPriceChange,
): Promise<PriceForecast> {
  const { scope, after } = planned;
  const payers = payersOf(scope, after);
  const spans = priceSpans(after, scope, payers, book.meters);
  const byAccount = new Map<string, CostDifference>();
  const { first, last } = await findUsageDays(pool, scope);
  for (let day = first; day <= last; day += DAYS_MAX) {
    const end = Math.min(day + DAYS_MAX, last + 1);
    const parameters = [
      formatUsageDay(day),
      formatUsageDay(end),
      scope.accountOwnerId ?? null,
      scope.meter ?? null,
      textArray(payers.filter((payer) => payer !== '')),
      ...pricesOf(spans, day, end),
    ];
    const rows = await inTransaction(pool, (query) => forecastDays(query, parameters));
    for (const row of rows) byAccount.set(row.accountOwnerId, add(byAccount.get(row.accountOwnerId) ?? NOTHING, row));
  }
  for (const [accountOwnerId, modelEffect] of await forecastModelEffects(pool, book, planned, { first, last }))
    byAccount.set(accountOwnerId, add(byAccount.get(accountOwnerId) ?? NOTHING, { ...NOTHING, modelEffect }));
  const accounts = [...byAccount].map(([accountOwnerId, difference]) => ({ accountOwnerId, ...difference }));
  return { accounts: accounts.sort(byDifference), total: accounts.reduce(add, NOTHING) };
}

type Row = {
  readonly accountOwnerId: string;
  readonly changedRows: string;
  readonly oldCost: string;
  readonly newCost: string;
  readonly adjustment: string;
};

async function forecastDays({ rowsOf }: Query, parameters: readonly unknown[]): Promise<readonly AccountForecast[]> {
  await rowsOf(PLAN_BY_HASH);
  const rows = await rowsOf<Row>(FORECAST, parameters);
  return rows.map((row) => {
    const [oldCost, newCost] = [parseQuantity(row.oldCost), parseQuantity(row.newCost)];
    return {
      accountOwnerId: row.accountOwnerId,
      oldCost,
      newCost,
      difference: newCost - oldCost,
      adjustment: parseQuantity(row.adjustment),
      modelEffect: 0n,
      changedRows: Number(row.changedRows),
    };
  });
}

/** Where nothing is used the last day comes before the first. */
async function findUsageDays(
  pool: Pool,
  { firstDay, endDay, accountOwnerId }: PlannedPriceChange['scope'],
): Promise<{ readonly first: UsageDay; readonly last: UsageDay }> {
  const parameters = [formatUsageDay(firstDay), dayOrNull(endDay), accountOwnerId ?? null];
  const { rows } = await pool.query<{ first: string | null; last: string | null }>(FIND_USAGE_DAYS, parameters);
  const { first = null, last = null } = rows[0] ?? {};
  return first === null || last === null ? { first: 0, last: -1 } : { first: dayOf(first), last: dayOf(last) };
}

function add(a: CostDifference, b: CostDifference): CostDifference {
  return {
    oldCost: a.oldCost + b.oldCost,
    newCost: a.newCost + b.newCost,
    difference: a.difference + b.difference,
    adjustment: a.adjustment + b.adjustment,
    modelEffect: a.modelEffect + b.modelEffect,
    changedRows: a.changedRows + b.changedRows,
  };
}
