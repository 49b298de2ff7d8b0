import type { EndReason } from './supervised-service.ts';

/**
 * What one kind of fault did, as far as it can be told apart: faults overlap, and each gets what happened while it
 * lasted.
 */
export type FaultEffects = {
  times: number;
  /** Answers 503 and 429. */
  refusals: number;
  /** Requests without an answer. */
  unanswered: number;
  /** Processes that ended. */
  ends: number;
  /** From the end of the fault until an event was acknowledged and another one recorded again; the longest. */
  recoveryMs: number;
  /** Why it could not be made on this machine. */
  impossible?: string;
};

/** What an observer of a run writes down. */
export type Tally = {
  /** A fault begins. @returns what to call when it is over. */
  begin(fault: string): () => void;
  /** Something that has no duration happened so many times. */
  count(fault: string, times?: number): void;
  noteImpossible(fault: string, why: string): void;
  /** A request was answered; `undefined` without an answer. */
  noteAnswer(status: number | undefined): void;
  noteRecorded(): void;
  noteEnd(service: string, reason: EndReason, detail: string): void;
  /** A service wrote an error. */
  noteLogged(service: string, line: string): void;
  /** Something that must not happen, in words. */
  noteProblem(problem: string): void;
  effects(): ReadonlyMap<string, FaultEffects>;
  statuses(): ReadonlyMap<string, number>;
  ends(): ReadonlyMap<EndReason, number>;
  problems(): readonly string[];
  /** The first ones of each kind. */
  logged(): readonly string[];
};

type Recovery = { readonly fault: string; readonly since: number; isAcknowledged: boolean; isRecorded: boolean };

/** More of the same help nobody. */
const PROBLEMS_MAX = 50;
const LOGGED_MAX = 50;
const LINE_MAX = 1_500;

export function createTally(): Tally {
  const effects = new Map<string, FaultEffects>();
  const active = new Map<symbol, string>();
  const recoveries = new Set<Recovery>();
  const statuses = new Map<string, number>();
  const ends = new Map<EndReason, number>();
  const problems: string[] = [];
  const logged = new Map<string, string>();

  const of = (fault: string): FaultEffects => {
    const found = effects.get(fault) ?? { times: 0, refusals: 0, unanswered: 0, ends: 0, recoveryMs: 0 };
    effects.set(fault, found);
    return found;
  };
  const addToActive = (effect: 'refusals' | 'unanswered' | 'ends'): void => {
    for (const fault of new Set(active.values())) of(fault)[effect] += 1;
  };
  const settle = (step: 'isAcknowledged' | 'isRecorded'): void => {
    const now = performance.now();
    for (const recovery of recoveries) {
      recovery[step] = true;
      if (!recovery.isAcknowledged || !recovery.isRecorded) continue;
      recoveries.delete(recovery);
      const effect = of(recovery.fault);
      effect.recoveryMs = Math.max(effect.recoveryMs, now - recovery.since);
    }
  };
  const noteProblem = (problem: string): void => {
    if (problems.length < PROBLEMS_MAX) problems.push(problem);
  };

  return {
    begin(fault) {
      const id = Symbol(fault);
      of(fault).times += 1;
      active.set(id, fault);
      return () => {
        active.delete(id);
        recoveries.add({ fault, since: performance.now(), isAcknowledged: false, isRecorded: false });
      };
    },
    count(fault, times = 1) {
      of(fault).times += times;
    },
    noteImpossible(fault, why) {
      of(fault).impossible = why;
    },
    noteAnswer(status) {
      const name = status === undefined ? 'no answer' : String(status);
      statuses.set(name, (statuses.get(name) ?? 0) + 1);
      if (status === undefined) addToActive('unanswered');
      else if (status === 503 || status === 429) addToActive('refusals');
      else if (status === 202) settle('isAcknowledged');
    },
    noteRecorded: () => settle('isRecorded'),
    noteEnd(service, reason, detail) {
      ends.set(reason, (ends.get(reason) ?? 0) + 1);
      addToActive('ends');
      if (reason === 'by-itself') noteProblem(`${service} ended by itself: ${detail}`);
    },
    noteLogged(service, line) {
      const kind = `${service.split('-')[0]} ${/"msg":"[^"]*"/.exec(line)?.[0] ?? line.slice(0, 60)}`;
      if (logged.size < LOGGED_MAX && !logged.has(kind)) logged.set(kind, `${service}: ${line.slice(0, LINE_MAX)}`);
    },
    noteProblem,
    effects: () => effects,
    statuses: () => statuses,
    ends: () => ends,
    problems: () => problems,
    logged: () => [...logged.values()],
  };
}
