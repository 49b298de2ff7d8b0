import { type ExactQuantity, type ExactUnits, ONE_EXACT, toExactUnits } from '../exact-quantity.ts';

/** Digits of a part of a quantity: so many add up to a safe whole number {@link FLUSH_COUNT} times. */
const PART_DIGITS = 11;

/** Of the 32 decimals, behind the first and the second part. */
const LAST_DIGITS = 10;

/** Quantities until the parts are added to the total: 50,000 × 10¹¹ is below 2⁵³. */
const FLUSH_COUNT = 50_000;

const TENS = Array.from({ length: PART_DIGITS + 1 }, (_, zeros) => 10 ** zeros);
const FIRST = 10n ** BigInt(PART_DIGITS + LAST_DIGITS);
const SECOND = 10n ** BigInt(LAST_DIGITS);

/**
 * Adds up exact quantities, exactly. A quantity is added in parts of eleven digits, each of them to a plain number that
 * cannot grow beyond what numbers hold exactly: 0.1 µs, where reading it as a `bigint` takes one.
 */
export class ExactSum {
  #total: ExactUnits = 0n;
  #count = 0;
  #whole = 0;
  #first = 0;
  #second = 0;
  #last = 0;

  add(quantity: ExactQuantity): void {
    const point = quantity.indexOf('.');
    const end = point < 0 ? quantity.length : point;
    if (end > PART_DIGITS || quantity.charCodeAt(0) === MINUS) {
      this.#total += toExactUnits(quantity);
      return;
    }
    if (this.#count === FLUSH_COUNT) this.#flush();
    this.#count += 1;
    this.#whole += Number(quantity.slice(0, end));
    if (point < 0) return;
    this.#first += partOf(quantity, end + 1, PART_DIGITS);
    const decimals = quantity.length - end - 1;
    if (decimals <= PART_DIGITS) return;
    this.#second += partOf(quantity, end + 1 + PART_DIGITS, PART_DIGITS);
    if (decimals > 2 * PART_DIGITS) this.#last += partOf(quantity, end + 1 + 2 * PART_DIGITS, LAST_DIGITS);
  }

  total(): ExactUnits {
    this.#flush();
    return this.#total;
  }

  #flush(): void {
    this.#total +=
      BigInt(this.#whole) * ONE_EXACT +
      BigInt(this.#first) * FIRST +
      BigInt(this.#second) * SECOND +
      BigInt(this.#last);
    this.#count = 0;
    this.#whole = 0;
    this.#first = 0;
    this.#second = 0;
    this.#last = 0;
  }
}

const MINUS = '-'.charCodeAt(0);

/** The digits from a place on as a whole number of `width` digits; zeros at the end are not written. */
function partOf(quantity: string, from: number, width: number): number {
  const digits = quantity.slice(from, from + width);
  return Number(digits) * (TENS[width - digits.length] ?? 1);
}
