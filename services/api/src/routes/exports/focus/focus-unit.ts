import { formatQuantity, ONE, type Quantity } from '@hopsmeter/usage';

/** FOCUS' name for 2^30 bytes, which is what our GB is. It has no plural. */
const GIB = 'GiB';

/**
 * A unit of ours as FOCUS writes units: capitalised base units joined by hyphens, the last one in the plural, and before it
 * the quantity that a price is for, unless it is one. `GB-hour` for 720 is `720 GiB-Hours`.
 */
export function focusUnit(unit: string, quantity: Quantity): string {
  const names = unit.split('-').map((base) => (base === 'GB' ? GIB : base.charAt(0).toUpperCase() + base.slice(1)));
  const last = names.pop() ?? '';
  const plural = last === GIB || last.endsWith('s') ? last : `${last}s`;
  const text = [...names, plural].join('-');
  return quantity === ONE ? text : `${formatQuantity(quantity)} ${text}`;
}
