import type { Directory, Unattributed } from '../../directory.ts';
import type { CorrectionEvent } from '../../event.ts';
import { readParkedCorrection } from '../parked-event.ts';
import { bookCorrection, type CorrectedOriginal, findUnbookable, toEmptyRow } from './book-correction.ts';
import type {
  Chain,
  ChainOutcome,
  CorrectionPlan,
  CorrectionRow,
  CountedCorrection,
  TakenCorrection,
} from './chain.ts';
import { isNewer } from './correction-rank.ts';
import { planOriginal } from './plan-original.ts';

/**
 * Decides about chains of corrections. Pure, and independent of the order in which anything came: of an event and the
 * corrections of it that can be booked, the newest correction is in force, and what the others say is booked nowhere.
 *
 * @param refusal why Postgres refused what is booked otherwise: then nothing is, and all of it waits for a person.
 */
export function planCorrections(
  chains: readonly Chain[],
  directory: Directory,
  refusal?: Unattributed,
): CorrectionPlan {
  const plans = chains.map((chain) => planChain(chain, directory, refusal));
  return {
    directoryVersion: directory.version,
    rows: plans.flatMap(({ rows }) => rows),
    corrections: plans.flatMap(({ corrections }) => corrections),
    outcomes: plans.flatMap(({ outcomes }) => outcomes),
  };
}

type ChainPlan = Omit<CorrectionPlan, 'directoryVersion'>;

type Candidate = { readonly taken: TakenCorrection; readonly clusterId: string; readonly event: CorrectionEvent };

function planChain(chain: Chain, directory: Directory, refusal: Unattributed | undefined): ChainPlan {
  const { candidates, outcomes } = sortOut(chain.corrections);
  const original = refusal ?? findOriginal(chain, directory);
  if ('reason' in original) {
    const waiting = candidates.map(({ taken }) => pending(taken.id, original));
    return { rows: [], corrections: [], outcomes: [...outcomes, ...waiting] };
  }
  const rows: CorrectionRow[] = [];
  const counted: Candidate[] = [];
  let isDecided = false;
  for (const candidate of newestFirst(candidates)) {
    const { taken, clusterId, event } = candidate;
    // A correction that is not in force changes nothing, so nothing is asked of what it says.
    isDecided ||= chain.newest !== undefined && !isNewer(event, chain.newest);
    const limits = taken.isReleased ? undefined : directory.limitsOf(clusterId);
    const problem = isDecided ? undefined : findUnbookable(event, limits, original, directory);
    if (problem !== undefined) {
      outcomes.push(pending(taken.id, problem));
      continue;
    }
    if (isDecided) rows.push(toEmptyRow(taken, original, directory));
    else rows.push(...bookCorrection(taken, event, original, directory));
    isDecided = true;
    counted.push(candidate);
  }
  // An implausible original is counted only together with what takes it back.
  if (counted.length > 0) rows.push(...original.ownRows);
  for (const { taken } of counted) outcomes.push({ id: taken.id, outcome: 'counted' });
  if (counted.length > 0 && chain.parkedOriginal !== undefined && original.ownRows.length > 0)
    outcomes.push({ id: chain.parkedOriginal.id, outcome: 'counted' });
  return { rows, corrections: counted.map((entry) => toCounted(entry, chain.rootKey)), outcomes };
}

/** Tells copies, conflicts and what nobody can read from corrections that can be decided about. */
function sortOut(corrections: readonly TakenCorrection[]) {
  const candidates: Candidate[] = [];
  const outcomes: ChainOutcome[] = [];
  const keys = new Set<string>();
  for (const taken of corrections) {
    const { id, eventKey, contentHash, countedHash, clusterId, hasIdentity } = taken;
    const event = readParkedCorrection(taken.event);
    if (countedHash === contentHash) outcomes.push({ id, outcome: 'duplicate' });
    else if (countedHash !== undefined) outcomes.push(pending(id, CONFLICT_WITH_LEDGER));
    else if (!hasIdentity || keys.has(eventKey)) outcomes.push(pending(id, CONFLICT_AMONG_PARKED));
    else if (event === undefined || clusterId === undefined) outcomes.push(pending(id, UNREADABLE));
    else {
      keys.add(eventKey);
      candidates.push({ taken, clusterId, event });
    }
  }
  return { candidates, outcomes };
}

/** The original with what is booked of it: as the ledger has it, or as it would be counted if it were plausible. */
function findOriginal(
  { original, booked, parkedOriginal }: Chain,
  directory: Directory,
): CorrectedOriginal | Unattributed {
  if (original !== undefined) return { ...original, booked, ownRows: [] };
  if (parkedOriginal === undefined) return UNKNOWN_ORIGINAL;
  const planned = planOriginal(parkedOriginal, directory);
  if (!('reason' in planned)) return planned;
  return { reason: 'unknown_original', detail: `the event that it replaces is implausible, and ${planned.detail}` };
}

function newestFirst(candidates: readonly Candidate[]): readonly Candidate[] {
  return [...candidates].sort((a, b) => (isNewer(a.event, toRank(b.event)) ? -1 : 1));
}

function toRank({ correctedAt, id }: CorrectionEvent) {
  return { correctedAt, eventId: id };
}

function toCounted({ taken, event }: Candidate, rootKey: string): CountedCorrection {
  return { id: taken.id, rootKey, ...toRank(event), usages: event.usages, reason: event.reason };
}

function pending(id: string, { reason, detail }: Unattributed): ChainOutcome {
  return { id, outcome: 'pending', reason, detail };
}

/** It waits for a person: as it was parked it would be tried for ever. */
const UNREADABLE: Unattributed = { reason: 'uncountable', detail: 'it cannot be read' };

const UNKNOWN_ORIGINAL: Unattributed = {
  reason: 'unknown_original',
  detail: 'the event that it replaces is not counted',
};

const CONFLICT_WITH_LEDGER: Unattributed = {
  reason: 'conflict',
  detail: 'the ledger holds another content under this identity',
};

const CONFLICT_AMONG_PARKED: Unattributed = {
  reason: 'conflict',
  detail: 'another parked event of this identity, with another content, is counted',
};
