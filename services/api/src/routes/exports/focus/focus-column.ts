import type { Charge } from '@hopsmeter/db';
import { QUANTITY_DECIMALS, type Quantity } from '@hopsmeter/usage';

/** The versions of FOCUS that are written, the usual one first. */
export const FOCUS_VERSIONS = ['1.2', '1.4'] as const;
export type FocusVersion = (typeof FOCUS_VERSIONS)[number];

/** What the columns are filled from: a charge, and the month of the export. */
export type FocusRow = Charge & {
  /** First day of the month, and of the one after it. */
  readonly monthFrom: string;
  readonly monthTo: string;
};

type Column<Type extends string, Value> = {
  /** As FOCUS calls it; `x_` where it is ours. */
  readonly name: string;
  readonly type: Type;
  /** Whether a row may have none. */
  readonly nullable: boolean;
  /** In which versions it is; in all of them when not given. */
  readonly versions?: readonly FocusVersion[];
  /** What it is made of, for the documentation. */
  readonly from: string;
  readonly value: (row: FocusRow) => Value | null;
};

/** The product of two decimals of 12, in units of 10⁻²⁴. */
export type Product = bigint;

/** Decimals of a column: those of a quantity, or those of a product of two. */
export const DECIMALS = { decimal: QUANTITY_DECIMALS, product: 2 * QUANTITY_DECIMALS } as const;

/** A column: text, an exact decimal with 12 decimals, a product with 24, or a time (`2026-11-22T00:00:00Z`). */
export type FocusColumn =
  | Column<'string', string>
  | Column<'decimal', Quantity>
  | Column<'product', Product>
  | Column<'datetime', string>;

/** Midnight UTC of a day, as FOCUS writes times. */
export function midnight(day: string): string {
  return `${day}T00:00:00Z`;
}
