/** What this package needs of a logger; pino's fits. */
export type QueueLogger = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

/** Redis errors come by the thousand per second when it is full or away; one line in this time tells enough. */
const REPEAT_AFTER_MS = 10_000;

/**
 * Returns a function that logs an error unless one was logged a moment ago; the next line says how many were left out.
 */
export function createErrorLog(logger: QueueLogger, message: string): (error: unknown) => void {
  let quietUntil = 0;
  let leftOut = 0;
  return (error) => {
    const now = performance.now();
    if (now < quietUntil) {
      leftOut += 1;
      return;
    }
    const hint = 'it connects again by itself; if it goes on, check Redis and REDIS_URL';
    logger.warn({ err: error, leftOut, hint }, message);
    quietUntil = now + REPEAT_AFTER_MS;
    leftOut = 0;
  };
}
