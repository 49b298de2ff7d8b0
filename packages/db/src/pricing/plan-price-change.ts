import { randomUUID } from 'node:crypto';
import {
  formatUsageDay,
  type PriceOverride,
  type PricingSnapshot,
  type Rate,
  RequestError,
  type UsageDay,
} from '@hopsmeter/usage';
import { findPriceGap } from './find-price-gap.ts';
import type { PriceBook } from './price-book.ts';
import type { PriceChange } from './price-change.ts';
import type { PriceScope } from './price-spans.ts';

/** A change that is allowed: which rows it writes, which usage it concerns, and all prices afterwards. */
export type PlannedPriceChange = {
  readonly scope: PriceScope;
  readonly after: PricingSnapshot;
  readonly withdrawnRate: Rate | undefined;
  readonly newRate: Rate | undefined;
  readonly withdrawnOverride: PriceOverride | undefined;
  readonly endedOverride: PriceOverride | undefined;
  readonly newOverride: PriceOverride | undefined;
};

type Writes = Omit<PlannedPriceChange, 'scope' | 'after'>;

const NOTHING: Writes = {
  withdrawnRate: undefined,
  newRate: undefined,
  withdrawnOverride: undefined,
  endedOverride: undefined,
  newOverride: undefined,
};

/**
 * Decides what a change does to prices, without a database.
 *
 * That an account of `set_override` exists is asked elsewhere.
 *
 * @throws RequestError UNKNOWN_REFERENCE, NOT_FOUND, INVALID_VALIDITY, OVERLAPPING_VALIDITY; RATE_GAP when a meter that
 *   has a price now would have none on some day.
 */
export function planPriceChange(book: PriceBook, change: PriceChange): PlannedPriceChange {
  const { scope, ...writes } = planWrites(book, change);
  const planned = { scope, after: applyWrites(book.pricing, writes), ...writes };
  const gap = findPriceGap(book.pricing, planned.after, scope, book.meters);
  if (gap !== undefined) {
    const { accountOwnerId, meter, day } = gap;
    const whose = accountOwnerId === '' ? 'accounts on the default card' : accountOwnerId;
    throw new RequestError('RATE_GAP', `${meter} would have no price for ${whose} on ${formatUsageDay(day)}`);
  }
  return planned;
}

function planWrites(book: PriceBook, change: PriceChange): Writes & { readonly scope: PriceScope } {
  switch (change.kind) {
    case 'set_rate':
      return setRate(book, change);
    case 'withdraw_rate': {
      const rate = book.pricing.rates.find(({ id }) => id === change.rateId);
      if (rate === undefined) throw new RequestError('NOT_FOUND', `there is no rate ${change.rateId} in force`);
      return { ...NOTHING, withdrawnRate: rate, scope: scopeOfRate(book, rate) };
    }
    case 'set_override':
      return setOverride(book, change);
    case 'end_override':
      return endOverride(book, change);
    case 'withdraw_override': {
      const override = findOverride(book, change.overrideId);
      const { validFrom, validTo } = override;
      return { ...NOTHING, withdrawnOverride: override, scope: scopeOfOverride(override, validFrom, validTo) };
    }
  }
}

function setRate(book: PriceBook, change: Extract<PriceChange, { kind: 'set_rate' }>) {
  const { rateCardId, meter, validFrom, terms } = change;
  requireCard(book, rateCardId);
  requireMeter(book, meter);
  const newRate: Rate = { id: randomUUID(), rateCardId, meter, validFrom, ...terms };
  const withdrawnRate = book.pricing.rates.find(
    (rate) => rate.rateCardId === rateCardId && rate.meter === meter && rate.validFrom === validFrom,
  );
  return { ...NOTHING, withdrawnRate, newRate, scope: scopeOfRate(book, newRate) };
}

function setOverride(book: PriceBook, change: Extract<PriceChange, { kind: 'set_override' }>) {
  const { accountOwnerId, override, validFrom, validTo = Number.POSITIVE_INFINITY } = change;
  if (override.kind === 'card') requireCard(book, override.rateCardId);
  else if (override.meter !== undefined) requireMeter(book, override.meter);
  const newOverride: PriceOverride = { id: randomUUID(), accountOwnerId, validFrom, validTo, ...override };
  requireValidity(newOverride);
  requireNoOverlap(book, newOverride);
  return { ...NOTHING, newOverride, scope: scopeOfOverride(newOverride, validFrom, validTo) };
}

function endOverride(book: PriceBook, change: Extract<PriceChange, { kind: 'end_override' }>) {
  const override = findOverride(book, change.overrideId);
  const { validTo } = change;
  const endedOverride = { ...override, validTo };
  requireValidity(endedOverride);
  requireNoOverlap(book, endedOverride);
  // Where the end moves, prices change between the old one and the new one.
  const [first, end] = [Math.min(validTo, override.validTo), Math.max(validTo, override.validTo)];
  return { ...NOTHING, endedOverride, scope: scopeOfOverride(override, first, end) };
}

function scopeOfRate({ pricing }: PriceBook, { rateCardId, meter, validFrom }: Rate): PriceScope {
  const later = pricing.rates
    .filter((rate) => rate.rateCardId === rateCardId && rate.meter === meter && rate.validFrom > validFrom)
    .map((rate) => rate.validFrom);
  return {
    accountOwnerId: undefined,
    meter,
    firstDay: validFrom,
    endDay: Math.min(Number.POSITIVE_INFINITY, ...later),
  };
}

function scopeOfOverride(override: PriceOverride, firstDay: UsageDay, endDay: UsageDay): PriceScope {
  const meter = override.kind === 'card' ? undefined : override.meter;
  return { accountOwnerId: override.accountOwnerId, meter, firstDay, endDay };
}

function findOverride({ pricing }: PriceBook, id: string): PriceOverride {
  const override = pricing.overrides.find((candidate) => candidate.id === id);
  if (override === undefined) throw new RequestError('NOT_FOUND', `there is no override ${id} in force`);
  return override;
}

function requireCard({ pricing }: PriceBook, id: string): void {
  if (!pricing.cards.some((card) => card.id === id))
    throw new RequestError('UNKNOWN_REFERENCE', `there is no rate card ${id}`);
}

function requireMeter({ meters }: PriceBook, meter: string): void {
  if (!meters.includes(meter)) throw new RequestError('UNKNOWN_REFERENCE', `there is no meter ${meter}`);
}

function requireValidity({ validFrom, validTo }: PriceOverride): void {
  if (validTo <= validFrom)
    throw new RequestError('INVALID_VALIDITY', `it begins on ${formatUsageDay(validFrom)} and must end later`);
}

/** What the exclusion constraint of the table holds too, told before anything is written. */
function requireNoOverlap({ pricing }: PriceBook, wanted: PriceOverride): void {
  const other = pricing.overrides.find(
    (override) =>
      override.id !== wanted.id &&
      override.accountOwnerId === wanted.accountOwnerId &&
      override.kind === wanted.kind &&
      meterOf(override) === meterOf(wanted) &&
      override.validFrom < wanted.validTo &&
      wanted.validFrom < override.validTo,
  );
  if (other !== undefined)
    throw new RequestError(
      'OVERLAPPING_VALIDITY',
      `the override ${other.id} of the same kind is in force from ${formatUsageDay(other.validFrom)}`,
    );
}

function meterOf(override: PriceOverride): string | undefined {
  return override.kind === 'card' ? undefined : override.meter;
}

function applyWrites({ cards, rates, overrides }: PricingSnapshot, writes: Writes): PricingSnapshot {
  const { withdrawnRate, newRate, withdrawnOverride, endedOverride, newOverride } = writes;
  const gone = new Set([withdrawnOverride?.id, endedOverride?.id]);
  return {
    cards,
    rates: [...rates.filter(({ id }) => id !== withdrawnRate?.id), ...(newRate === undefined ? [] : [newRate])],
    overrides: [
      ...overrides.filter(({ id }) => !gone.has(id)),
      ...[endedOverride, newOverride].filter((override) => override !== undefined),
    ],
  };
}
