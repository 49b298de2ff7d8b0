import { divideHalfAway } from './decimal.ts';

/**
 * Rounds the sum of the parts to whole units once, half away from zero, and gives each part its units by largest
 * remainder (Hamilton's method), so that what is shown adds up. Each part is less than one unit away from its exact
 * amount, and a part that is whole units keeps them. Parts with equal remainders are served in the order of their keys
 * (as text, by code unit), then of their places, so that the same parts always get the same units.
 *
 * @param unit what one unit is, on the scale of the exact amounts; more than zero.
 * @returns the units of the sum, and those of each part in the order in which they came.
 */
export function allocate(
  parts: readonly { readonly key: string; readonly exact: bigint }[],
  unit: bigint,
): { readonly total: bigint; readonly shares: readonly bigint[] } {
  let exactTotal = 0n;
  let floorTotal = 0n;
  const shares = parts.map(({ key, exact }) => {
    const units = divideFloor(exact, unit);
    exactTotal += exact;
    floorTotal += units;
    return { key, units, remainder: exact - units * unit };
  });
  const total = divideHalfAway(exactTotal, unit);
  // Between 0 and the number of parts with a remainder: every floor is below its amount by less than a unit. Sorting
  // keeps equals in their places.
  const unitsLeft = Number(total - floorTotal);
  for (const share of [...shares].sort(byNeed).slice(0, unitsLeft)) share.units += 1n;
  return { total, shares: shares.map(({ units }) => units) };
}

type Share = { readonly key: string; readonly remainder: bigint };

function byNeed(a: Share, b: Share): number {
  if (a.remainder !== b.remainder) return a.remainder > b.remainder ? -1 : 1;
  if (a.key === b.key) return 0;
  return a.key < b.key ? -1 : 1;
}

function divideFloor(exact: bigint, unit: bigint): bigint {
  const towardsZero = exact / unit;
  return exact < 0n && exact % unit !== 0n ? towardsZero - 1n : towardsZero;
}
