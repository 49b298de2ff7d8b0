import { WINDOWS_DAYS_MAX, WINDOWS_MICROS_MAX } from '@hopsmeter/db';
import { MICROS_PER_DAY, type Micros } from '@hopsmeter/usage';
import { RANGE_DAYS_MAX } from '../../contract/parameters.ts';
import { type Question, refuse } from './question.ts';
import type { WindowSize } from './windows.ts';

/** Zones whose days are those of UTC, in all the spellings that the zone database has. */
const UTC_ZONES = new Set([
  'UTC',
  'Etc/UTC',
  'UCT',
  'Etc/UCT',
  'GMT',
  'Etc/GMT',
  'Zulu',
  'Etc/Zulu',
  'Etc/Universal',
  'Z',
]);

/** `Europe/Stockholm`. Postgres takes `CET` and `+01:00` too, for something else than what is meant. */
const ZONE_NAME = /^[A-Za-z_]+(?:\/[A-Za-z0-9_+-]+)+$/;

/**
 * Where the values of a question are found: in the rollup, which knows UTC days, or in the ledger, which knows
 * everything.
 */
export type Source =
  | { readonly kind: 'rollup'; readonly windowSize: Exclude<WindowSize, 'HOUR'> | undefined }
  | { readonly kind: 'ledger'; readonly windowSize: WindowSize | undefined; readonly timeZone: string };

/** Chooses the rollup where it has the answer. @throws ParameterError for what is no time zone. */
export function chooseSource({ from, windowSize, windowTimeZone = 'UTC' }: Question, to: Micros): Source {
  const isUtc = UTC_ZONES.has(windowTimeZone);
  if (!isUtc && !isZone(windowTimeZone))
    throw refuse('windowTimeZone', 'INVALID_CHOICE', 'expected a time zone such as Europe/Stockholm');
  const isOfDays = [from ?? 0, to].every((moment) => moment % MICROS_PER_DAY === 0);
  // One value for all of it is the same in every zone.
  if (isOfDays && windowSize !== 'HOUR' && (isUtc || windowSize === undefined)) return { kind: 'rollup', windowSize };
  return { kind: 'ledger', windowSize, timeZone: isUtc ? 'UTC' : windowTimeZone };
}

/** Where a question begins that does not say it. */
export function beginningBefore(to: Micros, { kind }: Source): Micros {
  return to - (kind === 'rollup' ? RANGE_DAYS_MAX : WINDOWS_DAYS_MAX) * MICROS_PER_DAY;
}

/** @throws ParameterError for a range that ends before it begins, and for one that is too long for its source */
export function checkRange(from: Micros, to: Micros, { kind }: Source): void {
  if (to <= from) throw refuse('to', 'INVALID_RANGE', 'expected a moment after from; to is exclusive');
  if (kind === 'rollup' && to - from > RANGE_DAYS_MAX * MICROS_PER_DAY)
    throw refuse('to', 'RANGE_TOO_LONG', `expected at most ${RANGE_DAYS_MAX} days after from`);
  if (kind === 'ledger' && to - from > WINDOWS_MICROS_MAX)
    throw refuse(
      'to',
      'RANGE_TOO_LONG',
      `expected at most ${WINDOWS_DAYS_MAX} days after from for hours, for time zones other than UTC and ` +
        'for a time of day',
    );
}

function isZone(name: string): boolean {
  if (!ZONE_NAME.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
