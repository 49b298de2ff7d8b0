import { rm } from 'node:fs/promises';
import type { PositionFile } from './log-position.ts';
import { endOf, type LogPlace, type Segment } from './segment.ts';

/** Knows which parts of a log are done, and removes the segments that are. */
export type LogProgress = {
  /** Parts begin in the order of the log, and are done in any. */
  begin(end: LogPlace, writtenAt: number): { done(): void };
  /** Everything before it is done. */
  place(): LogPlace;
  /** Since when the oldest waits that has begun and is not done. */
  oldestWrittenAt(): number | undefined;
  /** Removes segments of which all is done and to which nothing is added. */
  removeDone(): Promise<void>;
};

export function createLogProgress(segments: Segment[], from: LogPlace, positionFile: PositionFile): LogProgress {
  const begun: { readonly end: LogPlace; readonly writtenAt: number; isDone: boolean }[] = [];
  let place = from;
  let removing = Promise.resolve();

  const writePosition = (): void => {
    const segment = segments.find((each) => place < endOf(each)) ?? segments.at(-1);
    if (segment !== undefined) positionFile.write({ segment: segment.name, offset: place - segment.base });
  };

  const removeAll = async (): Promise<void> => {
    for (let first = segments[0]; first?.isSealed === true && endOf(first) <= place; first = segments[0]) {
      segments.shift();
      // One that cannot be removed is sent again by the next process, which is harmless.
      await rm(first.path, { force: true }).catch(() => undefined);
    }
  };

  const removeDone = (): Promise<void> => {
    removing = removing.then(removeAll);
    return removing;
  };

  return {
    begin(end, writtenAt) {
      const part = { end, writtenAt, isDone: false };
      begun.push(part);
      return {
        done() {
          part.isDone = true;
          for (let first = begun[0]; first?.isDone === true; first = begun[0]) {
            place = first.end;
            begun.shift();
          }
          writePosition();
          void removeDone();
        },
      };
    },
    place: () => place,
    oldestWrittenAt: () => begun.find(({ isDone }) => !isDone)?.writtenAt,
    removeDone,
  };
}
