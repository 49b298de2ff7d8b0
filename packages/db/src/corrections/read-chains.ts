import {
  type AttributedBy,
  type BookedUsage,
  type Chain,
  type ChainOriginal,
  type CorrectionRank,
  type ExactUnits,
  formatExactUnits,
  type Micros,
  parseUsageDay,
  toExactUnits,
  type UsageDay,
} from '@hopsmeter/usage';
import type { Query } from '../connection/query.ts';
import { finiteInstantMicros } from '../sql/instant.ts';
import { isWithin } from '../sql/period.ts';
import type { TakenChains } from './take-chains.ts';

/**
 * The counted corrections of chains, and whether a root turned out to be a correction.
 *
 * Parameters: $1 root keys. Their chains must be locked: then no correction is added meanwhile. In the order of force:
 * the last one of a chain is in force. `collate "C"`, so that the order does not depend on the server.
 */
const READ_COUNTED_CORRECTIONS = `
select
  event_key::text as "eventKey", root_event_key::text as "rootKey", event_id as "eventId",
  ${finiteInstantMicros('corrected_at')}::text as "correctedAt"
from hopsmeter.corrections
where root_event_key = any($1::uuid[]) or event_key = any($1::uuid[])
order by corrected_at, event_id collate "C"
`;

/**
 * The ledger's rows of events, with who owned each row's user when the usage began.
 *
 * Parameters: $1 event keys: constants to the planner, so the rows are found by the primary key of each partition. The
 * directory must be held: then no owner changes meanwhile.
 */
const READ_LEDGER = `
select
  event_key::text as "eventKey", part, usage_date::text as "usageDate", account_owner_id as "accountOwnerId",
  user_id as "userId", project_id as "projectId", attributed_by as "attributedBy",
  ${finiteInstantMicros('window_started_at')}::text as start,
  ${finiteInstantMicros('window_ended_at')}::text as "end",
  meters, quantities::text[] as quantities,
  (
    select ownership.account_owner_id from hopsmeter.account_ownerships as ownership
    where ownership.user_id = usage_events.user_id and ${isWithin('window_started_at', 'ownership')}
  ) as "ownerThen"
from hopsmeter.usage_events
where event_key = any($1::uuid[])
order by event_key, part
`;

type CorrectionRow = {
  readonly eventKey: string;
  readonly rootKey: string;
  readonly eventId: string;
  readonly correctedAt: string;
};

type LedgerEntry = {
  readonly eventKey: string;
  readonly part: number;
  readonly usageDate: string;
  readonly accountOwnerId: string;
  readonly userId: string;
  readonly projectId: string | null;
  readonly attributedBy: AttributedBy;
  readonly start: string;
  readonly end: string;
  readonly meters: readonly string[];
  readonly quantities: readonly string[];
  readonly ownerThen: string | null;
};

/**
 * Reads what is counted of taken chains, within their transaction.
 *
 * @throws Error when a chain has found its root since it was taken; the next attempt finds it too.
 */
export async function readChains({ rowsOf }: Query, { rootKeys, members }: TakenChains): Promise<readonly Chain[]> {
  const counted = await rowsOf<CorrectionRow>(READ_COUNTED_CORRECTIONS, [rootKeys]);
  const known = new Set(rootKeys);
  if (counted.some(({ eventKey }) => known.has(eventKey)))
    throw new Error('a correction was counted whose root was not known before');
  const keys = [...rootKeys, ...counted.map(({ eventKey }) => eventKey)];
  const ledger = await rowsOf<LedgerEntry>(READ_LEDGER, [keys]);
  return rootKeys.map((rootKey): Chain => {
    const corrections = counted.filter((correction) => correction.rootKey === rootKey);
    const chainKeys = new Set([rootKey, ...corrections.map(({ eventKey }) => eventKey)]);
    return {
      rootKey,
      original: toOriginal(ledger.filter(({ eventKey }) => eventKey === rootKey)),
      parkedOriginal: members.find((member) => member.isOriginal && member.rootKey === rootKey),
      newest: toRank(corrections.at(-1)),
      booked: addUp(ledger.filter(({ eventKey }) => chainKeys.has(eventKey))),
      corrections: members.filter((member) => !member.isOriginal && member.rootKey === rootKey),
    };
  });
}

/**
 * The last row says to whom the usage belongs now: a move in the ledger numbers its rows after those that it replaces.
 */
function toOriginal(rows: readonly LedgerEntry[]): ChainOriginal | undefined {
  const [first] = rows;
  const last = rows.at(-1);
  // Without its first part the ledger has begun to forget it.
  if (first?.part !== 0 || last === undefined) return undefined;
  return {
    accountOwnerId: last.ownerThen ?? last.accountOwnerId,
    userId: last.userId,
    projectId: last.projectId ?? undefined,
    attributedBy: last.attributedBy,
    start: toMicros(last.start),
    end: toMicros(last.end),
  };
}

function toRank(correction: CorrectionRow | undefined): CorrectionRank | undefined {
  if (correction === undefined) return undefined;
  return { correctedAt: toMicros(correction.correctedAt), eventId: correction.eventId };
}

/** Sums by day, owner and meter; what adds up to zero is left out. */
function addUp(rows: readonly LedgerEntry[]): readonly BookedUsage[] {
  const sums = new Map<string, { readonly row: LedgerEntry; readonly quantities: Map<string, ExactUnits> }>();
  for (const row of rows) {
    const key = JSON.stringify([row.usageDate, row.accountOwnerId, row.userId, row.projectId]);
    const entry = sums.get(key) ?? { row, quantities: new Map() };
    sums.set(key, entry);
    for (const [index, meter] of row.meters.entries()) {
      const units = toExactUnits(row.quantities[index] ?? '');
      entry.quantities.set(meter, (entry.quantities.get(meter) ?? 0n) + units);
    }
  }
  return [...sums.values()].flatMap(({ row: { usageDate, accountOwnerId, userId, projectId }, quantities }) => {
    const usages = [...quantities]
      .filter(([, units]) => units !== 0n)
      .map(([meter, units]) => ({ meter, quantity: formatExactUnits(units) }));
    if (usages.length === 0) return [];
    return [{ day: toDay(usageDate), accountOwnerId, userId, projectId: projectId ?? undefined, usages }];
  });
}

function toMicros(text: string): Micros {
  return Number(text);
}

function toDay(text: string): UsageDay {
  const day = parseUsageDay(text);
  if (day === undefined) throw new RangeError(`${text} is no day`);
  return day;
}
