import { formatQuantity, parseQuantity, type Quantity } from '@hopsmeter/usage';

/** A list price of a line: `price` USD for each `priceQuantity` units, of `quantity` units. */
export type UnitPrice = { readonly price: Quantity; readonly priceQuantity: Quantity; readonly quantity: Quantity };

/** As a column and a query have it: decimals as text, because a JSON number would be a float on the way. */
export type UnitPriceRow = { readonly [Field in keyof UnitPrice]: string };

/** @param rows NULL where a line has no price. */
export function toUnitPrices(rows: readonly UnitPriceRow[] | null): UnitPrice[] {
  return (rows ?? []).map(({ price, priceQuantity, quantity }) => ({
    price: parseQuantity(price),
    priceQuantity: parseQuantity(priceQuantity),
    quantity: parseQuantity(quantity),
  }));
}

export function toUnitPriceRow({ price, priceQuantity, quantity }: UnitPrice): UnitPriceRow {
  return {
    price: formatQuantity(price),
    priceQuantity: formatQuantity(priceQuantity),
    quantity: formatQuantity(quantity),
  };
}
