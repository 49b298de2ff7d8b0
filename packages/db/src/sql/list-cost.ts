/**
 * SQL of what becomes of an exact quantity where it is shown or priced; `roundExactUnits` of packages/usage is the
 * same, and says why it rounds in two steps: 12 decimals, half away from zero.
 */
export function roundedQuantity(quantity: string): string {
  return `round(round(${quantity}, 22), 12)`;
}

/**
 * SQL of what a quantity costs at a list price: from the quantity that is shown, to 12 decimals, half away from zero.
 */
export function listCost(quantity: string, price: string, priceQuantity: string): string {
  return `round(${roundedQuantity(quantity)} * ${price} / ${priceQuantity}, 12)`;
}
