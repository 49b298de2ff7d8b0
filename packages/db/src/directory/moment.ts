import {
  formatTime,
  LEDGER_RETENTION,
  LEDGER_RETENTION_DAYS,
  type Micros,
  parseTime,
  RequestError,
} from '@hopsmeter/usage';

/** When a change shall take effect. */
export type Since = {
  /** RFC 3339; from now on when not given. */
  readonly from?: string | undefined;
  /** Why; a change of the past needs one. */
  readonly reason?: string | undefined;
};

/**
 * The moment from which on something changes, in the form that the database takes.
 *
 * @throws RequestError MOMENT_IN_FUTURE, REASON_REQUIRED, and MOMENT_TOO_OLD where the ledger need not hold the usage
 * any more: what has left it can not be moved.
 */
export function momentOf({ from, reason }: Since, now: string): string {
  if (from === undefined) return now;
  const moment = pastMomentOf(from, now);
  if (micros(moment) < micros(now) - LEDGER_RETENTION)
    throw new RequestError('MOMENT_TOO_OLD', `the ledger reaches back ${LEDGER_RETENTION_DAYS} days`);
  if (reason === undefined || reason.trim() === '')
    throw new RequestError('REASON_REQUIRED', 'say in reason why the past is changed');
  return moment;
}

/** A moment that is not after now, in the form that the database takes. @throws RequestError MOMENT_IN_FUTURE */
export function pastMomentOf(text: string, now: string): string {
  const moment = micros(text);
  if (moment > micros(now)) throw new RequestError('MOMENT_IN_FUTURE', `it is ${now} now`);
  return formatInstant(moment);
}

/** As the database writes instants: always six decimals, so that equal moments are equal texts, in order of time. */
function formatInstant(moment: Micros): string {
  const decimals = String(moment - Math.floor(moment / 1_000_000) * 1_000_000).padStart(6, '0');
  return `${formatTime(moment).slice(0, 'YYYY-MM-DDTHH:MM:SS'.length)}.${decimals}Z`;
}

function micros(text: string): Micros {
  const time = parseTime(text);
  if (time === undefined) throw new RangeError(`${text} is no RFC 3339 time`);
  return time;
}
