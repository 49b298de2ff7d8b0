import { formatQuantity, formatUsageMonth } from '@hopsmeter/usage';
import { CURRENCY } from '../../../contract/amounts.ts';
import { type FocusColumn, type FocusRow, midnight } from './focus-column.ts';

/** What a row is for. */
export const CHARGE_COLUMNS: readonly FocusColumn[] = [
  {
    name: 'ChargeCategory',
    type: 'string',
    nullable: false,
    from: '`Usage`; `Adjustment` for re-rating and model effects',
    value: ({ usage }) => (usage === undefined ? 'Adjustment' : 'Usage'),
  },
  {
    name: 'ChargeClass',
    type: 'string',
    nullable: true,
    from: '`Correction` where the month of the usage has a final statement before this one',
    value: ({ isCorrection }) => (isCorrection ? 'Correction' : null),
  },
  {
    name: 'ChargeDescription',
    type: 'string',
    nullable: true,
    from: 'what the meter measures, and the price or what is adjusted',
    value: describeCharge,
  },
  {
    name: 'ChargeFrequency',
    type: 'string',
    nullable: false,
    from: '`Usage-Based`; `One-Time` for adjustments',
    value: ({ usage }) => (usage === undefined ? 'One-Time' : 'Usage-Based'),
  },
  {
    name: 'ChargePeriodStart',
    type: 'datetime',
    nullable: false,
    from: 'usage date; of a model effect, the first day of its month',
    value: ({ from }) => midnight(from),
  },
  {
    name: 'ChargePeriodEnd',
    type: 'datetime',
    nullable: false,
    from: 'the day after the usage date; of a model effect, the first day of the next month',
    value: ({ to }) => midnight(to),
  },
  {
    name: 'PricingCategory',
    type: 'string',
    nullable: true,
    from: '`Standard`: prices are agreed, tiers and discounts too. Null for adjustments, as `SkuPriceId` is',
    value: ({ usage }) => (usage === undefined ? null : 'Standard'),
  },
];

function describeCharge({ kind, description, usage, unit, usageMonth }: FocusRow): string {
  const month = formatUsageMonth(usageMonth);
  if (kind === 're_rating') return `${description}: change of prices for usage of ${month}`;
  if (usage === undefined) return `${description}: tiers, packages and included units of ${month}`;
  const price = `${formatQuantity(usage.price)} ${CURRENCY} for ${formatQuantity(usage.priceQuantity)} ${unit}`;
  return kind === 'late_usage' ? `${description}: ${price}, late usage of ${month}` : `${description}: ${price}`;
}
