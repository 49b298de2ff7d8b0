import {
  addMonths,
  formatQuantity,
  formatUsageDay,
  monthOf,
  type PriceOverride,
  type Rate,
  RequestError,
  type UsageMonth,
} from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { type AuditedTransaction, inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { type Query, queryOf } from '../connection/query.ts';
import { forecastMonth, type MonthForecast } from './forecast-month.ts';
import { forecastPriceChange, type PriceForecast } from './forecast-price-change.ts';
import { type PriceChangeRow, readPriceChange } from './list-price-changes.ts';
import { type PlannedPriceChange, planPriceChange } from './plan-price-change.ts';
import { type PriceBook, readPriceBook } from './price-book.ts';
import { dayOrNull, describeOverride, describePriceChange, type PriceChange } from './price-change.ts';
import { writeTerms } from './write-terms.ts';

/** What a change would do. */
export type PriceChangePreview = PriceForecast & {
  /** Applying a change of the past needs it: it says which prices and closed months the forecast was made with. */
  readonly fingerprint: string;
  /** Whether recorded usage can be concerned. */
  readonly isReRated: boolean;
  /** The usage days that it concerns; `endDay` is the day after the last, null where it is open. */
  readonly firstDay: string;
  readonly endDay: string | null;
  /** What a month's usage would cost; undefined for a change of the past when no month was asked for. */
  readonly month: MonthForecast | undefined;
};

export type WantedPriceChange = {
  readonly change: PriceChange;
  readonly reason: string;
  /** Of the preview; a change of the past is refused without it. */
  readonly fingerprint?: string | undefined;
};

/** Whether there is an account $1. */
const FIND_ACCOUNT = 'select from hopsmeter.users where id = $1';

/**
 * Adds a price change: $1 the change as JSON, $2 reason, $3 account or NULL, $4 meter or NULL, $5 first day, $6 day
 * after the last or NULL, $7 status, $8 when it is applied or NULL, $9 who.
 */
const ADD_PRICE_CHANGE = `
insert into hopsmeter.price_changes
  (change, reason, account_owner_id, meter, first_day, end_day, status, next_day, applied_at, created_by, created_at)
values ($1::jsonb, $2, $3, $4, $5::date, $6::date, $7, $5::date, $8::timestamptz, $9, clock_timestamp())
returning id
`;

const WITHDRAW_RATE =
  'update hopsmeter.rates set withdrawn_at = clock_timestamp() where id = $1::uuid and withdrawn_at is null';

const ADD_RATE = `
insert into hopsmeter.rates
  (id, rate_card_id, meter, valid_from, price, price_quantity, model, tiers, included_quantity, price_change_id)
values ($1::uuid, $2::uuid, $3, $4::date, $5::numeric, $6::numeric, $7, $8::jsonb, $9::numeric, $10::uuid)
`;

const WITHDRAW_OVERRIDE = `
update hopsmeter.price_overrides set withdrawn_at = clock_timestamp() where id = $1::uuid and withdrawn_at is null
`;

const END_OVERRIDE =
  'update hopsmeter.price_overrides set valid_to = $2::date where id = $1::uuid and withdrawn_at is null';

/** An override: $1 id, $2 account, $3 kind, then its fields, NULL where the kind has none. */
const ADD_OVERRIDE = `
insert into hopsmeter.price_overrides
  (id, account_owner_id, kind, meter, price, price_quantity, model, tiers, included_quantity, discount_percent,
   rate_card_id, valid_from, valid_to, price_change_id)
values
  ($1::uuid, $2, $3, $4, $5::numeric, $6::numeric, $7, $8::jsonb, $9::numeric, $10::numeric, $11::uuid, $12::date,
   $13::date, $14::uuid)
`;

/**
 * Tells what a change of prices would do, and changes nothing. It holds no lock that recording or another change would
 * wait for: the prices afterwards are worked out in memory, and only read is what they make of the rollup.
 *
 * @param usageMonth the month whose usage shows what the change would cost. When not given it is the last one that has
 *   ended, where the change concerns future days only, of which there is no usage to look at.
 * @throws RequestError as {@link changePrices}, but for the dry run.
 */
export async function previewPriceChange(
  pool: Pool,
  change: PriceChange,
  usageMonth?: UsageMonth,
): Promise<PriceChangePreview> {
  const { book, planned } = await plan(queryOf(pool), change);
  const isReRated = reachesBack(book, planned);
  const shown = usageMonth ?? (isReRated ? undefined : addMonths(monthOf(book.today), -1));
  const month = shown === undefined ? undefined : await forecastMonth(pool, book, planned, shown);
  const forecast = await forecastPriceChange(pool, book, planned);
  const { firstDay, endDay } = planned.scope;
  const days = { firstDay: formatUsageDay(firstDay), endDay: dayOrNull(endDay) };
  return { ...forecast, ...days, month, isReRated, fingerprint: book.fingerprintOf(change) };
}

/**
 * Changes prices: rates or overrides, the price change and its audit row, in one transaction.
 *
 * From its commit on, all usage is recorded at the new prices: batches that were planned before are refused and planned
 * again. What is recorded already is re-rated by workers, in parts; the change is `applying` until then. A change of
 * future days is `applied` at once.
 *
 * @throws RequestError
 *   - DRY_RUN_REQUIRED: recorded usage can be concerned, and no fingerprint came.
 *   - STALE_DRY_RUN: prices or closed months are not what they were in the dry run.
 *   - UNKNOWN_REFERENCE, NOT_FOUND, INVALID_VALIDITY, OVERLAPPING_VALIDITY, RATE_GAP: see {@link planPriceChange}.
 */
export function changePrices(pool: Pool, who: Change, wanted: WantedPriceChange): Promise<PriceChangeRow> {
  const { change, reason, fingerprint } = wanted;
  return inAuditedTransaction(pool, who, async (transaction) => {
    const { book, planned } = await plan(transaction, change);
    const isReRated = reachesBack(book, planned);
    if (isReRated) requireFreshDryRun(book.fingerprintOf(change), fingerprint);
    const { scope } = planned;
    const [added] = await transaction.rowsOf<{ id: string }>(ADD_PRICE_CHANGE, [
      JSON.stringify(describePriceChange(change)),
      reason,
      scope.accountOwnerId ?? null,
      scope.meter ?? null,
      formatUsageDay(scope.firstDay),
      dayOrNull(scope.endDay),
      isReRated ? 'applying' : 'applied',
      isReRated ? null : transaction.now,
      who.actor.id,
    ]);
    if (added === undefined) throw new Error('the price change was not inserted');
    await write(transaction, planned, added.id);
    await transaction.audit({
      action: change.kind,
      entity: 'price_changes',
      entityId: added.id,
      before: describeBefore(planned),
      after: describePriceChange(change),
      reason,
    });
    const row = await readPriceChange(transaction, added.id);
    if (row === undefined) throw new Error('the price change is not there');
    return row;
  });
}

async function plan(
  query: Query,
  change: PriceChange,
): Promise<{ readonly book: PriceBook; readonly planned: PlannedPriceChange }> {
  const book = await readPriceBook(query);
  if (change.kind === 'set_override' && (await query.rowsOf(FIND_ACCOUNT, [change.accountOwnerId])).length === 0)
    throw new RequestError('UNKNOWN_REFERENCE', `there is no account ${change.accountOwnerId}`);
  return { book, planned: planPriceChange(book, change) };
}

function reachesBack({ lastUsageDay }: PriceBook, { scope }: PlannedPriceChange): boolean {
  return scope.firstDay <= lastUsageDay && scope.firstDay < scope.endDay;
}

function requireFreshDryRun(current: string, given: string | undefined): void {
  if (given === undefined)
    throw new RequestError('DRY_RUN_REQUIRED', 'send it with dryRun first, look at it, and send its fingerprint');
  if (given !== current)
    throw new RequestError('STALE_DRY_RUN', 'prices or closed months changed since the dry run: make another');
}

async function write({ rowsOf }: AuditedTransaction, planned: PlannedPriceChange, id: string): Promise<void> {
  const { withdrawnRate, newRate, withdrawnOverride, endedOverride, newOverride } = planned;
  if (withdrawnRate !== undefined) await rowsOf(WITHDRAW_RATE, [withdrawnRate.id]);
  if (newRate !== undefined) await rowsOf(ADD_RATE, [...rateParameters(newRate), id]);
  if (withdrawnOverride !== undefined) await rowsOf(WITHDRAW_OVERRIDE, [withdrawnOverride.id]);
  if (endedOverride !== undefined) await rowsOf(END_OVERRIDE, [endedOverride.id, dayOrNull(endedOverride.validTo)]);
  if (newOverride !== undefined) await rowsOf(ADD_OVERRIDE, [...overrideParameters(newOverride), id]);
}

function rateParameters(rate: Rate): unknown[] {
  const { id, rateCardId, meter, validFrom } = rate;
  const { price, priceQuantity, model, tiers, includedQuantity } = writeTerms(rate);
  const day = formatUsageDay(validFrom);
  return [id, rateCardId, meter, day, price, priceQuantity, model, jsonOrNull(tiers), includedQuantity];
}

function overrideParameters(override: PriceOverride): unknown[] {
  const terms = override.kind === 'price' ? writeTerms(override.terms) : undefined;
  return [
    override.id,
    override.accountOwnerId,
    override.kind,
    override.kind === 'card' ? null : (override.meter ?? null),
    terms?.price ?? null,
    terms?.priceQuantity ?? null,
    terms?.model ?? 'flat',
    jsonOrNull(terms?.tiers ?? null),
    terms?.includedQuantity ?? '0',
    override.kind === 'discount' ? formatQuantity(override.percent) : null,
    override.kind === 'card' ? override.rateCardId : null,
    formatUsageDay(override.validFrom),
    dayOrNull(override.validTo),
  ];
}

function jsonOrNull(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

/** What a change takes back or ends, as it was. */
function describeBefore({ withdrawnRate, withdrawnOverride, endedOverride }: PlannedPriceChange): object | undefined {
  if (withdrawnRate !== undefined) {
    const { id, rateCardId, meter, validFrom } = withdrawnRate;
    return { rateId: id, rateCardId, meter, validFrom: formatUsageDay(validFrom), ...writeTerms(withdrawnRate) };
  }
  const override = withdrawnOverride ?? endedOverride;
  if (override === undefined) return undefined;
  const { id, accountOwnerId, validFrom, validTo } = override;
  const validity = { validFrom: formatUsageDay(validFrom), validTo: dayOrNull(validTo) };
  return { overrideId: id, accountOwnerId, override: describeOverride(override), ...validity };
}
