import { parseDecimal } from '../../format/decimal.ts';
import { Change } from '../../parts/change.tsx';

/** How much more or less a total is than the month before came to, for below a figure. */
export function MonthBefore({ now, before }: { readonly now: string; readonly before: string }) {
  if (parseDecimal(before) === 0n) return 'nothing in the month before';
  return (
    <>
      <Change now={now} before={before} /> on the month before
    </>
  );
}
