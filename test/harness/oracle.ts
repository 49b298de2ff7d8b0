import type { PostedEvent } from './events.ts';
import type { TestProject, TestWorld } from './world.ts';

/**
 * What `usage_daily` must hold, computed from the posted events by other means than the product: exact fractions, plain
 * loops, its own reading of times, prices and owners. It shares no code with packages/usage on purpose.
 */
export type ExpectedRow = { readonly quantity: string; readonly cost: string; readonly events: number };

type Fraction = { readonly n: bigint; readonly d: bigint };

const GIB = 1_073_741_824n;
const HOUR_MICROS = 3_600_000_000n;
const DAY_MICROS = 86_400_000_000n;

/** Quantities are added up in units of 10⁻³², and shown and priced with 12 decimals. */
const EXACT = 10n ** 32n;

/** Adds events up, one after the other, so that they need not be kept. */
export type Oracle = {
  add(event: PostedEvent): void;
  /** The rollup of what was added, by `date owner user cluster project meter`. */
  rows(): Map<string, ExpectedRow>;
};

/** @param world as it is in the end: who owned whom when, and what cost how much from which day on. */
export function createOracle(world: TestWorld): Oracle {
  const sums = new Map<string, { units: bigint; events: number }>();
  return {
    add(event) {
      for (const { key, units } of expectParts(world, event)) {
        const sum = sums.get(key) ?? { units: 0n, events: 0 };
        sums.set(key, { units: sum.units + units, events: sum.events + 1 });
      }
    },
    rows: () => new Map([...sums].map(([key, { units, events }]) => [key, priceRow(world, key, units, events)])),
  };
}

/** The rollup of distinct events, as {@link Oracle} says it. */
export function expectRollup(world: TestWorld, events: Iterable<PostedEvent>): Map<string, ExpectedRow> {
  const oracle = createOracle(world);
  for (const event of events) oracle.add(event);
  return oracle.rows();
}

function expectParts(world: TestWorld, event: PostedEvent): { key: string; units: bigint }[] {
  const window = event.data.window as { start: string; end: string } | undefined;
  const start = micros(window?.start ?? event.time);
  const end = micros(window?.end ?? event.time);
  const clusterId = event.source.slice(event.source.lastIndexOf(':') + 1);
  const project = holder(
    world.projects.filter((p) => p.clusterId === clusterId && p.namespace === event.data.namespace),
    start,
    end === start ? start + 1n : end,
  );
  if (project === undefined) throw new Error(`${event.id} has no project`);
  const userId = event.subject ?? project.userId;
  const owner = (world.ownerships.get(userId) ?? []).filter(({ from }) => BigInt(start) >= toMicros(from)).at(-1);
  if (owner === undefined) throw new Error(`${event.id} has no owner`);
  const parts: { key: string; units: bigint }[] = [];
  for (const [meter, amount] of measures(event, end - start)) {
    const whole = halfEven(scale(amount, EXACT));
    let before = 0n;
    for (let day = start / DAY_MICROS; day * DAY_MICROS < end || day === start / DAY_MICROS; day++) {
      const until = end < (day + 1n) * DAY_MICROS ? end : (day + 1n) * DAY_MICROS;
      const upToHere = end === start ? whole : halfEven({ n: whole * (until - start), d: end - start });
      const date = new Date(Number(day) * 86_400_000).toISOString().slice(0, 10);
      if (upToHere !== before)
        parts.push({
          key: [date, owner.ownerId, userId, clusterId, project.id, meter].join(' '),
          units: upToHere - before,
        });
      before = upToHere;
    }
  }
  return parts;
}

/**
 * Who had the namespace for most of the window, the first of equals; of theirs the longest project, the first of
 * equals.
 */
function holder(projects: readonly TestProject[], start: bigint, end: bigint): TestProject | undefined {
  const shares = [...projects]
    .sort((a, b) => (a.from < b.from ? -1 : 1))
    .map((project) => ({ project, share: overlap(project, start, end) }))
    .filter(({ share }) => share > 0n);
  const best = (sizes: bigint[]): number => sizes.findIndex((size) => sizes.every((other) => other <= size));
  const sums = shares.map(({ project: { userId } }) =>
    shares.filter(({ project }) => project.userId === userId).reduce((sum, { share }) => sum + share, 0n),
  );
  const userId = shares[best(sums)]?.project.userId;
  const theirs = shares.filter(({ project }) => project.userId === userId);
  return theirs[best(theirs.map(({ share }) => share))]?.project;
}

function overlap({ from, until }: TestProject, start: bigint, end: bigint): bigint {
  const first = Number.isFinite(from) && toMicros(from) > start ? toMicros(from) : start;
  const last = Number.isFinite(until) && toMicros(until) < end ? toMicros(until) : end;
  return last - first;
}

function measures(event: PostedEvent, length: bigint): [string, Fraction][] {
  const { data } = event;
  const value = (name: string): Fraction => fraction(data[name]);
  const storage = (name: string): Fraction => {
    const { n, d } = value(name);
    return { n: n * length, d: d * GIB * HOUR_MICROS };
  };
  const perGib = (name: string): Fraction => scale(value(name), 1n, GIB);
  switch (event.type.split('.').at(-2)) {
    case 'compute':
      return [
        ['cpu_hours', value('cpuCoreHours')],
        ['gpu_hours', value('gpuHours')],
        ['ram_gb_hours', perGib('ramByteHours')],
      ];
    case 'storage':
      return [
        ['online_storage_gb_hours', storage('onlineBytes')],
        ['offline_storage_gb_hours', storage('offlineBytes')],
      ];
    case 'network':
      return [['network_egress_gb', perGib('egressBytes')]];
    default:
      return [[String(data.meter), value('quantity')]];
  }
}

function priceRow(world: TestWorld, key: string, units: bigint, events: number): ExpectedRow {
  const first = world.rates.get(key.slice(key.lastIndexOf(' ') + 1));
  if (first === undefined) throw new Error(`${key} has no rate`);
  const date = key.slice(0, key.indexOf(' '));
  const rate = (first.later ?? []).filter(({ from }) => from <= date).at(-1) ?? first;
  const price = fraction(rate.price);
  const per = fraction(rate.priceQuantity);
  // Settled at 22 decimals, shown with 12; cost = what is shown × price ÷ price quantity. All half away from zero.
  const shown = halfAway(halfAway(units, 10n ** 10n), 10n ** 10n);
  const cost = halfAway(shown * price.n * per.d, price.d * per.n);
  return { quantity: plain(units, 32), cost: plain(cost, 12), events };
}

/** `1.5`, `3`, `1e-7`, 2.5 → exact fraction. */
function fraction(value: unknown): Fraction {
  const [mantissa = '', exponent = '0'] = String(value).toLowerCase().split('e');
  const [whole = '', decimals = ''] = mantissa.split('.');
  const n = BigInt(whole + decimals);
  const power = Number(exponent) - decimals.length;
  return power >= 0 ? { n: n * 10n ** BigInt(power), d: 1n } : { n, d: 10n ** BigInt(-power) };
}

function scale({ n, d }: Fraction, by: bigint, over = 1n): Fraction {
  return { n: n * by, d: d * over };
}

function halfEven({ n, d }: Fraction): bigint {
  const floor = n / d;
  const twice = 2n * (n - floor * d);
  if (twice === d) return floor % 2n === 0n ? floor : floor + 1n;
  return twice > d ? floor + 1n : floor;
}

/** Milliseconds by Date, the three digits after them by hand. */
function micros(time: string): bigint {
  const match = /^(.*\.\d{3})(\d{3})Z$/.exec(time);
  return match === null
    ? BigInt(Date.parse(time)) * 1_000n
    : BigInt(Date.parse(`${match[1]}Z`)) * 1_000n + BigInt(match[2] ?? 0);
}

function toMicros(ms: number): bigint {
  return Number.isFinite(ms) ? BigInt(ms) * 1_000n : -(2n ** 62n);
}

function halfAway(n: bigint, d: bigint): bigint {
  return (2n * n + d) / (2n * d);
}

/** As Postgres prints NUMERIC of so many decimals. */
function plain(units: bigint, decimals: number): string {
  const text = units.toString().padStart(decimals + 1, '0');
  return `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
}
