import { type Amount, roundAmount } from './amount.ts';
import { COMPARED_MEASURES } from './causes.ts';
import type { HourPart, Measured } from './facts.ts';

/** The columns that the application's job adds to, hour by hour and namespace by namespace. */
export const ADDED_COLUMNS = ['cpu_hours', 'gpu_hours', 'ram_gb_hours', 'cost'] as const;

export type AddedColumn = (typeof ADDED_COLUMNS)[number];

type ByColumn<T> = Readonly<Record<AddedColumn, T>>;

/** What additions come to: exactly, and with each of them rounded to what the column holds, as the job leaves it. */
export type Additions = { readonly exact: ByColumn<Amount>; readonly rounded: ByColumn<bigint> };

export const NOTHING: Additions = byColumn(() => [0n, 0n]);

/** What the job adds for some parts. @param clamped measures that it takes for zero. */
export function addUp(parts: readonly HourPart[], clamped: readonly Measured[] = []): Additions {
  return parts.reduce((sum, part) => plus(sum, additionOf(part, clamped)), NOTHING);
}

export function plus(a: Additions, b: Additions): Additions {
  return byColumn((column) => [a.exact[column] + b.exact[column], a.rounded[column] + b.rounded[column]]);
}

export function minus(a: Additions, b: Additions): Additions {
  return byColumn((column) => [a.exact[column] - b.exact[column], a.rounded[column] - b.rounded[column]]);
}

export function isNothing({ exact }: Additions): boolean {
  return ADDED_COLUMNS.every((column) => exact[column] === 0n);
}

/** USD of a part, storage included. */
export function costOf({ costs }: HourPart, clamped: readonly Measured[] = []): Amount {
  let cost = 0n;
  for (const measured of ['cpu', 'gpu', 'ram', 'online', 'offline'] as const)
    if (!clamped.includes(measured)) cost += costs[measured];
  return cost;
}

function additionOf(part: HourPart, clamped: readonly Measured[]): Additions {
  const amountOf = (measured: Measured): Amount => (clamped.includes(measured) ? 0n : part.amounts[measured]);
  const exact = {
    cpu_hours: amountOf('cpu'),
    gpu_hours: amountOf('gpu'),
    ram_gb_hours: amountOf('ram'),
    cost: costOf(part, clamped),
  };
  return byColumn((column) => [exact[column], roundAmount(exact[column], COMPARED_MEASURES[column])]);
}

function byColumn(valuesOf: (column: AddedColumn) => readonly [exact: Amount, rounded: bigint]): Additions {
  const [cpu, gpu, ram, cost] = [
    valuesOf('cpu_hours'),
    valuesOf('gpu_hours'),
    valuesOf('ram_gb_hours'),
    valuesOf('cost'),
  ];
  return {
    exact: { cpu_hours: cpu[0], gpu_hours: gpu[0], ram_gb_hours: ram[0], cost: cost[0] },
    rounded: { cpu_hours: cpu[1], gpu_hours: gpu[1], ram_gb_hours: ram[1], cost: cost[1] },
  };
}
