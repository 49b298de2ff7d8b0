import type { Window } from '@hopsmeter/client';
import { type Reach, type Source, SourceError } from '@hopsmeter/sources';
import { isPassing } from '../disk/is-passing.ts';
import type { FollowContext } from '../follow-context.ts';
import { collectWindow } from './collect-window.ts';
import { createFailures, type Failure } from './failures.ts';
import { formatHour, type Hour, hoursOf, parseHour } from './hour.ts';
import type { Journal } from './journal.ts';
import { findRecheck, lookAgain, type RecheckSettings } from './look-again.ts';
import { createLossWarning } from './loss-warning.ts';
import type { MarkFile } from './mark-file.ts';
import { countUnfinished } from './marks.ts';
import { type MissedHours, missHours } from './miss-hours.ts';
import { createOutbox } from './outbox.ts';
import { dueUntil, planWindow } from './plan-window.ts';

export type FollowOptions = {
  readonly source: Source;
  readonly marks: MarkFile;
  readonly journal: Journal;
  /** Default: no window is looked at again. */
  readonly recheck?: RecheckSettings | undefined;
};

export type Follower = {
  /**
   * Works until the signal is aborted.
   *
   * @throws what no waiting repairs: a journal that cannot be read, a spool that another process has taken over.
   */
  run(signal: AbortSignal): Promise<void>;
  /** Hours that are due and not finished, and what is wrong with the source or the spool, where anything is. */
  state(): { readonly hoursBehind: number; readonly failure: Failure | undefined };
};

/** Hours are due by the minute. */
const POLL_MS = 10_000;

/** How far back a source goes changes by the hour. */
const REACH_AGE_MAX_MS = 600_000;

const UNBOUNDED: Reach = { hours: undefined, days: undefined };

/** Collects every window of a source once, whatever fails in between, and reports what it cannot collect. */
export function createFollower({ source, marks, journal, recheck }: FollowOptions, context: FollowContext): Follower {
  const { clock, logger, metrics } = context;
  const outbox = createOutbox({ source: source.name, journal, marks, keepsUsage: recheck !== undefined }, context);
  const failures = createFailures(clock.elapsed);
  let isNewestNext = false;
  const warnOfLoss = createLossWarning(source.name, logger);
  let reach = { known: UNBOUNDED, until: Number.NEGATIVE_INFINITY };

  const readReach = async (signal: AbortSignal): Promise<Reach> => {
    if (source.readReach !== undefined && reach.until <= clock.elapsed())
      reach = { known: await source.readReach(signal), until: clock.elapsed() + REACH_AGE_MAX_MS };
    return reach.known;
  };

  const isLost = ({ hours, days }: Reach, window: Window): boolean => {
    const oldest = hoursOf(window).length > 1 ? days : hours;
    return oldest !== undefined && parseHour(window.start) < oldest;
  };

  /** @returns whether there was something to do. */
  const work = async (signal: AbortSignal): Promise<boolean> => {
    await outbox.sendPending();
    const now = clock.now();
    const hoursBehind = countUnfinished(marks.current(), dueUntil(source, now));
    const known = hoursBehind > 0 ? await readReach(signal) : reach.known;
    warnOfLoss(known, marks.current(), hoursBehind);
    const isResting = (hour: Hour): boolean => failures.isResting(formatHour(hour));
    const plan = (mayMiss: boolean) =>
      planWindow({ source, marks: marks.current(), now, reach: known, mayMiss, isNewestNext, isResting });
    let step = plan(true);
    if (step?.kind === 'miss') {
      if (await miss(step, failures.last(), signal)) return true;
      step = plan(false);
    }
    if (step?.kind === 'collect') {
      const { window } = step;
      const lose = (failure: Failure) => miss({ hours: hoursOf(window), why: 'not_known' }, failure, signal);
      await attempt(window.start, () => collectWindow(source, window, hoursBehind, outbox, context, signal), lose);
      isNewestNext = !isNewestNext;
      return true;
    }
    return recheck !== undefined && (await workAgain(recheck, now, signal));
  };

  const workAgain = async (settings: RecheckSettings, now: number, signal: AbortSignal): Promise<boolean> => {
    const keyOf = ({ start }: Window): string => `again ${start}`;
    const window = await findRecheck(journal, marks.current(), now, settings, (other) =>
      failures.isResting(keyOf(other)),
    );
    // By a clock that is ahead it would be too early, and the last look.
    if (window === undefined || !(await context.isTimeConfirmed(signal))) return false;
    // What was sent stays as it is where nobody can look again.
    const lose = async (): Promise<true> => {
      await journal.remove('usage', window);
      const hint = 'what was sent stays billed as it is';
      logger.warn({ source: source.name, ...window, hint }, 'the source cannot be asked again for a window');
      return true;
    };
    const look = () => lookAgain(source, window, settings, journal, outbox, context, signal);
    if (isLost(await readReach(signal), window)) await lose();
    else await attempt(keyOf(window), look, lose);
    return true;
  };

  /**
   * Lets other windows go first when one has no answer.
   *
   * @param lose - when there will never be one; `false`: not yet.
   */
  const attempt = async (
    window: string,
    collect: () => Promise<void>,
    lose: (failure: Failure) => Promise<boolean>,
  ): Promise<void> => {
    try {
      await collect();
      settle([window]);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      const failure = { code: error.code, detail: error.message };
      if (!error.isRetryable && (await lose(failure))) settle([window]);
      else noteFailure(failure, window);
    }
  };

  const miss = async (missed: MissedHours, failure: Failure | undefined, signal: AbortSignal): Promise<boolean> => {
    const isDone = await missHours(source, missed, failure, outbox, marks, context, signal);
    if (isDone) settle(missed.hours.map(formatHour));
    return isDone;
  };

  const settle = (windows: readonly string[]): void => {
    if (failures.settle(windows)) logger.info({ source: source.name }, 'nothing fails any more');
  };

  const noteFailure = (failure: Failure, window?: string): void => {
    metrics.noteFailure(source.name, failure.code);
    const fields = { source: source.name, ...failure };
    const hint = 'nothing is lost yet, and it is tried again; hopsmeter doctor says what to do';
    if (failures.note(window, failure)) logger.warn({ ...fields, hint }, 'it has no answer');
    else logger.debug(fields, 'it has no answer yet');
  };

  /** @returns whether to go on at once. @throws what no waiting repairs. */
  const workOnce = async (signal: AbortSignal): Promise<boolean> => {
    try {
      return await work(signal);
    } catch (error) {
      if (signal.aborted) return false;
      if (!(error instanceof SourceError) && !isPassing(error)) throw error;
      noteFailure({ code: error.code, detail: error.message });
      return true;
    }
  };

  return {
    async run(signal) {
      await outbox.resume();
      while (!signal.aborted) {
        const restMs = failures.restMs();
        const isBusy = restMs === 0 && (await workOnce(signal));
        metrics.noteHours(source.name, marks.current(), dueUntil(source, clock.now()), reach.known);
        if (!isBusy && !signal.aborted) await clock.sleep(restMs === 0 ? POLL_MS : Math.min(restMs, POLL_MS), signal);
      }
    },
    state: () => ({
      hoursBehind: countUnfinished(marks.current(), dueUntil(source, clock.now())),
      failure: failures.last(),
    }),
  };
}
