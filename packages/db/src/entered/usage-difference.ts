import {
  type Directory,
  divideHalfAway,
  type ExactUnits,
  findImplausible,
  formatUsageDay,
  type Micros,
  parseQuantity,
  parseUsageDay,
  type Quantity,
  roundExactUnits,
  splitByDay,
  toExactUnits,
  type Unattributed,
  type Usage,
  type UsageDay,
} from '@hopsmeter/usage';

/** Usage that is to be booked, attributed. */
export type UsageToBook = {
  readonly accountOwnerId: string;
  readonly start: Micros;
  readonly end: Micros;
  readonly usages: readonly Usage[];
};

/** What is booked of an event and its corrections now: sums with 12 decimals, by account, usage day and meter. */
export type BookedSum = {
  readonly accountOwnerId: string;
  readonly usageDate: string;
  readonly meter: string;
  readonly quantity: string;
};

/** What becomes of an account's usage of a meter and a day. */
export type UsageDifference = {
  readonly accountOwnerId: string;
  readonly usageDate: string;
  /** The day that decides on whose statement the difference is: the usage date, or the first day of the open month. */
  readonly bookedOn: string;
  readonly meter: string;
  readonly before: Quantity;
  readonly after: Quantity;
  /** At the list price of the usage day; undefined where there is none. */
  readonly cost: Quantity | undefined;
};

/** What changes when usage takes the place of what is booked. Days and meters on which nothing changes are left out. */
export function findDifferences(
  booked: readonly BookedSum[],
  put: readonly UsageToBook[],
  directory: Directory,
): readonly UsageDifference[] {
  const sums = new Map<string, { readonly key: UsageKey; before: Quantity; exactAfter: ExactUnits }>();
  const sumOf = (key: UsageKey) => {
    const name = JSON.stringify([key.accountOwnerId, key.day, key.meter]);
    const known = sums.get(name) ?? { key, before: 0n, exactAfter: 0n };
    sums.set(name, known);
    return known;
  };
  for (const { accountOwnerId, usageDate, meter, quantity } of booked)
    sumOf({ accountOwnerId, day: readDay(usageDate), meter }).before += parseQuantity(quantity);
  for (const { accountOwnerId, ...usage } of put)
    for (const { day, usages } of splitByDay(usage))
      for (const { meter, quantity } of usages)
        sumOf({ accountOwnerId, day, meter }).exactAfter += toExactUnits(quantity);
  return [...sums.values()]
    .map(({ key, before, exactAfter }) => ({ key, before, after: roundExactUnits(exactAfter) }))
    .filter(({ before, after }) => before !== after)
    .map(({ key: { accountOwnerId, day, meter }, before, after }) => ({
      accountOwnerId,
      usageDate: formatUsageDay(day),
      bookedOn: formatUsageDay(directory.bookedOn(accountOwnerId, day) ?? day),
      meter,
      before,
      after,
      cost: costOf({ accountOwnerId, day, meter }, after - before, directory),
    }));
}

/** Why usage that a person enters would be parked and not counted at once. */
export function findObstacle(
  clusterId: string,
  { accountOwnerId, start, end, usages }: UsageToBook,
  directory: Directory,
): Unattributed | undefined {
  for (const { meter } of usages)
    if (!directory.hasMeter(meter)) return { reason: 'unknown_meter', detail: `${meter} is not a registered meter` };
  for (const { day, usages: onDay } of splitByDay({ start, end, usages }))
    for (const { meter } of onDay)
      if (directory.pricing.priceOf(accountOwnerId, meter, day) === undefined)
        return { reason: 'no_rate', detail: `${meter} has no price on ${formatUsageDay(day)}` };
  const implausible =
    usages.length === 0 ? undefined : findImplausible({ start, end, usages }, directory.limitsOf(clusterId));
  return implausible === undefined ? undefined : { reason: 'implausible', detail: implausible };
}

type UsageKey = { readonly accountOwnerId: string; readonly day: UsageDay; readonly meter: string };

function costOf(
  { accountOwnerId, day, meter }: UsageKey,
  quantity: Quantity,
  directory: Directory,
): Quantity | undefined {
  const price = directory.pricing.priceOf(accountOwnerId, meter, day);
  return price === undefined ? undefined : divideHalfAway(quantity * price.price, price.priceQuantity);
}

function readDay(text: string): UsageDay {
  const day = parseUsageDay(text);
  if (day === undefined) throw new RangeError(`${text} is no day`);
  return day;
}
