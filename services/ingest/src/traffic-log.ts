import type { Logger } from '@hopsmeter/runtime';

/** Says in the log what happened, without a line per request: that alone would cost more than the request. */
export type TrafficLog = {
  noteAccepted(eventCount: number): void;
  /** One example per code and interval is logged in full; the others are counted. */
  noteRefused(code: string, fields: Readonly<Record<string, unknown>>): void;
  close(): void;
};

const SUMMARY_MS = 60_000;
const EXAMPLE_MS = 10_000;

/** Creates the log of what comes in. */
export function createTrafficLog(logger: Logger): TrafficLog {
  let requests = 0;
  let events = 0;
  const refused = new Map<string, number>();
  const quietUntil = new Map<string, number>();
  const summarise = (): void => {
    if (requests === 0 && refused.size === 0) return;
    logger.info({ requests, events, refused: Object.fromEntries(refused) }, 'traffic of the last minute');
    requests = 0;
    events = 0;
    refused.clear();
  };
  const timer = setInterval(summarise, SUMMARY_MS);
  return {
    noteAccepted(eventCount) {
      requests += 1;
      events += eventCount;
    },
    noteRefused(code, fields) {
      refused.set(code, (refused.get(code) ?? 0) + 1);
      const now = performance.now();
      if (now < (quietUntil.get(code) ?? 0)) return;
      quietUntil.set(code, now + EXAMPLE_MS);
      const hint = 'docs/api.md says what the code means; tell who sends';
      logger.warn({ code, ...fields, hint }, 'refused, an example');
    },
    close() {
      clearInterval(timer);
      summarise();
    },
  };
}
