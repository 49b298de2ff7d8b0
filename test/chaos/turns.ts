/** Gives what there is only one of to one at a time, in the order of asking. */
export type Turns = {
  /**
   * Waits for its turn at everything named, then works. The names are taken in one order, so nobody waits in a circle.
   */
  take<T>(names: readonly string[], work: () => Promise<T>): Promise<T>;
};

export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  const takeOne = <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const turn = (last.get(name) ?? Promise.resolve()).then(work);
    last.set(
      name,
      turn.catch(() => undefined),
    );
    return turn;
  };
  return {
    take(names, work) {
      return [...names]
        .sort()
        .reverse()
        .reduce((inner, name) => () => takeOne(name, inner), work)();
    },
  };
}
