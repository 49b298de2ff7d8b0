import type { Random } from '../harness/random.ts';

/** Real, whatever a test puts in its place: it lets every promise that can go on go on. */
const endTurn = setImmediate;

/** Decides what happens next. Whoever waits for something outside of the process waits for a step of the schedule. */
export type Schedule = {
  /** Resolves at some later moment, in an order that only the seed decides. */
  step(): Promise<void>;
  /** Runs something at some later moment. */
  post(action: () => void): void;
  /** Takes steps until nobody waits. @throws when that does not come to an end. */
  run(): Promise<void>;
};

/** A seed that takes longer has found a loop that never ends. */
const STEPS_MAX = 50_000;

export function createSchedule(random: Random): Schedule {
  const waiting: (() => void)[] = [];
  const post = (action: () => void): void => {
    waiting.push(action);
  };
  return {
    post,
    step: () => new Promise(post),
    async run() {
      for (let steps = 0; waiting.length > 0; steps++) {
        if (steps === STEPS_MAX) throw new Error(`no end after ${STEPS_MAX} steps`);
        const place = random.int(waiting.length);
        const action = waiting[place];
        const last = waiting.pop();
        if (last !== undefined && place < waiting.length) waiting[place] = last;
        action?.();
        await new Promise((resolve) => endTurn(resolve));
      }
    },
  };
}
