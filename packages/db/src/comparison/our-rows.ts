import {
  type Amount,
  type HourPart,
  METERS,
  type Measured,
  ONE_AMOUNT,
  type OurDay,
  parseUsageDay,
  readAmount,
  type UsageDay,
} from '@hopsmeter/usage';

/** A row of what READ_OUR_USAGE reads. */
export type OurUsageRow = {
  readonly userId: string;
  readonly date: string;
  readonly clusterId: string;
  readonly accountOwnerId: string;
  readonly projectId: string | null;
  readonly meter: string;
  readonly quantity: string;
  readonly cost: string;
  readonly price: string;
  readonly priceQuantity: string;
};

/** A row of what OPEN_PARTS reads: an hour in a namespace, by meter. */
export type PartRow = Omit<OurUsageRow, 'meter' | 'quantity' | 'cost' | 'price' | 'priceQuantity'> & {
  readonly hour: number;
  readonly namespace: string | null;
  /** Parallel: so much was used of a meter, in windows that were so long on the day. */
  readonly meters: readonly string[];
  readonly quantities: readonly string[];
  readonly seconds: readonly string[];
};

const HOURS_PER_DAY = 24n;
const SECONDS_PER_HOUR = 3_600n;

/** What the application calls the use of a meter; undefined where it has no column for it. */
function measuredOf(meter: string): Measured | 'egress' | undefined {
  if (meter === METERS.cpu) return 'cpu';
  if (meter === METERS.gpu || meter.startsWith(`${METERS.gpu}_`)) return 'gpu';
  if (meter === METERS.ram) return 'ram';
  if (meter === METERS.onlineStorage) return 'online';
  if (meter === METERS.offlineStorage) return 'offline';
  return meter === METERS.egress ? 'egress' : undefined;
}

/** The days of one user. */
export function daysOf(rows: readonly OurUsageRow[]): ReadonlyMap<UsageDay, OurDay> {
  const days = new Map<UsageDay, DayInMaking>();
  for (const row of rows) {
    const day = dayOf(row.date);
    const sums = days.get(day) ?? createDay();
    days.set(day, sums);
    const measured = measuredOf(row.meter);
    const cost = amountOf(row.cost);
    if (measured !== undefined) {
      const isStored = measured === 'online' || measured === 'offline';
      sums.amounts[measured] += amountOf(row.quantity) / (isStored ? HOURS_PER_DAY : 1n);
    }
    sums.cost += cost;
    if (measured === undefined || measured === 'egress') sums.unmeasuredCost += cost;
    addTo(sums.costByOwner, row.accountOwnerId, cost);
    addTo(sums.costByCluster, row.clusterId, cost);
  }
  return days;
}

/** The parts of one user, by day, in the order of hours. @param rows of READ_OUR_USAGE, for the prices. */
export function partsOf(
  parts: readonly PartRow[],
  rows: readonly OurUsageRow[],
): ReadonlyMap<UsageDay, readonly HourPart[]> {
  const prices = new Map(rows.map((row) => [priceKey(row, row.meter), readPrice(row)]));
  const days = new Map<UsageDay, HourPart[]>();
  for (const row of parts) {
    const day = dayOf(row.date);
    const part = createPart(row, day);
    for (const [place, meter] of row.meters.entries()) {
      const measured = measuredOf(meter);
      if (measured === undefined || measured === 'egress') continue;
      const quantity = amountOf(row.quantities[place] ?? '0');
      const isStored = measured === 'online' || measured === 'offline';
      part.amounts[measured] += isStored ? sizeOf(quantity, row.seconds[place] ?? '0') : quantity;
      const price = prices.get(priceKey(row, meter));
      if (price !== undefined) part.costs[measured] += (quantity * price.amount) / price.quantity;
    }
    const ofDay = days.get(day);
    if (ofDay === undefined) days.set(day, [part]);
    else ofDay.push(part);
  }
  return days;
}

function readPrice({ price, priceQuantity }: OurUsageRow) {
  return { amount: amountOf(price), quantity: amountOf(priceQuantity) };
}

type DayInMaking = {
  amounts: Record<Measured | 'egress', Amount>;
  cost: Amount;
  unmeasuredCost: Amount;
  costByOwner: Map<string, Amount>;
  costByCluster: Map<string, Amount>;
};

type PartInMaking = Omit<HourPart, 'amounts' | 'costs'> & {
  readonly amounts: Record<Measured, Amount>;
  readonly costs: Record<Measured, Amount>;
};

function createDay(): DayInMaking {
  return {
    amounts: { cpu: 0n, gpu: 0n, ram: 0n, online: 0n, offline: 0n, egress: 0n },
    cost: 0n,
    unmeasuredCost: 0n,
    costByOwner: new Map(),
    costByCluster: new Map(),
  };
}

function createPart({ hour, clusterId, namespace, accountOwnerId }: PartRow, day: UsageDay): PartInMaking {
  const nothing = () => ({ cpu: 0n, gpu: 0n, ram: 0n, online: 0n, offline: 0n });
  return { day, hour, clusterId, namespace, accountOwnerId, amounts: nothing(), costs: nothing() };
}

/** GB of so many GB-hours. Usage of a moment is taken for that of an hour. */
function sizeOf(gbHours: Amount, seconds: string): Amount {
  const covered = amountOf(seconds);
  return covered <= 0n ? gbHours : (gbHours * SECONDS_PER_HOUR * ONE_AMOUNT) / covered;
}

type PriceKey = Pick<OurUsageRow, 'date' | 'clusterId' | 'accountOwnerId' | 'projectId'>;

function priceKey({ date, clusterId, accountOwnerId, projectId }: PriceKey, meter: string): string {
  return `${date} ${clusterId} ${accountOwnerId} ${projectId ?? ''} ${meter}`;
}

function addTo(sums: Map<string, Amount>, key: string, amount: Amount): void {
  sums.set(key, (sums.get(key) ?? 0n) + amount);
}

function amountOf(text: string): Amount {
  const amount = readAmount(text);
  if (amount === undefined) throw new RangeError(`Postgres wrote a number that is none: ${text}`);
  return amount;
}

/** @throws RangeError when Postgres wrote what is no day. */
export function dayOf(date: string): UsageDay {
  const day = parseUsageDay(date);
  if (day === undefined) throw new RangeError(`Postgres wrote a day that is none: ${date}`);
  return day;
}
