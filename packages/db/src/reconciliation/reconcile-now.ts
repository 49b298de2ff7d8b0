import { setTimeout as delay } from 'node:timers/promises';
import type { Change } from '../audit/audit-row.ts';
import type { Pool } from '../connection/pool.ts';
import { checkNextDay } from './check-next-day.ts';
import {
  type ReconciliationProgress,
  type ReconciliationReport,
  readProgress,
  readReconciliation,
} from './read-reconciliation.ts';
import { type DayRange, requestReconciliation } from './request-reconciliation.ts';

/** How often somebody who waits for a worker's comparison looks again. */
const WAIT_MS = 100;

/**
 * Asks for a comparison and makes it here, unless a worker is at it already; then it waits for that one.
 *
 * @param onProgress told after each day.
 * @throws RequestError as {@link requestReconciliation}.
 */
export async function reconcileNow(
  pool: Pool,
  change: Pick<Change, 'actor'>,
  range: DayRange,
  onProgress: (progress: ReconciliationProgress) => void = () => undefined,
): Promise<ReconciliationReport> {
  const { id } = await requestReconciliation(pool, change, range);
  for (;;) {
    const outcome = await checkNextDay(pool);
    const progress = await readProgress(pool, id);
    if (progress.status === 'done') break;
    onProgress(progress);
    if (outcome !== 'checked') await delay(WAIT_MS);
  }
  const report = await readReconciliation(pool, id);
  if (report === undefined) throw new Error('a comparison that was made is gone');
  return report;
}
