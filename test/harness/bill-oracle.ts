/**
 * What accounts owe, computed by other means than the product: plain fractions of BigInt, from the last word on every
 * event and every price. It shares no code with packages/usage on purpose, and knows nothing of rows, bookings or
 * statements.
 */
export type Fraction = { readonly n: bigint; readonly d: bigint };

/** An event after all corrections: `quantity` is decimal text. */
export type OracleUsage = {
  readonly accountOwnerId: string;
  readonly meter: string;
  /** `2026-09-12` */
  readonly day: string;
  readonly quantity: string;
};

/** Terms as they are in the end. Decimal texts. */
export type OracleTerms = {
  readonly price: string;
  readonly per: string;
  readonly model: 'flat' | 'graduated' | 'volume' | 'package';
  /** Units up to which a price counts; null for the last. */
  readonly tiers: readonly { readonly upTo: string | null; readonly price: string }[];
  readonly included: string;
};

export type OracleRate = OracleTerms & { readonly card: string; readonly meter: string; readonly from: string };

/**
 * An account's own price of a meter, its discount in percent (of all meters where none is named) or its card, from a
 * day on up to another (exclusive; null: open).
 */
export type OracleOverride = {
  readonly accountOwnerId: string;
  readonly from: string;
  readonly to: string | null;
} & (
  | { readonly meter: string; readonly terms: OracleTerms }
  | { readonly meter: string | null; readonly percent: string }
  | { readonly card: string }
);

export type OraclePrices = {
  /** The card of accounts that have none of their own. */
  readonly defaultCard: string;
  readonly rates: readonly OracleRate[];
  readonly overrides: readonly OracleOverride[];
};

/** What each account owes for its usage of each month and meter, by `account month meter`. */
export function expectBills(usages: readonly OracleUsage[], prices: OraclePrices): ReadonlyMap<string, Fraction> {
  const months = new Map<string, OracleUsage[]>();
  for (const usage of usages) {
    const key = `${usage.accountOwnerId} ${usage.day.slice(0, 7)} ${usage.meter}`;
    months.set(key, [...(months.get(key) ?? []), usage]);
  }
  return new Map([...months].map(([key, month]) => [key, priceMonth(month, prices)]));
}

function priceMonth(month: readonly OracleUsage[], prices: OraclePrices): Fraction {
  const days = [...new Set(month.map(({ day }) => day))].sort();
  const all = month.reduce((total, { quantity }) => add(total, parse(quantity)), ZERO);
  let before = ZERO;
  let owed = ZERO;
  for (const day of days) {
    const usages = month.filter((usage) => usage.day === day);
    const terms = termsOn(usages[0] as OracleUsage, prices);
    const after = usages.reduce((total, { quantity }) => add(total, parse(quantity)), before);
    // Day by day: neighbours under the same terms cost together what they cost apart.
    owed = add(owed, subtract(costUpTo(after, terms, all), costUpTo(before, terms, all)));
    before = after;
  }
  return owed;
}

function termsOn({ accountOwnerId, meter, day }: OracleUsage, prices: OraclePrices): OracleTerms {
  const own = prices.overrides.filter(
    (override) =>
      override.accountOwnerId === accountOwnerId && override.from <= day && (override.to === null || day < override.to),
  );
  for (const override of own) if ('terms' in override && override.meter === meter) return override.terms;
  let card = prices.defaultCard;
  for (const override of own) if ('card' in override) card = override.card;
  const [rate] = prices.rates
    .filter((candidate) => candidate.card === card && candidate.meter === meter && candidate.from <= day)
    .sort((a, b) => (a.from < b.from ? 1 : -1));
  if (rate === undefined) throw new Error(`${meter} has no price on ${day}`);
  for (const discounted of [meter, null])
    for (const override of own)
      if ('percent' in override && override.meter === discounted) {
        const less = (price: string): string => plain(discount(parse(price), parse(override.percent)));
        return {
          ...rate,
          price: less(rate.price),
          tiers: rate.tiers.map(({ upTo, price }) => ({ upTo, price: less(price) })),
        };
      }
  return rate;
}

/** The cost of the first `quantity` units of a month under terms; `all` is the whole month's quantity. */
function costUpTo(quantity: Fraction, terms: OracleTerms, all: Fraction): Fraction {
  const paid = positive(subtract(quantity, parse(terms.included)));
  const per = parse(terms.per);
  const at = (units: Fraction, price: string): Fraction => multiply(divide(units, per), parse(price));
  if (terms.model === 'flat') return at(paid, terms.price);
  if (terms.model === 'package') return multiply({ n: ceil(divide(paid, per)), d: 1n }, parse(terms.price));
  if (terms.model === 'volume') {
    const total = positive(subtract(all, parse(terms.included)));
    const tier = terms.tiers.find(({ upTo }) => upTo === null || compare(total, parse(upTo)) <= 0);
    return at(paid, tier?.price ?? 'NaN');
  }
  let cost = ZERO;
  let floor = ZERO;
  for (const { upTo, price } of terms.tiers) {
    const top = upTo === null || compare(paid, parse(upTo)) < 0 ? paid : parse(upTo);
    if (compare(top, floor) > 0) cost = add(cost, at(subtract(top, floor), price));
    if (upTo !== null) floor = parse(upTo);
  }
  return cost;
}

export const ZERO: Fraction = { n: 0n, d: 1n };

export function parse(text: string): Fraction {
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text);
  if (match === null) throw new Error(`${text} is no decimal`);
  const [, sign = '', whole = '', decimals = ''] = match;
  return { n: BigInt(sign + whole + decimals), d: 10n ** BigInt(decimals.length) };
}

export function add(a: Fraction, b: Fraction): Fraction {
  return { n: a.n * b.d + b.n * a.d, d: a.d * b.d };
}

function subtract(a: Fraction, b: Fraction): Fraction {
  return add(a, { n: -b.n, d: b.d });
}

export function compare(a: Fraction, b: Fraction): number {
  const left = a.n * b.d;
  const right = b.n * a.d;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function multiply(a: Fraction, b: Fraction): Fraction {
  return { n: a.n * b.n, d: a.d * b.d };
}

function divide(a: Fraction, b: Fraction): Fraction {
  return { n: a.n * b.d, d: a.d * b.n };
}

function positive(value: Fraction): Fraction {
  return value.n > 0n ? value : ZERO;
}

function ceil({ n, d }: Fraction): bigint {
  return (n + d - 1n) / d;
}

/** A discounted price, to 12 decimals, half away from zero. */
function discount(price: Fraction, percent: Fraction): Fraction {
  const exact = divide(multiply(price, subtract(parse('100'), percent)), parse('100'));
  const scaled = exact.n * 10n ** 12n;
  return { n: (2n * scaled + exact.d) / (2n * exact.d), d: 10n ** 12n };
}

/** Some fifths of a quantity, as decimal text. */
export function fifths(quantity: string, count: number): string {
  return plain(multiply(parse(quantity), { n: BigInt(count), d: 5n }));
}

/** A fraction of 10⁻¹² as decimal text. */
function plain({ n, d }: Fraction): string {
  const text = ((n * 10n ** 12n) / d).toString().padStart(13, '0');
  return `${text.slice(0, -12)}.${text.slice(-12)}`;
}
