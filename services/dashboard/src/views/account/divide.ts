import type { TotalsGroup } from '../../api/schemas.ts';
import { parseDecimal } from '../../format/decimal.ts';
import { meterName } from '../../format/quantity.ts';

/** What a month can be divided by. */
export const WAYS = [
  { value: 'user', text: 'Members', one: 'Member' },
  { value: 'project', text: 'Projects', one: 'Project' },
  { value: 'cluster', text: 'Clusters', one: 'Cluster' },
  { value: 'meter', text: 'Meters', one: 'Meter' },
] as const;

export type Way = (typeof WAYS)[number]['value'];

/** A part of the month. */
export type Share = {
  /** The id as the api takes it as a filter: `none` is outside of any project. */
  readonly id: string;
  readonly name: string;
  /** Of a project: where it is known from. */
  readonly origin: string | undefined;
  readonly cost: string;
  readonly costExact: string;
  readonly quantity: string | undefined;
  /** Exact cost by meter. */
  readonly meters: ReadonlyMap<string, string>;
};

/**
 * The parts of a month: with cents as the api gave them, which add up to the total, and what of each is of which meter.
 *
 * @param wholes grouped by the way alone.
 * @param cells grouped by the way and meter; none when the way is the meter.
 */
export function divide(way: Way, wholes: readonly TotalsGroup[], cells: readonly TotalsGroup[]): readonly Share[] {
  const metersById = new Map<string, Map<string, string>>();
  for (const cell of cells) {
    const id = idOf(way, cell);
    const meters = metersById.get(id) ?? new Map<string, string>();
    metersById.set(id, meters);
    meters.set(cell.key.meter ?? '', cell.costExact);
  }
  return wholes.map((whole) => {
    const id = idOf(way, whole);
    const { cost, costExact, quantity } = whole;
    const [name, origin] = [nameOf(way, whole), originOf(way, whole)];
    return { id, name, origin, cost, costExact, quantity, meters: metersById.get(id) ?? new Map() };
  });
}

/** The meters of the parts, the dearest first. */
export function metersOf(shares: readonly Share[]): readonly string[] {
  const costs = new Map<string, bigint>();
  for (const { meters } of shares)
    for (const [meter, cost] of meters) costs.set(meter, (costs.get(meter) ?? 0n) + parseDecimal(cost));
  return [...costs].sort(([, a], [, b]) => compare(b, a)).map(([meter]) => meter);
}

/** In the order of a column: `name`, `cost` or a meter. Equal ones by name. */
export function sortShares(
  shares: readonly Share[],
  key: string,
  direction: 'ascending' | 'descending',
): readonly Share[] {
  const sign = direction === 'ascending' ? 1 : -1;
  const costOf = (share: Share): bigint =>
    parseDecimal(key === 'cost' ? share.costExact : (share.meters.get(key) ?? '0'));
  return [...shares].sort((a, b) => {
    const byName = a.name.localeCompare(b.name);
    if (key === 'name') return sign * byName;
    return sign * compare(costOf(a), costOf(b)) || byName;
  });
}

function compare(a: bigint, b: bigint): number {
  return a === b ? 0 : a > b ? 1 : -1;
}

function idOf(way: Way, { key }: TotalsGroup): string {
  return key[way] ?? (way === 'project' ? 'none' : '');
}

function nameOf(way: Way, group: TotalsGroup): string {
  const id = idOf(way, group);
  if (way === 'meter') return meterName(id);
  if (way === 'project' && id === 'none') return 'Outside of any project';
  return group.labels?.[way] ?? id;
}

function originOf(way: Way, { isReported }: TotalsGroup): string | undefined {
  if (way !== 'project' || isReported === undefined) return undefined;
  return isReported ? 'Reported by its cluster' : 'Entered by staff or an import';
}
