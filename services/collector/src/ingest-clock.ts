import type { Logger } from '@hopsmeter/runtime';
import type { Clock } from './follow-context.ts';

/** Ingest refuses events that are further ahead than this; beyond it one of the two clocks is wrong. */
const DIFFERENCE_MAX_MS = 300_000;

/** An answer counts for so long: clocks jump, but rarely. */
const AGE_MAX_MS = 60_000;

const TIMEOUT_MS = 10_000;

export type IngestClock = {
  /** Whether ingest's clock agrees with ours; not, too, while it cannot be asked. */
  isConfirmed(signal: AbortSignal): Promise<boolean>;
  /** @returns what ingest's clock says, in milliseconds since the epoch; `undefined` while it cannot be asked. */
  read(signal: AbortSignal): Promise<number | undefined>;
};

/** Compares the clock of this machine with that of ingest, which all clusters share. */
export function createIngestClock(url: URL, clock: Clock, logger: Logger): IngestClock {
  let confirmed = { until: Number.NEGATIVE_INFINITY, offset: 0 };
  let wasWrong = false;
  const read = async (signal: AbortSignal): Promise<number | undefined> => {
    // Whatever it answers, a server says what time it is.
    const options = { method: 'HEAD', redirect: 'manual' } as const;
    const asked = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const response = await fetch(url, { ...options, signal: asked }).catch((error: unknown) => {
      signal.throwIfAborted();
      logger.debug({ err: error }, 'ingest cannot be asked for the time');
    });
    const time = Date.parse(response?.headers.get('date') ?? '');
    return Number.isNaN(time) ? undefined : time;
  };
  return {
    read,
    async isConfirmed(signal) {
      // How far the clock is from one that never jumps tells whether it jumped since.
      const offset = clock.now() - clock.elapsed();
      if (clock.elapsed() < confirmed.until && Math.abs(offset - confirmed.offset) < DIFFERENCE_MAX_MS) return true;
      const time = await read(signal);
      if (time === undefined) return false;
      const isRight = Math.abs(time - clock.now()) <= DIFFERENCE_MAX_MS;
      if (!isRight && !wasWrong)
        logger.error(
          { ingestTime: new Date(time).toISOString(), hint: 'set the clock; until then no hour is given up' },
          'the clock of this machine and that of ingest differ by minutes',
        );
      wasWrong = !isRight;
      if (isRight) confirmed = { until: clock.elapsed() + AGE_MAX_MS, offset };
      return isRight;
    },
  };
}
