import type { Window } from '@hopsmeter/client';
import type { Reach, Source } from '@hopsmeter/sources';
import { DAY_MS, dayAt, dayWindow, HOUR_MS, type Hour, hourAt, hourWindow } from './hour.ts';
import { isFinished, type Marks, unfinished, unfinishedFromNewest } from './marks.ts';
import type { MissedHours } from './miss-hours.ts';

/** What is to be done next: collect a window, or report hours that nobody can collect any more. */
export type Step = { readonly kind: 'collect'; readonly window: Window } | ({ readonly kind: 'miss' } & MissedHours);

export type Situation = {
  readonly source: Pick<Source, 'kind' | 'delayMs'>;
  readonly marks: Marks;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How far back a recorded source can be asked. */
  readonly reach: Reach;
  /** Whether the newest unfinished hour is next; a backlog is worked off from both ends in turns. */
  readonly isNewestNext: boolean;
  /** Whether hours may be given up now. */
  readonly mayMiss: boolean;
  /** Whether a window failed lately and has to wait, by its start. */
  readonly isResting: (start: Hour) => boolean;
};

/** Hours that are reported as missing at once; more wait for the next step. */
const MISSED_MAX = 1_000;

/** The end of what is due: hours that begin before can be collected, or could have been. */
export function dueUntil({ kind, delayMs }: Pick<Source, 'kind' | 'delayMs'>, now: number): Hour {
  // Of a sampled source the current hour is due too, once its delay is over.
  return kind === 'sampled' ? hourAt(now - delayMs) + HOUR_MS : hourAt(now - delayMs);
}

/** @returns `undefined` when there is nothing to do now. */
export function planWindow(situation: Situation): Step | undefined {
  return situation.source.kind === 'sampled' ? planSample(situation) : planRecorded(situation);
}

function planSample({ source, marks, now, mayMiss, isResting }: Situation): Step | undefined {
  const current = hourAt(now);
  const isDue = now >= current + source.delayMs && !isFinished(marks, current) && marks.since <= current;
  if (isDue && !isResting(current)) return { kind: 'collect', window: hourWindow(current) };
  if (!mayMiss) return undefined;
  const hours = take(unfinished(marks, current));
  return hours.length === 0 ? undefined : { kind: 'miss', hours, why: 'not_sampled' };
}

function planRecorded(situation: Situation): Step | undefined {
  const { source, marks, now, reach, mayMiss, isNewestNext, isResting } = situation;
  const end = dueUntil(source, now);
  const lost = planLost(marks, end, reach, isResting);
  if (lost?.kind === 'collect' || (lost?.kind === 'miss' && mayMiss)) return lost;
  for (const hour of isNewestNext ? unfinishedFromNewest(marks, end) : unfinished(marks, end)) {
    // A day that waits for its turn is collected whole.
    if (isLost(hour, reach)) continue;
    if (!isResting(hour)) return { kind: 'collect', window: hourWindow(hour) };
  }
  return undefined;
}

/** Hours that are out of reach: as whole days where the source still has these, else they are missing. */
function planLost(marks: Marks, end: Hour, reach: Reach, isResting: (start: Hour) => boolean): Step | undefined {
  const missed: Hour[] = [];
  for (const hour of unfinished(marks, end)) {
    if (!isLost(hour, reach) || missed.length === MISSED_MAX) break;
    const day = dayAt(hour);
    if (!isWholeDay(marks, day, end, reach)) missed.push(hour);
    else if (missed.length === 0 && !isResting(day)) return { kind: 'collect', window: dayWindow(day) };
    else if (missed.length > 0) break;
  }
  return missed.length === 0 ? undefined : { kind: 'miss', hours: missed, why: 'out_of_reach' };
}

function isLost(hour: Hour, { hours }: Reach): boolean {
  return hours !== undefined && hour < hours;
}

/**
 * Whether a day can be collected in one: the source has it, and none of its hours was collected, because they would be
 * counted again.
 */
function isWholeDay(marks: Marks, day: Hour, end: Hour, { days }: Reach): boolean {
  if (days === undefined || day < days || day < marks.since || day + DAY_MS > end) return false;
  for (let hour = day; hour < day + DAY_MS; hour += HOUR_MS) if (isFinished(marks, hour)) return false;
  return true;
}

function take(hours: Iterable<Hour>): Hour[] {
  const taken: Hour[] = [];
  for (const hour of hours) {
    if (taken.length === MISSED_MAX) break;
    taken.push(hour);
  }
  return taken;
}
