import { type Amount, roundAmount } from './amount.ts';
import { COMPARED_MEASURES } from './causes.ts';
import { type HourPart, MEASURED, type Measured } from './facts.ts';

/** The columns that the application's job adds to, hour by hour and namespace by namespace. */
export const ADDED_COLUMNS = ['cpu_hours', 'gpu_hours', 'ram_gb_hours', 'cost'] as const;

export type AddedColumn = (typeof ADDED_COLUMNS)[number];

type ByColumn<T> = Readonly<Record<AddedColumn, T>>;

/** What additions come to: exactly, and with each of them rounded to what the column holds, as the job leaves it. */
export type Additions = { readonly exact: ByColumn<Amount>; readonly rounded: ByColumn<bigint> };

const ZERO: ByColumn<bigint> = { cpu_hours: 0n, gpu_hours: 0n, ram_gb_hours: 0n, cost: 0n };

export const NOTHING: Additions = { exact: ZERO, rounded: ZERO };

/** What the job adds for some parts. */
export function addUp(parts: readonly HourPart[]): Additions {
  return parts.reduce((sum, part) => plus(sum, additionOf(part)), NOTHING);
}

/** The same where it takes some measures for zero. */
export function addUpClamped(parts: readonly HourPart[], clamped: readonly Measured[]): Additions {
  return parts.reduce((sum, part) => plus(sum, makeAddition(part, clamped)), NOTHING);
}

export function plus(a: Additions, b: Additions): Additions {
  if (a === NOTHING) return b;
  return { exact: addColumns(a.exact, b.exact), rounded: addColumns(a.rounded, b.rounded) };
}

export function minus(a: Additions, b: Additions): Additions {
  return { exact: subtractColumns(a.exact, b.exact), rounded: subtractColumns(a.rounded, b.rounded) };
}

export function isNothing({ exact }: Additions): boolean {
  return ADDED_COLUMNS.every((column) => exact[column] === 0n);
}

/** USD of a part, storage included. */
export function costOf({ costs }: HourPart, clamped: readonly Measured[] = []): Amount {
  let cost = 0n;
  for (const measured of MEASURED) if (!clamped.includes(measured)) cost += costs[measured];
  return cost;
}

/** Made once for each part: a part is in hundreds of sums. */
const additions = new WeakMap<HourPart, Additions>();

function additionOf(part: HourPart): Additions {
  const known = additions.get(part);
  if (known !== undefined) return known;
  const made = makeAddition(part, []);
  additions.set(part, made);
  return made;
}

function makeAddition(part: HourPart, clamped: readonly Measured[]): Additions {
  const amountOf = (measured: Measured): Amount => (clamped.includes(measured) ? 0n : part.amounts[measured]);
  const exact = {
    cpu_hours: amountOf('cpu'),
    gpu_hours: amountOf('gpu'),
    ram_gb_hours: amountOf('ram'),
    cost: costOf(part, clamped),
  };
  const rounded = {
    cpu_hours: roundAmount(exact.cpu_hours, COMPARED_MEASURES.cpu_hours),
    gpu_hours: roundAmount(exact.gpu_hours, COMPARED_MEASURES.gpu_hours),
    ram_gb_hours: roundAmount(exact.ram_gb_hours, COMPARED_MEASURES.ram_gb_hours),
    cost: roundAmount(exact.cost, COMPARED_MEASURES.cost),
  };
  return { exact, rounded };
}

function addColumns(a: ByColumn<bigint>, b: ByColumn<bigint>): ByColumn<bigint> {
  return {
    cpu_hours: a.cpu_hours + b.cpu_hours,
    gpu_hours: a.gpu_hours + b.gpu_hours,
    ram_gb_hours: a.ram_gb_hours + b.ram_gb_hours,
    cost: a.cost + b.cost,
  };
}

function subtractColumns(a: ByColumn<bigint>, b: ByColumn<bigint>): ByColumn<bigint> {
  return {
    cpu_hours: a.cpu_hours - b.cpu_hours,
    gpu_hours: a.gpu_hours - b.gpu_hours,
    ram_gb_hours: a.ram_gb_hours - b.ram_gb_hours,
    cost: a.cost - b.cost,
  };
}
