import { formatDecimal, parseDecimal } from './decimal.ts';
import { LOCALES } from './locale.ts';
import { meterUnit } from './quantity.ts';

/** All twelve decimals that a price can have: a rounded one would not give the amount beside it. */
const DECIMALS = 12;
const PRICE = new Intl.NumberFormat(LOCALES, {
  style: 'currency',
  currency: 'USD',
  minimumFractionDigits: 2,
  maximumFractionDigits: DECIMALS,
});
const UNITS = new Intl.NumberFormat(LOCALES, { maximumFractionDigits: DECIMALS });

/** Of storage: a month of 30 days. */
const HOURS_OF_GB_MONTH = '720';

export type UnitPriceText = {
  /** `$0.35 per core-hour`, `$0.50 per 720 GB-hours` */
  readonly text: string;
  /** What people call that many units: `GB-month`. */
  readonly alias: string | undefined;
};

/** A price for a number of units, exactly. A meter whose unit is not known counts units. */
export function describeUnitPrice(meter: string, price: string, priceQuantity: string): UnitPriceText {
  const units = formatDecimal(parseDecimal(priceQuantity));
  const unit = meterUnit(meter) || 'units';
  const per = units === '1' ? unit.replace(/s$/, '') : `${UNITS.format(units)} ${unit}`;
  return {
    text: `${PRICE.format(formatDecimal(parseDecimal(price)))} per ${per}`,
    alias: unit === 'GB-hours' && units === HOURS_OF_GB_MONTH ? 'GB-month' : undefined,
  };
}
