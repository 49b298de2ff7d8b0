import type { BatchRecord, LedgerRow } from '@hopsmeter/usage';
import { type Branch, createDictionary, type Dictionary, follow } from './dictionary.ts';

/** A record as it travels: what repeats in its ledger rows is sent once, and rows point to it. */
export type CodedRecord = {
  readonly record: BatchRecord;
  /** Who used it, who pays and where it is booked. */
  readonly attributions: Dictionary<LedgerRow>;
  readonly windows: Dictionary<LedgerRow>;
  /** How a row came to be, and which meters it feeds: the same for most rows, but for the quantities. */
  readonly kinds: Dictionary<LedgerRow>;
};

export function codeRecord(record: BatchRecord): CodedRecord {
  const attributions = createDictionary(findAttribution);
  const windows = createDictionary(findWindow);
  const kinds = createDictionary(findKind);
  for (const row of record.ledger) {
    attributions.add(row);
    windows.add(row);
    kinds.add(row);
  }
  return { record, attributions, windows, kinds };
}

function findAttribution(root: Branch, { userId, accountOwnerId, clusterId, projectId, bookedOn }: LedgerRow): Branch {
  return follow(follow(follow(follow(follow(root, userId), accountOwnerId), clusterId), projectId), bookedOn);
}

function findWindow(root: Branch, { start, end }: LedgerRow): Branch {
  return follow(follow(root, start), end);
}

function findKind(root: Branch, { eventType, attributedBy, sourcePath, usages }: LedgerRow): Branch {
  let branch = follow(follow(follow(root, eventType), attributedBy), sourcePath);
  for (const { meter } of usages) branch = follow(branch, meter);
  return branch;
}
