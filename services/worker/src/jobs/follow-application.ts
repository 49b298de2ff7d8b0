import { readFollowingHealth, type Turn, TurnPassedError, takeTurn } from '@hopsmeter/db';
import type { Logger } from '@hopsmeter/runtime';
import { createFollowingMetrics } from '../following/following-metrics.ts';
import { type LookReport, lookOnce } from '../following/look-at-application.ts';
import type { JobContext } from './job-context.ts';
import type { PeriodicWork } from './run-periodically.ts';

/** How soon another worker notices that the one whose turn it was is no more; asking costs less than a millisecond. */
const ASK_EVERY_MS = 5_000;

/** Lines for single rows; the others are counted, and all of them listed by the api. */
const PROBLEMS_LOGGED_MAX = 20;

/**
 * Brings over what changes in the application, where it is configured. Workers take turns: one looks at a time, and all
 * of them export the same, read from the database. Nothing of it touches how events are recorded.
 */
export function followApplication({ pool, logger, registry, settings }: JobContext): PeriodicWork | undefined {
  const { following } = settings;
  if (following === undefined) return undefined;
  const metrics = createFollowingMetrics(registry);
  let isFirst = true;
  const everyMs = Math.min(ASK_EVERY_MS, following.everyMs);
  return {
    name: 'following',
    everyMs,
    firstWithinMs: everyMs,
    async round(signal) {
      try {
        const turn = await takeTurn(pool, following.everyMs);
        if (turn !== undefined) {
          const report = await lookOnce({ pool, settings: following, turn, isFirst, signal });
          isFirst &&= report.state !== 'current';
          metrics.noteMade(report.made);
          tell(logger, turn, report);
        }
        metrics.noteHealth(await readFollowingHealth(pool));
      } catch (error) {
        metrics.noteHealth(undefined);
        // Its changes are in whole parts; whoever has the turn makes the others.
        if (!(error instanceof TurnPassedError)) throw error;
      }
    },
  };
}

/** Says once what is new: of the state what differs from the last look, whichever worker that was. */
function tell(logger: Logger, turn: Turn, { state, reason, made, newProblems }: LookReport): void {
  if (made.size > 0) logger.info({ changes: Object.fromEntries(made) }, 'followed changes of the application');
  for (const problem of newProblems.slice(0, PROBLEMS_LOGGED_MAX))
    logger.warn(
      { ...problem, hint: 'make both say the same, there or here; GET /v1/following lists all such rows' },
      'a row of the application does not come over, and hopsmeter keeps what it has',
    );
  if (newProblems.length > PROBLEMS_LOGGED_MAX)
    logger.warn(
      { count: newProblems.length, hint: 'GET /v1/following lists them' },
      'more rows of the application do not come over',
    );
  if (state === turn.state && reason === turn.reason) return;
  if (state === 'unreadable')
    logger.warn(
      { reason, hint: 'events are counted all the same; it is tried again by itself, check DIRECTORY_SOURCE_URL' },
      'the application cannot be followed',
    );
  else if (state === 'held')
    logger.error(
      { reason, hint: 'find out why; if it is right, confirm it with POST /v1/following/confirm' },
      'too much of the application is missing at once, and nothing is changed',
    );
  else logger.info('the application is followed');
}
