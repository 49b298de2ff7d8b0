import type { Schedule } from './schedule.ts';

/** A process that can be killed. What it waits for then never comes. */
export type SimulatedProcess = {
  readonly isAlive: boolean;
  /** Rejects when the process is killed: what its clients see of it. */
  readonly death: Promise<never>;
  kill(): void;
  /**
   * Something outside of the process: it happens at one moment and is known to the process at a later one. The process
   * may be killed before (then it does not happen) and in between (then it has happened and nobody knows).
   */
  call<T>(happen: () => T): Promise<T>;
};

export function createProcess(schedule: Schedule): SimulatedProcess {
  let isAlive = true;
  let die: (error: Error) => void = () => undefined;
  const death = new Promise<never>((_resolve, reject) => {
    die = reject;
  });
  death.catch(() => undefined);
  const never = new Promise<never>(() => undefined);
  return {
    get isAlive() {
      return isAlive;
    },
    death,
    kill() {
      isAlive = false;
      die(new Error('connection reset'));
    },
    async call(happen) {
      await schedule.step();
      if (!isAlive) return never;
      const outcome = outcomeOf(happen);
      await schedule.step();
      if (!isAlive) return never;
      if ('error' in outcome) throw outcome.error;
      return outcome.value;
    },
  };
}

function outcomeOf<T>(happen: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: happen() };
  } catch (error) {
    return { error };
  }
}
