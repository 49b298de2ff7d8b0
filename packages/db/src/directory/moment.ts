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

/** The time in which something shall have been so. */
export type Moments = Since & {
  /** RFC 3339, not after now; until now and on when not given. Needs `from`. */
  readonly until?: string | undefined;
};

/**
 * The moment from which on something changes, in the form that the database takes.
 *
 * @throws RequestError MOMENT_IN_FUTURE, REASON_REQUIRED, and MOMENT_TOO_OLD where the ledger need not hold the usage
 * any more: what has left it cannot be moved.
 */
export function momentOf({ from, reason }: Since, now: string): string {
  if (from === undefined) return now;
  const moment = pastMomentOf(from, now);
  if (micros(moment) < micros(now) - LEDGER_RETENTION)
    throw new RequestError('MOMENT_TOO_OLD', `the ledger reaches back ${LEDGER_RETENTION_DAYS} days`);
  requireReason(reason);
  return moment;
}

/**
 * A time that begins in the past, and its end, null where it goes on; undefined when it is about now.
 *
 * @throws RequestError as {@link momentOf}; INVALID_REQUEST for an end that is not after the begin.
 */
export function momentsOf(
  { from, until, reason }: Moments,
  now: string,
): { readonly from: string; readonly until: string | null } | undefined {
  if (from === undefined) {
    if (until !== undefined) throw new RequestError('INVALID_REQUEST', 'until needs from');
    return undefined;
  }
  const since = momentOf({ from, reason }, now);
  if (until === undefined) return { from: since, until: null };
  const end = pastMomentOf(until, now);
  if (end <= since) throw new RequestError('INVALID_REQUEST', 'until must be after from');
  return { from: since, until: end };
}

/** Counted usage does not change hands without a reason. @throws RequestError REASON_REQUIRED */
export function requireReasonToMove({ eventCount }: { readonly eventCount: number }, reason: string | undefined): void {
  if (eventCount > 0) requireReason(reason);
}

function requireReason(reason: string | undefined): void {
  if (reason === undefined || reason.trim() === '')
    throw new RequestError('REASON_REQUIRED', 'say in reason why the past is changed');
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
