import { isDecimal, parseDecimal, perMille } from './decimal.ts';
import { LOCALES } from './locale.ts';

/** Less than a cent below zero is shown without a sign, as zero is. */
const CENTS = new Intl.NumberFormat(LOCALES, { style: 'currency', currency: 'USD', signDisplay: 'negative' });
const WHOLE = new Intl.NumberFormat(LOCALES, { style: 'currency', currency: 'USD', maximumFractionDigits: 0 });
const COMPACT = new Intl.NumberFormat(LOCALES, {
  style: 'currency',
  currency: 'USD',
  notation: 'compact',
  maximumSignificantDigits: 3,
});

/** Decimal text of USD as people read it here: `$1,234.56`. Other text is shown as it is. */
export function formatMoney(text: string): string {
  return isDecimal(text) ? CENTS.format(text) : text;
}

/** Without cents, for large numbers that are no bill. */
export function formatMoneyWhole(text: string): string {
  return isDecimal(text) ? WHOLE.format(text) : text;
}

/** `$12.3K`: for the axes of charts. */
export function formatMoneyCompact(text: string): string {
  return isDecimal(text) ? COMPACT.format(text) : text;
}

/** The exact amount, for the title of what shows it rounded. */
export function exactMoney(text: string): string {
  return `${text} USD`;
}

const CHANGE = new Intl.NumberFormat(LOCALES, {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  signDisplay: 'exceptZero',
});

const CHANGE_SIZE = new Intl.NumberFormat(LOCALES, {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  signDisplay: 'never',
});

/** How much more or less `now` is than `before`: `+12.3%`; undefined when there was nothing before. */
export function formatChange(now: string, before: string): string | undefined {
  const change = changeOf(now, before);
  return change === undefined ? undefined : CHANGE.format(change / 1_000);
}

/** The same without its sign, to stand beside an arrow that says it: `12.3%`. */
export function formatChangeSize(now: string, before: string): string | undefined {
  const change = changeOf(now, before);
  return change === undefined ? undefined : CHANGE_SIZE.format(change / 1_000);
}

function changeOf(now: string, before: string): number | undefined {
  const [current, previous] = [parseDecimal(now), parseDecimal(before)];
  return perMille(current - previous, previous < 0n ? -previous : previous);
}
