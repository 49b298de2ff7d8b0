/** Room for a number of events, which jobs wait for before they are unpacked. */
export type EventRoom = {
  /** Resolves when there is room, first come first served. More events than there can ever be room for enter alone. */
  enter(eventCount: number): Promise<void>;
  /** Gives the room back that the same count took. */
  leave(eventCount: number): void;
};

/** Creates room for `eventsMax` events. */
export function createEventRoom(eventsMax: number): EventRoom {
  const waiting: { readonly eventCount: number; readonly enter: () => void }[] = [];
  let used = 0;
  const admit = (): void => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (used > 0 && used + next.eventCount > eventsMax) return;
      waiting.shift();
      used += next.eventCount;
      next.enter();
    }
  };
  return {
    enter: (eventCount) =>
      new Promise((enter) => {
        waiting.push({ eventCount, enter });
        admit();
      }),
    leave(eventCount) {
      used -= eventCount;
      admit();
    },
  };
}
