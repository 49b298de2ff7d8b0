/** Decimal text as the api writes it: `-12.345`. Never a number: a double holds 15 digits, a bill may have more. */
const DECIMAL = /^-?\d+(?:\.\d+)?$/;

/** Digits behind the point that {@link parseDecimal} keeps; the api writes at most 32. */
const DECIMAL_PLACES = 32;

/** Whether a text is a decimal that Intl can format to the last digit. */
export function isDecimal(text: string): text is `${number}` {
  return DECIMAL.test(text);
}

/** Decimal text in whole 10^-32, exactly. @throws RangeError for other text. */
export function parseDecimal(text: string): bigint {
  if (!isDecimal(text)) throw new RangeError(`not a decimal: ${text}`);
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const digits = BigInt(whole + fraction.slice(0, DECIMAL_PLACES).padEnd(DECIMAL_PLACES, '0'));
  return text.startsWith('-') ? -digits : digits;
}

/** The inverse of {@link parseDecimal}, without zeros at the end. */
export function formatDecimal(value: bigint): `${number}` {
  const digits = (value < 0n ? -value : value).toString().padStart(DECIMAL_PLACES + 1, '0');
  const fraction = digits.slice(-DECIMAL_PLACES).replace(/0+$/, '');
  const text = `${value < 0n ? '-' : ''}${digits.slice(0, -DECIMAL_PLACES)}${fraction === '' ? '' : `.${fraction}`}`;
  if (!isDecimal(text)) throw new RangeError(`not a decimal: ${text}`);
  return text;
}

/** The sum of decimal texts, exactly. */
export function sumDecimals(texts: readonly string[]): `${number}` {
  return formatDecimal(texts.reduce((sum, text) => sum + parseDecimal(text), 0n));
}

/**
 * How much `part` is of `whole` in thousandths, rounded half away from zero as everything here is; undefined when there
 * is no whole. For shares and changes, which are shown with one decimal of a percent.
 */
export function perMille(part: bigint, whole: bigint): number | undefined {
  if (whole === 0n) return undefined;
  const doubled = (part * 2_000n) / whole;
  return Number((doubled + (doubled < 0n ? -1n : 1n)) / 2n);
}

/** A height or width on the screen, and nothing else: a pixel does not need the fifteenth digit. */
export function toGeometry(text: string): number {
  return isDecimal(text) ? Number(text) : 0;
}
