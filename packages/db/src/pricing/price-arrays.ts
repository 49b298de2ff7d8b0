import { formatQuantity, formatUsageDay, type UsageDay } from '@hopsmeter/usage';
import { plainArray, textArray } from '../connection/pg-array.ts';
import type { PriceSpan } from './price-spans.ts';

/**
 * The prices of some days as arrays in parallel: account, meter, first day, day after the last, rate, override, price,
 * price quantity. Spans without a price are left out.
 */
export function pricesOf(spans: readonly PriceSpan[], first: UsageDay, end: UsageDay): readonly string[] {
  const found = spans.flatMap((span) =>
    span.price === undefined || span.firstDay >= end || span.endDay <= first ? [] : [{ ...span, price: span.price }],
  );
  return [
    textArray(found.map(({ accountOwnerId }) => accountOwnerId)),
    textArray(found.map(({ meter }) => meter)),
    plainArray(found.map(({ firstDay }) => formatUsageDay(Math.max(firstDay, first)))),
    plainArray(found.map(({ endDay }) => formatUsageDay(Math.min(endDay, end)))),
    plainArray(found.map(({ price }) => price.rateId ?? null)),
    plainArray(found.map(({ price }) => price.overrideId ?? null)),
    plainArray(found.map(({ price }) => formatQuantity(price.price))),
    plainArray(found.map(({ price }) => formatQuantity(price.priceQuantity))),
  ];
}
