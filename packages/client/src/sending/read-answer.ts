import type { Problem } from '../refusal.ts';
import type { HttpAnswer } from './post-events.ts';

/** What ingest said about one event of a request. */
export type EventAnswer = {
  readonly index: number;
  readonly problems: readonly Problem[];
  /** Set where it can be taken later as it is. */
  readonly retryAfterMs: number | undefined;
};

/** What an answer means. */
export type Answer =
  /** Every event was judged: those that are not named are on disk. */
  | { readonly kind: 'judged'; readonly events: readonly EventAnswer[] }
  /** Something in the request makes all of it unacceptable; certainly so when ingest says that it is an event. */
  | { readonly kind: 'refused'; readonly problem: Problem; readonly isCertain: boolean }
  /** The key may not send this, or nothing any more. */
  | { readonly kind: 'key'; readonly problem: Problem }
  /** Not now. */
  | { readonly kind: 'busy'; readonly problem: Problem; readonly retryAfterMs: number | undefined }
  /** A mistake on the other side, or an answer that is not from ingest. */
  | { readonly kind: 'failed'; readonly problem: Problem; readonly isLasting: boolean };

/** Something in the request, not the address: of ingest, or of what filters requests before it. */
const REFUSING = new Set([400, 403, 413, 422]);

/** What ingest says of a request because of the events in it. */
const CERTAIN_CODES: ReadonlySet<string | undefined> = new Set([
  'INVALID_JSON',
  'NO_USABLE_EVENT',
  'BODY_TOO_LARGE',
  'TOO_MANY_EVENTS',
  'TOO_MANY_VALUES',
]);

/** Statuses that pass by themselves; others of 4xx and 3xx do when somebody has repaired what is wrong. */
const PASSING = new Set([408, 425]);

/** Longest part of an answer that is shown. */
const SHOWN_LENGTH_MAX = 300;

/** @param count events of the request. */
export function readAnswer({ status, text, retryAfterMs }: HttpAnswer, count: number): Answer {
  const body = parseObject(text);
  const code = typeof body.code === 'string' ? body.code : undefined;
  const detail = typeof body.detail === 'string' ? body.detail : text.slice(0, SHOWN_LENGTH_MAX);
  const problem = { code: code ?? `HTTP_${status}`, pointer: '', detail };
  const judged = readJudgement(body.errors, count);
  const isAllJudged = judged !== undefined && judged.length === count;

  if (status === 202) {
    // A number that does not add up is not from ingest, or not about this request.
    const isWhole = judged !== undefined && body.accepted === count - judged.length && body.rejected === judged.length;
    if (isWhole) return { kind: 'judged', events: judged };
    return { kind: 'failed', problem: { ...problem, detail: `unexpected answer: ${detail}` }, isLasting: true };
  }
  if (status === 503 && code === 'EVENTS_TOO_EARLY' && isAllJudged) return { kind: 'judged', events: judged };
  if (status === 429 || status === 503) return { kind: 'busy', problem, retryAfterMs };
  if (status === 401 || (status === 403 && code !== undefined)) return { kind: 'key', problem };
  if (code === 'NO_USABLE_EVENT' && isAllJudged) return { kind: 'judged', events: judged };
  if (REFUSING.has(status)) return { kind: 'refused', problem, isCertain: CERTAIN_CODES.has(code) };
  return { kind: 'failed', problem, isLasting: status < 500 && !PASSING.has(status) };
}

/** One entry for each event that is named; `undefined` when the list is not what ingest writes. */
function readJudgement(errors: unknown, count: number): readonly EventAnswer[] | undefined {
  if (!Array.isArray(errors)) return undefined;
  const events = new Map<number, { index: number; problems: Problem[]; retryAfterMs: number | undefined }>();
  for (const error of errors) {
    const { index, code, pointer, detail, retryAfterSeconds } = toRecord(error);
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= count) return undefined;
    if (typeof code !== 'string') return undefined;
    const event = events.get(index) ?? { index, problems: [], retryAfterMs: undefined };
    event.problems.push({ code, pointer: toText(pointer), detail: toText(detail) });
    if (typeof retryAfterSeconds === 'number') event.retryAfterMs = retryAfterSeconds * 1_000;
    events.set(index, event);
  }
  return [...events.values()];
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return toRecord(JSON.parse(text));
  } catch {
    return {};
  }
}

function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
