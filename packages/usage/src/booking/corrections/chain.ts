import type { AttributedBy, ParkReason } from '../../directory.ts';
import type { Usage } from '../../event.ts';
import type { Micros, UsageDay } from '../../time.ts';
import type { BookedRow, Owner } from '../booked-row.ts';
import type { TakenEvent } from '../plan-parked.ts';

/** What an event and the corrections of it add up to for one owner on one usage day. Never zero. */
export type BookedUsage = Owner & { readonly day: UsageDay; readonly usages: readonly Usage[] };

/** The counted event that a chain of corrections is about, with whom its usage belongs to now. */
export type ChainOriginal = Owner & {
  readonly attributedBy: AttributedBy;
  readonly start: Micros;
  readonly end: Micros;
};

/** Of several corrections of one event the one with the greatest time is in force, and of those the greatest id. */
export type CorrectionRank = { readonly correctedAt: Micros; readonly eventId: string };

/**
 * A correction that waits. `countedHash` is what the ledger holds under its identity; `hasIdentity` says that no other
 * content that is parked has it.
 */
export type TakenCorrection = TakenEvent & { readonly countedHash: bigint | undefined; readonly hasIdentity: boolean };

/** An event and everything that corrects it, as far as it is known and could be taken. */
export type Chain = {
  readonly rootKey: string;
  /** `undefined` while it is not counted. */
  readonly original: ChainOriginal | undefined;
  /** The original where it is parked as implausible: it can be counted together with a correction. */
  readonly parkedOriginal: TakenEvent | undefined;
  /** Of the corrections that are counted, the one in force. */
  readonly newest: CorrectionRank | undefined;
  /** What the ledger holds of original and corrections now. */
  readonly booked: readonly BookedUsage[];
  /** Those that wait, the longest waiting first, conflicts last. */
  readonly corrections: readonly TakenCorrection[];
};

/**
 * A row of a correction, or of an original that is counted with one; no adjustment makes it usage as it was reported.
 */
export type CorrectionRow = BookedRow & { readonly adjustment: 'reversal' | 'correction' | undefined };

/** A correction that is counted, whether or not it is in force. */
export type CountedCorrection = CorrectionRank & {
  readonly id: string;
  readonly rootKey: string;
  readonly usages: readonly Usage[];
  readonly reason: string | undefined;
};

/** What becomes of a taken event. No reason: as it was parked. */
export type ChainOutcome =
  | { readonly id: string; readonly outcome: 'counted' | 'duplicate' }
  | {
      readonly id: string;
      readonly outcome: 'pending';
      readonly reason: ParkReason | undefined;
      readonly detail: string | undefined;
    };

/** What becomes of chains. An event with ledger rows has one with part 0 and is `counted`. */
export type CorrectionPlan = {
  readonly directoryVersion: string;
  readonly rows: readonly CorrectionRow[];
  readonly corrections: readonly CountedCorrection[];
  readonly outcomes: readonly ChainOutcome[];
};
