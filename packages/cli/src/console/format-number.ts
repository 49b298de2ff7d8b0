/** `1234567` → `1,234,567`. */
export function formatCount(count: number | bigint): string {
  return groupThousands(String(count));
}

/**
 * Money as the API writes it, with separators: `1234.5` → `1,234.50`. Works on the text: a float never comes near it.
 *
 * @throws RangeError when the text is no amount with at most two decimals.
 */
export function formatMoney(amount: string): string {
  const match = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(amount);
  if (match === null) throw new RangeError(`not an amount: ${amount}`);
  const [, sign = '', whole = '', cents = ''] = match;
  return `${sign}${groupThousands(whole)}.${cents.padEnd(2, '0')}`;
}

/** `850` → `0.9 s`, `75_000` → `1 min 15 s`. */
export function formatElapsed(ms: number): string {
  const seconds = ms / 1_000;
  // 59.96 s would be rounded to 60.0 s.
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

function groupThousands(digits: string): string {
  return digits.replace(/\B(?=(?:\d{3})+$)/g, ',');
}
