import type { Logger } from '@hopsmeter/runtime';
import type { Reach, SourceName } from '@hopsmeter/sources';
import { HOUR_MS } from './hour.ts';
import type { Marks } from './marks.ts';

/** A working day, and the night after it. */
const WARNED_MS = 24 * HOUR_MS;

/** Tells once that hours will be lost, while there is time to do something about it. */
export function createLossWarning(source: SourceName, logger: Logger) {
  let isTold = false;
  return ({ hours, days }: Reach, marks: Marks, hoursBehind: number): void => {
    const leftMs = hours === undefined || hoursBehind === 0 ? Number.POSITIVE_INFINITY : marks.done - hours;
    const wasTold = isTold;
    isTold = leftMs <= WARNED_MS;
    if (!isTold || wasTold) return;
    const then = days === undefined ? 'they are missing then' : 'only whole days can be collected then';
    const hint = `${then}; hopsmeter doctor says why the source does not answer`;
    logger.error({ source, hoursBehind, hoursUntilLoss: leftMs / HOUR_MS, hint }, 'hours will be lost');
  };
}
