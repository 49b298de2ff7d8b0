import type { EventProblem } from './errors.ts';
import {
  CLOCK_AHEAD_MAX,
  EARLY_WAIT_MAX,
  LEDGER_RETENTION,
  LEDGER_RETENTION_DAYS,
  SOURCE_LENGTH_MAX,
  SUBJECT_LENGTH_MAX,
} from './limits.ts';
import { isName } from './text.ts';
import { type Micros, parseTime } from './time.ts';
import { isUserId } from './user-id.ts';

/** `urn:hopsworks:cluster:` comes before the cluster's id in every source. */
export const CLUSTER_SOURCE_PREFIX = 'urn:hopsworks:cluster:';

/** Notes a text that cannot be an identifier of at most `max` characters. */
export function checkName(text: string, pointer: string, max: number, problems: EventProblem[]): void {
  if (!isName(text, max)) problems.push(invalidText(pointer, text, max));
}

/** Notes a text that cannot be the id of a user. */
export function checkUserId(text: string, pointer: string, problems: EventProblem[]): void {
  if (isUserId(text)) return;
  const isPlace = isName(text, SUBJECT_LENGTH_MAX);
  problems.push(
    isPlace
      ? { code: 'INVALID_TEXT', pointer, detail: `${text} is no id: in an address it means a place` }
      : invalidText(pointer, text, SUBJECT_LENGTH_MAX),
  );
}

/** Notes a text that people could not read, or that nobody could put on a meter as the name of a GPU model. */
export function checkWords(text: string, pointer: string, max: number, problems: EventProblem[]): void {
  if (!isName(text, max)) problems.push(invalidText(pointer, text, max));
  else if (text.trim() === '') problems.push({ code: 'INVALID_TEXT', pointer, detail: 'must not be white space only' });
}

/** Returns what follows the cluster in the source. Below a cluster means after `/` or `:`. */
export function readSource(source: string, clusterId: string, problems: EventProblem[]): string {
  const own = CLUSTER_SOURCE_PREFIX + clusterId;
  if (source === own) return '';
  if (!isName(source, SOURCE_LENGTH_MAX)) problems.push(invalidText('/source', source, SOURCE_LENGTH_MAX));
  else if (!source.startsWith(`${own}/`) && !source.startsWith(`${own}:`))
    problems.push({ code: 'FOREIGN_SOURCE', pointer: '/source', detail: `expected ${own} or a source below it` });
  return source.slice(own.length);
}

/** The window of an event, or the instant of one without a window. */
export function readTimes(
  time: string | undefined,
  window: { readonly start: string; readonly end: string } | undefined,
  now: Micros,
  problems: EventProblem[],
): { start: Micros; end: Micros } {
  if (window === undefined) {
    const at = readInstant(time, 'an event without a window needs its time', now, problems);
    return { start: at, end: at };
  }
  if (time !== undefined) readTime(time, '/time', now, problems);
  const start = readTime(window.start, '/data/window/start', now, problems);
  const end = readTime(window.end, '/data/window/end', now, problems);
  if (start === undefined || end === undefined) return { start: 0, end: 0 };
  if (end <= start)
    problems.push({ code: 'INVALID_WINDOW', pointer: '/data/window', detail: 'the end must be after the start' });
  refuseOld(start, '/data/window/start', now, problems);
  return { start, end };
}

/** The time of an event that needs one, and why it does. */
export function readInstant(
  time: string | undefined,
  whyNeeded: string,
  now: Micros,
  problems: EventProblem[],
): Micros {
  if (time === undefined) problems.push({ code: 'MISSING_FIELD', pointer: '/time', detail: whyNeeded });
  const at = time === undefined ? undefined : readTime(time, '/time', now, problems);
  if (at !== undefined) refuseOld(at, '/time', now, problems);
  return at ?? 0;
}

/** A time that is not ahead of our clock; `undefined`, and noted, where it is no time. */
export function readTime(text: string, pointer: string, now: Micros, problems: EventProblem[]): Micros | undefined {
  const micros = parseTime(text);
  if (micros === undefined) {
    problems.push({ code: 'INVALID_TIME', pointer, detail: 'expected RFC 3339 such as 2026-11-22T13:00:00Z' });
    return undefined;
  }
  if (micros > now + CLOCK_AHEAD_MAX)
    problems.push({
      code: 'TIME_IN_FUTURE',
      pointer,
      detail: 'more than 5 minutes ahead of our clock',
      ...(micros - CLOCK_AHEAD_MAX - now > EARLY_WAIT_MAX ? {} : { passesAt: micros - CLOCK_AHEAD_MAX }),
    });
  return micros;
}

function refuseOld(start: Micros, pointer: string, now: Micros, problems: EventProblem[]): void {
  if (start < now - LEDGER_RETENTION)
    problems.push({ code: 'TIME_TOO_OLD', pointer, detail: `older than ${LEDGER_RETENTION_DAYS} days` });
}

function invalidText(pointer: string, text: string, max: number): EventProblem {
  const detail =
    text.length > max
      ? `${text.length} characters, at most ${max} are allowed`
      : 'must not be empty nor hold control characters or lone surrogates';
  return { code: 'INVALID_TEXT', pointer, detail };
}
