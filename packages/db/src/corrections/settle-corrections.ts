import { type Chain, type CorrectionPlan, type CountedCorrection, formatTime } from '@hopsmeter/usage';
import { inTransaction } from '../connection/in-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import type { Query } from '../connection/query.ts';
import type { SettledCounts } from '../parked/settle-parked.ts';
import { writeBookedEntries } from '../record/booked-entries.ts';
import { readChains } from './read-chains.ts';
import {
  ADD_CORRECTIONS,
  ADD_LEDGER_ROWS,
  CHANGE_ROLLUP_ROWS,
  HOLD_DIRECTORY,
  MARK_PARKED,
  OPEN_ROLLUP_ROWS,
} from './settle-corrections-statements.ts';
import { takeChains } from './take-chains.ts';

/** What became of corrections and of originals that were counted with them. */
export type SettledCorrections = SettledCounts & {
  /** Somebody else has a part of the chains in hand: they are to be tried again. */
  readonly isIncomplete: boolean;
};

/**
 * Settles the chains that parked corrections belong to: takes all that waits of them, has a plan made, and books it.
 *
 * Guarantees
 * - All or nothing, in one transaction: an end at any point leaves everything as it was. Ledger, rollup, `corrections`
 *   and the parked rows always agree.
 * - Chains are settled one after the other, by however many workers; what a plan was made for is still true when it is
 *   booked.
 *
 * Locks, in this order: the chains, the parked rows (passing over those that are taken), the directory's shared
 * advisory lock, ledger keys in key order, rollup rows in key order. A record statement takes those that it shares in
 * the same order, and waits for a parked row only while it holds ledger keys that are not of these chains.
 *
 * @param directoryVersion that the plan will be made with.
 * @param makePlan called once, unless nothing waits. Must be quick: chains and directory are held.
 * @throws HM001 when the directory changed; what else the database throws. `kindOfFailure` sorts it; nothing was
 * changed.
 */
export function settleCorrections(
  pool: Pool,
  { ids, directoryVersion }: { readonly ids: readonly string[]; readonly directoryVersion: string },
  makePlan: (chains: readonly Chain[]) => CorrectionPlan,
): Promise<SettledCorrections> {
  return inTransaction(pool, async (query) => {
    const taken = await takeChains(query, ids);
    const { members, isIncomplete } = taken;
    if (members.length === 0) return { counted: 0, duplicates: 0, pending: 0, isIncomplete };
    await query.rowsOf(HOLD_DIRECTORY, [directoryVersion]);
    const plan = makePlan(await readChains(query, taken));
    await book(query, plan);
    return { ...(await markParked(query, plan)), isIncomplete };
  });
}

async function book({ rowsOf }: Query, { rows, corrections }: CorrectionPlan): Promise<void> {
  if (rows.length === 0) return;
  const added = await rowsOf<{ eventKey: string }>(ADD_LEDGER_ROWS, [writeBookedEntries(rows)]);
  // Without a code it is worth another attempt, which finds what the ledger took.
  if (added.length !== rows.length) throw new Error('the ledger took another event of the same identity meanwhile');
  const keys = [...new Set(added.map(({ eventKey }) => eventKey))];
  const changes = await rowsOf(OPEN_ROLLUP_ROWS, [keys]);
  await rowsOf(CHANGE_ROLLUP_ROWS, [JSON.stringify(changes)]);
  await rowsOf(ADD_CORRECTIONS, [JSON.stringify(corrections.map(toCorrectionEntry))]);
}

async function markParked({ rowsOf }: Query, { outcomes, directoryVersion }: CorrectionPlan): Promise<SettledCounts> {
  const marked = await rowsOf(MARK_PARKED, [JSON.stringify(outcomes), directoryVersion]);
  if (marked.length !== outcomes.length)
    throw new Error(`${outcomes.length} parked events were planned and ${marked.length} marked`);
  const count = (outcome: string) => outcomes.filter((entry) => entry.outcome === outcome).length;
  return { counted: count('counted'), duplicates: count('duplicate'), pending: count('pending') };
}

function toCorrectionEntry({ id, rootKey, eventId, correctedAt, usages, reason }: CountedCorrection): object {
  return {
    id,
    root_event_key: rootKey,
    event_id: eventId,
    corrected_at: formatTime(correctedAt),
    quantities: Object.fromEntries(usages.map(({ meter, quantity }) => [meter, quantity])),
    reason,
  };
}
