import { type Cents, formatQuantity, ONE, parseQuantity } from '@hopsmeter/usage';

const CENT = ONE / 100n;

/** Cents as the database's DECIMAL(10,2) takes them: `12.34`. */
export function centsText(cents: Cents): string {
  return formatQuantity(cents * CENT);
}

/** Reads what DECIMAL(10,2) gives. @throws RangeError for anything else. */
export function centsOf(text: string): Cents {
  const exact = parseQuantity(text);
  if (exact % CENT !== 0n) throw new RangeError('more than two decimals');
  return exact / CENT;
}
