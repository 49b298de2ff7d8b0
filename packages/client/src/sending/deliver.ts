import type { ClientProblem } from '../client-problem.ts';
import type { Counters } from '../client-stats.ts';
import { type PackedEvents, splitPacket, unpackEvents } from '../events/packed-events.ts';
import type { Problem, Refusal } from '../refusal.ts';
import type { Outcome } from './batch.ts';
import { backoffMs, earlyMs, type Pace, patientMs, politeMs } from './pace.ts';
import { type HttpAnswer, NoAnswerError, type Poster } from './post-events.ts';
import { type Answer, type EventAnswer, readAnswer } from './read-answer.ts';

export type DeliverDeps = {
  readonly poster: Poster;
  readonly pace: Pace;
  readonly counters: Counters;
  readonly onProblem: (problem: ClientProblem) => void;
  readonly signal: AbortSignal;
  readonly eventsMax: number;
  readonly bytesMax: number;
};

/**
 * Sends events until each is acknowledged, refused for good, or told to come later; for ever, if need be. A request
 * that is refused as a whole is halved until what makes it unacceptable stands alone.
 *
 * @throws the reason of the signal.
 */
export async function deliver(events: PackedEvents, deps: DeliverDeps): Promise<Outcome> {
  const acceptedBefore = deps.counters.accepted;
  for (;;) {
    const trial: Trial = { acceptedBefore, suspects: [] };
    const outcome = await deliverPart(events, trial, deps);
    const [suspect] = trial.suspects;
    if (suspect === undefined) return outcome;
    if (isInOrder(trial, deps)) return { ...outcome, refused: [...outcome.refused, ...trial.suspects] };
    const retryInMs = patientMs();
    deps.onProblem({ code: 'REQUEST_REFUSED', message: describeProblem(suspect.problems[0]), retryInMs });
    await deps.pace.wait(retryInMs);
    deps.counters.retries += 1;
  }
}

/**
 * Events that were refused, but not by ingest: a filter before it dislikes what they say, or it dislikes everything.
 * The former, when anything else was taken meanwhile.
 */
type Trial = { readonly acceptedBefore: number; readonly suspects: Refusal[] };

/** After so many, and nothing taken, it is everything; halving on would be a thousand requests. */
const SUSPECTS_MAX = 3;

function isInOrder({ acceptedBefore }: Trial, { counters }: DeliverDeps): boolean {
  return counters.accepted > acceptedBefore;
}

async function deliverPart(events: PackedEvents, trial: Trial, deps: DeliverDeps): Promise<Outcome> {
  if (trial.suspects.length >= SUSPECTS_MAX && !isInOrder(trial, deps)) return NOTHING_NAMED;
  const isTooLarge = events.count > deps.eventsMax || events.bytes.length > deps.bytesMax;
  if (isTooLarge && events.count > 1) return deliverHalves(events, trial, deps);
  for (let attempt = 0; ; attempt++) {
    if (attempt > 0) deps.counters.retries += 1;
    await deps.pace.pass();
    const answer = await ask(events, attempt, deps);
    if (answer === undefined) continue;
    if (answer.kind === 'judged') return readOutcome(events, answer.events, deps);
    if (answer.kind === 'refused') {
      if (events.count > 1) return deliverHalves(events, trial, deps);
      const refused = unpackEvents(events).map((text) => toRefusal(text, [answer.problem]));
      if (answer.isCertain) return { ...NOTHING_NAMED, refused };
      trial.suspects.push(...refused);
      return NOTHING_NAMED;
    }
    await waitAfter(events, answer, attempt, deps);
  }
}

async function deliverHalves(events: PackedEvents, trial: Trial, deps: DeliverDeps): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const half of splitPacket(events, Math.ceil(events.count / 2)))
    outcomes.push(await deliverPart(half, trial, deps));
  return {
    refused: outcomes.flatMap(({ refused }) => refused),
    early: outcomes.flatMap(({ early }) => early),
    retryAfterMs: Math.min(...outcomes.map(({ retryAfterMs }) => retryAfterMs)),
  };
}

/** One request; `undefined` when there was no answer and the wait for the next attempt is over. */
async function ask(events: PackedEvents, attempt: number, deps: DeliverDeps): Promise<Answer | undefined> {
  const { poster, pace, counters, onProblem, signal } = deps;
  let answer: HttpAnswer;
  try {
    counters.requests += 1;
    answer = await poster.post(events);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NoAnswerError) counters.unanswered += events.count;
    // The server has closed an idle connection just then, which is no failure.
    if (error instanceof NoAnswerError && error.isStaleConnection && attempt === 0) return undefined;
    const retryInMs = backoffMs(attempt);
    onProblem({ code: 'NO_ANSWER', message: error instanceof Error ? error.message : String(error), retryInMs });
    await pace.wait(retryInMs);
    return undefined;
  }
  return readAnswer(answer, events.count);
}

type Waiting = Extract<Answer, { kind: 'key' | 'busy' | 'failed' }>;

/** Waits as long as an answer asks for, alone or with everybody. */
async function waitAfter(
  { count }: PackedEvents,
  answer: Waiting,
  attempt: number,
  { pace, counters, onProblem }: DeliverDeps,
): Promise<void> {
  const message = describeProblem(answer.problem);
  if (answer.kind === 'failed') {
    counters.unanswered += count;
    const retryInMs = answer.isLasting ? patientMs() : backoffMs(attempt);
    onProblem({ code: answer.isLasting ? 'REQUEST_REFUSED' : 'NO_ANSWER', message, retryInMs });
    await pace.wait(retryInMs);
    return;
  }
  const retryInMs = answer.kind === 'key' ? patientMs() : askedMs(answer.retryAfterMs, attempt);
  onProblem({ code: answer.kind === 'key' ? 'KEY_REFUSED' : 'BUSY', message, retryInMs });
  pace.pauseAll(retryInMs);
}

function askedMs(retryAfterMs: number | undefined, attempt: number): number {
  return retryAfterMs === undefined ? backoffMs(attempt) : politeMs(retryAfterMs);
}

function describeProblem(problem: Problem | undefined): string {
  return problem === undefined ? '' : `${problem.code}: ${problem.detail}`;
}

const NOTHING_NAMED: Outcome = { refused: [], early: [], retryAfterMs: Number.POSITIVE_INFINITY };

function readOutcome(events: PackedEvents, named: readonly EventAnswer[], { counters }: DeliverDeps): Outcome {
  counters.accepted += events.count - named.length;
  if (named.length === 0) return NOTHING_NAMED;
  const texts = unpackEvents(events);
  const early = named.flatMap(({ index, retryAfterMs }) =>
    retryAfterMs === undefined ? [] : [{ text: texts[index] ?? '', retryAfterMs }],
  );
  return {
    refused: named
      .filter(({ retryAfterMs }) => retryAfterMs === undefined)
      .map(({ index, problems }) => toRefusal(texts[index] ?? '', problems)),
    early: early.map(({ text }) => text),
    retryAfterMs: earlyMs(Math.min(...early.map(({ retryAfterMs }) => retryAfterMs))),
  };
}

function toRefusal(text: string, problems: readonly Problem[]): Refusal {
  const event: unknown = JSON.parse(text);
  const id = typeof event === 'object' && event !== null && 'id' in event ? String(event.id) : '';
  return { id, problems, event };
}
