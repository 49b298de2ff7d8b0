import { allocateCents, type Cents } from '../allocate-cents.ts';
import type { Quantity } from '../decimal.ts';
import type { UsageMonth } from '../time.ts';

/**
 * What a line of a statement is for, in the order in which they are shown.
 *
 * - `usage`: usage of the statement's month, at list prices
 * - `late_usage`: usage of a closed month that came, or was corrected, after that month was closed
 * - `re_rating`: what a later price makes of usage that closed months billed
 * - `model_effect`: what tiers, packages and included quantities make of a month of the whole account
 */
export const STATEMENT_LINE_KINDS = ['usage', 'late_usage', 're_rating', 'model_effect'] as const;
export type StatementLineKind = (typeof STATEMENT_LINE_KINDS)[number];

/** An exact part of a statement. */
export type StatementPart = {
  readonly kind: StatementLineKind;
  /** The month of the usage: the statement's own, or the closed one that is adjusted. */
  readonly usageMonth: UsageMonth;
  readonly meter: string;
  /** Undefined for a model effect, which is of the whole account. */
  readonly userId: string | undefined;
  /** Undefined where the part changes no quantity. */
  readonly quantity: Quantity | undefined;
  /** USD; negative for a credit. */
  readonly amountExact: Quantity;
};

/** A part with its place (from 1) and its share of the statement's cents. */
export type StatementLine = StatementPart & { readonly position: number; readonly amount: Cents };

/** The lines add up: their exact amounts to the exact total, their amounts to the total. */
export type BuiltStatement<P extends StatementPart> = {
  readonly lines: readonly (P & StatementLine)[];
  readonly totalExact: Quantity;
  /** `totalExact` rounded once, half away from zero. */
  readonly total: Cents;
};

/**
 * Puts the parts of a month's statement in order and gives them their cents by largest remainder. The same parts in any
 * order give the same lines. Parts that change neither a quantity nor an amount are left out.
 *
 * @param month the statement's month: its own lines come first, then each closed month that is adjusted, oldest first.
 * @param parts at most one of each kind, usage month, meter and user.
 */
export function buildStatement<P extends StatementPart>(month: UsageMonth, parts: readonly P[]): BuiltStatement<P> {
  const ordered = parts
    .filter(({ quantity, amountExact }) => amountExact !== 0n || (quantity ?? 0n) !== 0n)
    .sort((a, b) => compareParts(month, a, b));
  // One key for all: among equal remainders the place decides, and the places are in order.
  const allocation = allocateCents(ordered.map(({ amountExact }) => ({ key: '', exact: amountExact })));
  return {
    lines: ordered.map((part, place) => ({
      ...part,
      position: place + 1,
      amount: allocation.parts[place]?.cents ?? 0n,
    })),
    totalExact: ordered.reduce((sum, { amountExact }) => sum + amountExact, 0n),
    total: allocation.total,
  };
}

function compareParts(month: UsageMonth, a: StatementPart, b: StatementPart): number {
  const isAdjustment = Number(a.usageMonth !== month) - Number(b.usageMonth !== month);
  return (
    isAdjustment ||
    a.usageMonth - b.usageMonth ||
    STATEMENT_LINE_KINDS.indexOf(a.kind) - STATEMENT_LINE_KINDS.indexOf(b.kind) ||
    compareTexts(a.meter, b.meter) ||
    compareTexts(a.userId ?? '', b.userId ?? '')
  );
}

/** By code unit: the same on every machine, whatever its language. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
