/**
 * Exact decimals: whole numbers of 10⁻¹² held in a `bigint`, so addition is exact and order cannot matter. Floats never
 * appear: a JSON number enters as its shortest decimal form.
 */

/**
 * A quantity as it is shown and priced, or an exact amount of money, in units of 10⁻¹² (1 CPU hour =
 * 1_000_000_000_000n). What events report has more decimals until then, see `ExactQuantity`.
 */
export type Quantity = bigint;

/** Decimals that a quantity keeps; NUMERIC(38,12) keeps the same. */
export const QUANTITY_DECIMALS = 12;

/** One whole unit of a meter. */
export const ONE: Quantity = 10n ** BigInt(QUANTITY_DECIMALS);

/**
 * The largest quantity that one event may carry, in whole units. 10¹⁵ leaves eleven digits of room in NUMERIC(38,12),
 * so a sum over 100 billion such events still fits.
 */
export const QUANTITY_UNITS_MAX = 10n ** 15n;

/** Longest decimal text we look at: 38 digits, a point and an exponent fit with room; more is an attack on BigInt. */
const DECIMAL_TEXT_MAX = 64;

/** Exponents beyond this are zero or out of range for every meter; it also bounds the powers of ten we compute. */
const EXPONENT_MAX = 400;

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

/** An exact decimal: `digits × 10^-scale`. `scale` may be negative (1e21). */
export type Decimal = { readonly digits: bigint; readonly scale: number };

/**
 * Reads a JSON number or a decimal string exactly.
 *
 * @returns `undefined` when the value is not a finite decimal (NaN, Infinity, text, more than 64 characters).
 */
export function parseDecimal(value: number | string): Decimal | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return { digits: BigInt(value), scale: 0 };
  const text = String(value);
  if (text.length > DECIMAL_TEXT_MAX) return undefined;
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponentText] = match;
  const exponent = exponentText === undefined ? 0 : Number(exponentText);
  if (Math.abs(exponent) > EXPONENT_MAX) return undefined;
  return { digits: BigInt(sign + whole + fraction), scale: fraction.length - exponent };
}

/** Divides and rounds half to even. `denominator` must be positive. */
export function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  if (remainder === 0n) return quotient;
  const doubled = (remainder < 0n ? -remainder : remainder) * 2n;
  const away = numerator < 0n ? quotient - 1n : quotient + 1n;
  if (doubled > denominator) return away;
  if (doubled < denominator) return quotient;
  return quotient % 2n === 0n ? quotient : away;
}

/** Divides and rounds half away from zero, as Postgres rounds NUMERIC. `denominator` must be positive. */
export function divideHalfAway(numerator: bigint, denominator: bigint): bigint {
  const magnitude = numerator < 0n ? -numerator : numerator;
  const rounded = (2n * magnitude + denominator) / (2n * denominator);
  return numerator < 0n ? -rounded : rounded;
}

/** Those of ordinary decimals are at hand: raising ten to a power was half of what reading a quantity cost. */
const POWERS_OF_TEN = Array.from({ length: 33 }, (_, exponent) => 10n ** BigInt(exponent));

function powerOfTen(exponent: number): bigint {
  return POWERS_OF_TEN[exponent] ?? 10n ** BigInt(exponent);
}

/** `decimal × numerator ÷ denominator` as a whole number, rounded half to even. */
export function scaleDecimal({ digits, scale }: Decimal, numerator: bigint, denominator = 1n): bigint {
  // Bytes, nearly always: nothing is divided.
  if (scale === 0 && denominator === 1n) return digits * numerator;
  return scale <= 0
    ? divideHalfEven(digits * powerOfTen(-scale) * numerator, denominator)
    : divideHalfEven(digits * numerator, powerOfTen(scale) * denominator);
}

/** Writes a quantity as plain decimal text without trailing zeros: `1.5`, `0.000000000001`, `-3`. */
export function formatQuantity(quantity: Quantity): string {
  return formatUnits(quantity, QUANTITY_DECIMALS);
}

/** Writes a number of 10^-decimals as plain decimal text without trailing zeros. */
export function formatUnits(units: bigint, decimals: number): string {
  const negative = units < 0n;
  const text = (negative ? -units : units).toString().padStart(decimals + 1, '0');
  let end = text.length;
  const point = text.length - decimals;
  while (end > point && text.charCodeAt(end - 1) === 48) end--;
  const plain = end === point ? text.slice(0, point) : `${text.slice(0, point)}.${text.slice(point, end)}`;
  return negative ? `-${plain}` : plain;
}

/** The quantity that an exact decimal is; `undefined` when it has more than 12 decimals that are not zero. */
export function toQuantity({ digits, scale }: Decimal): Quantity | undefined {
  const shift = QUANTITY_DECIMALS - scale;
  if (shift >= 0) return digits * powerOfTen(shift);
  const divisor = powerOfTen(-shift);
  return digits % divisor === 0n ? digits / divisor : undefined;
}

/**
 * Reads what {@link formatQuantity} or Postgres' NUMERIC wrote.
 *
 * @throws RangeError when the text is no decimal or has more than 12 decimals that are not zero.
 */
export function parseQuantity(text: string): Quantity {
  const decimal = parseDecimal(text);
  if (decimal === undefined) throw new RangeError('not a decimal number');
  const quantity = toQuantity(decimal);
  if (quantity === undefined) throw new RangeError('more than 12 decimals');
  return quantity;
}
