import type { PriceEntry } from '@hopsmeter/usage';
import { columnsOf } from './parameter-table.ts';

/** The columns of prices, as `rollUp` reads them. */
export function priceColumns<Source>(prices: (source: Source) => readonly PriceEntry[]) {
  const ofPrice = columnsOf(prices);
  return {
    usage_date: ofPrice.day(({ day }) => day),
    meter: ofPrice.text(({ price }) => price.meter),
    price_account: ofPrice.text(({ accountOwnerId }) => accountOwnerId ?? ''),
    rate_id: ofPrice.plain('uuid', ({ price }) => price.rateId ?? null),
    price_override_id: ofPrice.plain('uuid', ({ price }) => price.overrideId ?? null),
    price: ofPrice.plain('numeric', ({ price }) => price.priceText),
    price_quantity: ofPrice.plain('numeric', ({ price }) => price.priceQuantityText),
  };
}
