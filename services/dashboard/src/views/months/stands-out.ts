import { parseDecimal } from '../../format/decimal.ts';

/** An account's month beside the one before, decimal texts. */
export type Compared = {
  readonly total: string;
  readonly previous: string;
  readonly isWaiting: boolean;
};

/** Why a person should look at a statement before it is closed. */
export type Oddity = 'new' | 'gone' | 'grew' | 'fell' | 'negative' | 'waiting';

/** Less than this is not worth looking at, whatever part of the total it is. */
export const CHANGE_USD_MIN = '10';

/** A change of this part of the month before, in percent, stands out. */
export const CHANGE_PERCENT_MIN = 50;

const LEAST = parseDecimal(CHANGE_USD_MIN);

/** What stands out of an account's month; nothing for most. */
export function findOddities({ total, previous, isWaiting }: Compared): readonly Oddity[] {
  const [now, before] = [parseDecimal(total), parseDecimal(previous)];
  return [
    ...changeOf(now, before),
    ...(now < 0n ? (['negative'] as const) : []),
    ...(isWaiting ? (['waiting'] as const) : []),
  ];
}

function changeOf(now: bigint, before: bigint): readonly Oddity[] {
  const difference = now - before;
  const size = difference < 0n ? -difference : difference;
  if (size === 0n) return [];
  if (before === 0n) return ['new'];
  if (now === 0n) return ['gone'];
  const base = before < 0n ? -before : before;
  if (size < LEAST || size * 100n < base * BigInt(CHANGE_PERCENT_MIN)) return [];
  return [difference > 0n ? 'grew' : 'fell'];
}
