import { createDirectory, RequestError, type Unattributed } from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { type AuditedTransaction, inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { readDirectory } from '../directory/load-directory.ts';
import { enterEvents } from './enter-events.ts';
import { type LaterPlan, type ParkedConflict, planLaterContent } from './plan-later-content.ts';
import { readBookedChain } from './read-booked-chain.ts';
import type { UsageDifference } from './usage-difference.ts';

export type WantedDecision = {
  /** Id of the parked event. */
  readonly id: string;
  /** Which content of the identity is right: the one that was counted first, or the parked one. */
  readonly right: 'first' | 'later';
  readonly reason: string;
  readonly isDryRun: boolean;
};

/** What a decision about a conflict changes, or would change. */
export type ConflictDecision = {
  /** Events that were entered for it; none in a dry run and where the first content is right. */
  readonly enteredIds: readonly string[];
  readonly differences: readonly UsageDifference[];
  readonly obstacle: Unattributed | undefined;
};

/**
 * Locks the parked event until the transaction ends. Without waiting: a worker that has it in hand waits for the
 * directory, which is held here. Parameters: $1 id.
 */
const TAKE_CONFLICT = `
select
  id, event_key::text as "eventKey", hopsworks_cluster_id as "clusterId", reason, detail, status, event,
  replaces_key::text as "replacesKey", (
    select replaces_event_key::text from hopsmeter.corrections where corrections.event_key = parked.event_key
  ) as "countedReplacesKey"
from hopsmeter.parked_events as parked where id = $1::uuid for update nowait
`;

type Conflict = ParkedConflict & { readonly reason: string; readonly detail: string; readonly status: string };

/** Ends conflicts. Parameters: $1 ids, $2 who, $3 resolution. */
const GIVE_UP = `
update hopsmeter.parked_events
set status = 'given_up', resolved_at = now(), resolved_by = $2, resolution = $3, due_at = null
where id = any($1::uuid[]) and status = 'pending'
`;

/** Other contents of the identity that wait. Parameters: $1 event key, $2 id of the parked event that is right. */
const TAKE_OTHERS = `
select id from hopsmeter.parked_events
where event_key = $1::uuid and id <> $2::uuid and status = 'pending'
order by id for update nowait
`;

const MARK_DUE = `update hopsmeter.parked_events set due_at = now() where id = $1::uuid`;

/**
 * Decides for a person which of two contents of one identity is right.
 *
 * The first: the later one is given up. The later: what is counted is corrected to what the later one says; where
 * that is of another window or of somebody else, which no correction can say, what is counted is made void and the
 * later content is entered under an id of its own. Nothing counted yet: the others are given up, and the later one is
 * tried at once.
 *
 * @throws RequestError NOT_FOUND, NOT_A_CONFLICT for what is decided or waits for something else, NOT_DECIDABLE for
 *   what no correction can say.
 */
export function decideConflict(pool: Pool, change: Change, wanted: WantedDecision): Promise<ConflictDecision> {
  const { id, right, reason, isDryRun } = wanted;
  return inAuditedTransaction(
    pool,
    change,
    async (transaction) => {
      const [conflict] = await transaction.rowsOf<Conflict>(TAKE_CONFLICT, [id]);
      if (conflict === undefined) throw new RequestError('NOT_FOUND', 'there is no such parked event');
      if (conflict.status !== 'pending' || conflict.reason !== 'conflict') throw new RequestError('NOT_A_CONFLICT');
      const chain = await readBookedChain(transaction, conflict.eventKey);
      const directory = createDirectory(await readDirectory(transaction));
      const context = { now: transaction.now, chain, reason, directory };
      const plan = right === 'first' ? NOTHING : planLaterContent(conflict, context);
      if (plan.entered.length > 0) await enterEvents(transaction, change, plan.entered);
      const enteredIds = plan.entered.map(({ event }) => event.id);
      if (plan.isTriedItself) await preferParked(transaction, change, conflict, reason);
      else {
        const resolution = enteredIds.length === 0 ? reason : `counted as ${enteredIds.join(' and ')}: ${reason}`;
        await transaction.rowsOf(GIVE_UP, [[id], change.actor.id, resolution]);
      }
      await transaction.audit({
        action: 'decide_conflict',
        entity: 'parked_events',
        entityId: id,
        before: { status: 'pending', detail: conflict.detail },
        after: { right, enteredIds },
        reason,
      });
      return { enteredIds: isDryRun ? [] : enteredIds, differences: plan.differences, obstacle: plan.obstacle };
    },
    isDryRun,
  );
}

const NOTHING: LaterPlan = { entered: [], differences: [], obstacle: undefined, isTriedItself: false };

async function preferParked(
  { rowsOf }: AuditedTransaction,
  { actor }: Change,
  { id, eventKey }: Conflict,
  reason: string,
): Promise<void> {
  const others = await rowsOf<{ id: string }>(TAKE_OTHERS, [eventKey, id]);
  await rowsOf(GIVE_UP, [others.map((other) => other.id), actor.id, reason]);
  await rowsOf(MARK_DUE, [id]);
}
