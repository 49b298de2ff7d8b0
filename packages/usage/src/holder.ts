import type { Micros } from './time.ts';

/** From `startedAt` (inclusive) to `endedAt` (exclusive); ±Infinity where it is open. */
export type Period = { readonly startedAt: Micros; readonly endedAt: Micros };

/** When something was used; `start` equals `end` for an instant, which counts as the microsecond that it begins. */
export type Window = { readonly start: Micros; readonly end: Micros };

/** A period in which somebody has something. */
export type Holding = Period & { readonly userId: string };

/** Puts periods that do not overlap in the order that the functions of this file search. */
export function inOrder<T extends Period>(periods: readonly T[]): readonly T[] {
  // Not by subtraction: two open ends have no difference.
  return periods.toSorted((a, b) => (a.startedAt === b.startedAt ? 0 : a.startedAt < b.startedAt ? -1 : 1));
}

/** The period of a moment, of periods in order. */
export function inForce<T extends Period>(periods: readonly T[] | undefined, at: Micros): T | undefined {
  return firstOverlap(periods, { start: at, end: at });
}

/** The first period that a window overlaps, of periods in order. */
export function firstOverlap<T extends Period>(periods: readonly T[] | undefined, window: Window): T | undefined {
  const first = periods?.[placeAfter(periods, window.start)];
  return first !== undefined && first.startedAt < endOf(window) ? first : undefined;
}

/**
 * Whose something was in a window, of holdings in order: the user who had it for the longest part of the window, in one
 * holding or several; of equals the one who had it first. Of that user the longest holding, of equals the first.
 *
 * An event is one user's, so it is not divided: nobody knows when in its window the usage took place.
 */
export function findHolder<T extends Holding>(holdings: readonly T[] | undefined, window: Window): T | undefined {
  if (holdings === undefined) return undefined;
  const place = placeAfter(holdings, window.start);
  const until = endOf(window);
  const [first, second] = [holdings[place], holdings[place + 1]];
  if (first === undefined || first.startedAt >= until) return undefined;
  if (second === undefined || second.startedAt >= until) return first;
  return longest(holdings, place, window.start, until);
}

function longest<T extends Holding>(holdings: readonly T[], place: number, start: Micros, until: Micros) {
  const users = new Map<string, { total: Micros; longest: Micros; holding: T }>();
  for (let next = place; next < holdings.length; next++) {
    const holding = holdings[next];
    if (holding === undefined || holding.startedAt >= until) break;
    const overlap = Math.min(holding.endedAt, until) - Math.max(holding.startedAt, start);
    const known = users.get(holding.userId);
    if (known === undefined) {
      users.set(holding.userId, { total: overlap, longest: overlap, holding });
      continue;
    }
    known.total += overlap;
    if (overlap <= known.longest) continue;
    known.longest = overlap;
    known.holding = holding;
  }
  // A map keeps the order in which users came: of equals the first stays.
  return [...users.values()].reduce((best, user) => (user.total > best.total ? user : best)).holding;
}

/** Where the first period stands that ends after a moment; the length when all have ended. */
function placeAfter(periods: readonly Period[], at: Micros): number {
  let [low, high] = [0, periods.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((periods[middle]?.endedAt ?? at) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

function endOf({ start, end }: Window): Micros {
  return end > start ? end : start + 1;
}
