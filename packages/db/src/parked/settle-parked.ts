import type { ParkedPlan, TakenEvent } from '@hopsmeter/usage';
import { inTransaction } from '../connection/in-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { writeColumns } from '../record/parameter-table.ts';
import { SETTLE_PARKED_TABLE } from './settle-parked-parameters.ts';
import { SETTLE_PARKED } from './settle-parked-statement.ts';
import { type ParkedChoice, takeParked } from './take-parked.ts';

/** What became of the taken events. */
export type SettledCounts = { readonly counted: number; readonly duplicates: number; readonly pending: number };

/**
 * Takes parked events, has a plan made for them, and counts what the plan says with {@link SETTLE_PARKED}, in one
 * transaction: an end at any point leaves everything as it was.
 *
 * @param makePlan called once with the events, unless there are none. Must be quick: it holds their rows locked.
 * @throws what the statement raises; `kindOfFailure` sorts it.
 */
export function settleParked(
  pool: Pool,
  choice: ParkedChoice,
  makePlan: (taken: readonly TakenEvent[]) => ParkedPlan,
): Promise<SettledCounts> {
  return inTransaction(pool, async (query) => {
    const taken = await takeParked(query, choice);
    if (taken.length === 0) return { counted: 0, duplicates: 0, pending: 0 };
    const [counts] = await query.rowsOf<SettledCounts>(
      SETTLE_PARKED,
      writeColumns(SETTLE_PARKED_TABLE, makePlan(taken)),
    );
    const { counted = 0, duplicates = 0, pending = 0 } = counts ?? {};
    // Thrown before the commit: a plan that forgets an event must not leave it as if nobody had tried.
    if (counted + duplicates + pending !== taken.length)
      throw new Error(`${taken.length} parked events were taken and ${counted + duplicates + pending} settled`);
    return { counted, duplicates, pending };
  });
}
