import { addDays, formatDay } from '../../format/date.ts';

export type Validity = { readonly validFrom: string; readonly validTo: string | null };

/** Whether something is in force on a day: now, later, or no more. */
export type ValidityState = 'now' | 'upcoming' | 'past';

/** @param day `2026-11-22` */
export function stateOf({ validFrom, validTo }: Validity, day: string): ValidityState {
  if (day < validFrom) return 'upcoming';
  return validTo === null || day < validTo ? 'now' : 'past';
}

/** The last day: the api names the one after it, people do not. */
export function lastDayOf(validTo: string): string {
  return addDays(validTo, -1);
}

/** `from Nov 1, 2026`, `from Nov 1, 2026 to Nov 30, 2026` */
export function describeDays(firstDay: string, endDay: string | null): string {
  const from = `from ${formatDay(firstDay)}`;
  return endDay === null ? from : `${from} to ${formatDay(lastDayOf(endDay))}`;
}
