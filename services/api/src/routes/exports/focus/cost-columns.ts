import { divideHalfAway, ONE, type Quantity } from '@hopsmeter/usage';
import type { FocusColumn, FocusRow, Product } from './focus-column.ts';
import { consumedUnit, pricingUnit } from './focus-unit.ts';

/** What prices stand in beside money: one costs what the account's rate card says. */
const CREDITS = 'Credits';

/** Costs, and the quantities and prices that they come from. */
export const COST_COLUMNS: readonly FocusColumn[] = [
  {
    name: 'BilledCost',
    type: 'decimal',
    nullable: false,
    from: "the row's cost in USD, not rounded to cents",
    value: ({ cost }) => cost,
  },
  {
    name: 'EffectiveCost',
    type: 'decimal',
    nullable: false,
    from: 'as `BilledCost`: what is paid ahead lowers what is due, not what usage costs',
    value: ({ cost }) => cost,
  },
  {
    name: 'ContractedCost',
    type: 'product',
    nullable: false,
    from: '`PricingQuantity` × `ContractedUnitPrice`, exactly; of adjustments as `BilledCost`',
    value: (row) => costAt(row, row.usage?.price),
  },
  {
    name: 'ListCost',
    type: 'product',
    nullable: false,
    from: '`PricingQuantity` × `ListUnitPrice`, exactly; of adjustments as `BilledCost`',
    value: (row) => costAt(row, row.usage?.listPrice),
  },
  {
    name: 'ListUnitPrice',
    type: 'decimal',
    nullable: true,
    from: "the rate card's price; the account's own price where that replaces it. Null for adjustments",
    value: ({ usage }) => usage?.listPrice ?? null,
  },
  {
    name: 'ContractedUnitPrice',
    type: 'decimal',
    nullable: true,
    from: "the row's price, after discounts. Null for adjustments",
    value: ({ usage }) => usage?.price ?? null,
  },
  {
    name: 'ConsumedQuantity',
    type: 'decimal',
    nullable: true,
    from: "the row's quantity. Null for adjustments",
    value: ({ usage }) => usage?.quantity ?? null,
  },
  {
    name: 'ConsumedUnit',
    type: 'string',
    nullable: true,
    from: "the meter's unit. Null for adjustments",
    value: ({ usage, unit }) => (usage === undefined ? null : consumedUnit(unit)),
  },
  {
    name: 'PricingQuantity',
    type: 'decimal',
    nullable: true,
    from: '`ConsumedQuantity` ÷ n, to 12 decimals. Null for adjustments',
    value: ({ usage }) => (usage === undefined ? null : pricingQuantity(usage)),
  },
  {
    name: 'PricingUnit',
    type: 'string',
    nullable: true,
    from: 'the quantity that the price is for. Null for adjustments',
    value: ({ usage, unit }) => (usage === undefined ? null : pricingUnit(unit, usage.priceQuantity)),
  },
  { name: 'PricingCurrency', type: 'string', nullable: false, from: `\`${CREDITS}\``, value: () => CREDITS },
  {
    name: 'PricingCurrencyListUnitPrice',
    type: 'decimal',
    nullable: true,
    from: '`ListUnitPrice` ÷ `x_CreditUsd`, to 12 decimals',
    value: (row) => inCredits(row, row.usage?.listPrice),
  },
  {
    name: 'PricingCurrencyContractedUnitPrice',
    type: 'decimal',
    nullable: true,
    from: '`ContractedUnitPrice` ÷ `x_CreditUsd`, to 12 decimals',
    value: (row) => inCredits(row, row.usage?.price),
  },
  {
    name: 'PricingCurrencyEffectiveCost',
    type: 'decimal',
    nullable: false,
    from: '`EffectiveCost` ÷ `x_CreditUsd`, to 12 decimals',
    value: (row) => inCredits(row, row.cost),
  },
];

function pricingQuantity({ quantity, priceQuantity }: NonNullable<FocusRow['usage']>): Quantity {
  return divideHalfAway(quantity * ONE, priceQuantity);
}

/** Not rounded, because FOCUS wants the product itself; only what is billed has 12 decimals. */
function costAt({ cost, usage }: FocusRow, price = ONE): Product {
  return usage === undefined ? cost * ONE : pricingQuantity(usage) * price;
}

function inCredits({ account }: FocusRow, usd: Quantity | undefined): Quantity | null {
  return usd === undefined ? null : divideHalfAway(usd * ONE, account.creditUsd);
}
