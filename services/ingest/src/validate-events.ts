import type { ProblemItem } from '@hopsmeter/runtime';
import {
  type EventErrorCode,
  type EventProblem,
  formatTime,
  MICROS_PER_MS,
  type Micros,
  type ParseContext,
  parseEvent,
  type ReportedEvent,
} from '@hopsmeter/usage';
import { PROBLEMS_MAX } from './limits.ts';
import type { Steps } from './turns.ts';

/** A problem of one event of a request, as clients see it. */
export type EventError = ProblemItem & {
  readonly index: number;
  readonly code: EventErrorCode;
  readonly pointer: string;
};

/** An event that was refused, with all that is wrong with it. */
export type RejectedEvent = {
  readonly index: number;
  readonly id: string | undefined;
  readonly problems: readonly EventProblem[];
  /** From when on it can be taken as it is; undefined when it never can. */
  readonly retryAt: Micros | undefined;
};

export type ValidatedEvents = {
  readonly accepted: readonly ReportedEvent[];
  readonly rejected: readonly RejectedEvent[];
};

/** Events of one step: they take 0.4 ms. */
const STEP_EVENTS = 100;

/** Checks every event on its own. */
export function* validateEvents(values: readonly unknown[], context: ParseContext): Steps<ValidatedEvents> {
  const accepted: ReportedEvent[] = [];
  const rejected: RejectedEvent[] = [];
  for (const [index, value] of values.entries()) {
    if (index > 0 && index % STEP_EVENTS === 0) yield;
    const parsed = parseEvent(value, context);
    if (parsed.ok) accepted.push(parsed.event);
    else rejected.push(refuse(index, parsed.id, parsed.problems));
  }
  return { accepted, rejected };
}

/** An event that was refused. It can be taken later when all that is wrong with it passes by itself. */
export function refuse(index: number, id: string | undefined, problems: readonly EventProblem[]): RejectedEvent {
  const passing = problems.flatMap(({ passesAt }) => (passesAt === undefined ? [] : [passesAt]));
  return { index, id, problems, retryAt: passing.length === problems.length ? Math.max(...passing) : undefined };
}

/** Seconds until a moment, at least one. */
export function secondsUntil(moment: Micros, now: Micros): number {
  return Math.max(1, Math.ceil((moment - now) / (1_000 * MICROS_PER_MS)));
}

/** Lists the problems: each refused event's first, and as many of its others as leave room for every event. */
export function listErrors(rejected: readonly RejectedEvent[], now: Micros): EventError[] {
  const perEvent = Math.max(1, Math.floor(PROBLEMS_MAX / Math.max(1, rejected.length)));
  return rejected.flatMap(({ index, id, problems, retryAt }) =>
    problems.slice(0, perEvent).map(({ code, pointer, detail }) => ({
      index,
      ...(id === undefined ? {} : { id }),
      code,
      pointer,
      detail,
      ...(retryAt === undefined ? {} : { retryAt: formatTime(retryAt), retryAfterSeconds: secondsUntil(retryAt, now) }),
    })),
  );
}

/** Whether every refused event names the source of another cluster: the request used the wrong key. */
export function areAllForeign(rejected: readonly RejectedEvent[]): boolean {
  return rejected.every(({ problems }) => problems.some(({ code }) => code === 'FOREIGN_SOURCE'));
}
