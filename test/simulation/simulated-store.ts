import type { RecordedCounts } from '@hopsmeter/db';
import { type BatchRecord, type DirectorySnapshot, toExactUnits } from '@hopsmeter/usage';
import type { Random } from '../harness/random.ts';

export type StoredEvent = { readonly contentHash: bigint; count: number };

/** What the record statement promises, in memory; see packages/db/src/record/record-batch-statement.ts. */
export type SimulatedStore = {
  readonly ledger: ReadonlyMap<string, StoredEvent>;
  /** By `event key content hash`. */
  readonly parked: ReadonlySet<string>;
  /** Units of 10⁻³² by `day user meter`. */
  readonly rollup: ReadonlyMap<string, bigint>;
  readonly batches: ReadonlyMap<string, RecordedCounts>;
  directory: DirectorySnapshot;
  record(record: BatchRecord): readonly RecordedCounts[] | undefined;
};

export type StoreOptions = {
  readonly random: Random;
  readonly faultPercent: () => number;
  readonly directory: DirectorySnapshot;
  /** Counts every delivery, to prove that the checks see it. */
  readonly withoutDedup: boolean;
};

export function createStore({ random, faultPercent, directory, withoutDedup }: StoreOptions): SimulatedStore {
  const ledger = new Map<string, StoredEvent>();
  const parked = new Set<string>();
  const rollup = new Map<string, bigint>();
  const batches = new Map<string, RecordedCounts>();

  const apply = (record: BatchRecord): RecordedCounts[] => {
    const firstParts = record.ledger.filter(({ part }) => part === 0);
    const conflicts = firstParts.filter(({ eventKey, contentHash }) => {
      const known = ledger.get(eventKey);
      return known !== undefined && known.contentHash !== contentHash;
    });
    if (conflicts.length > 0) throw failure('HM002', JSON.stringify(conflicts.map(({ position }) => position)));
    const fresh = new Set<string>();
    for (const { eventKey, contentHash } of firstParts) {
      const known = ledger.get(eventKey);
      if (known !== undefined && !withoutDedup) continue;
      fresh.add(eventKey);
      ledger.set(eventKey, { contentHash, count: (known?.count ?? 0) + 1 });
    }
    for (const { eventKey, userId, day, usages } of record.ledger) {
      if (!fresh.has(eventKey)) continue;
      for (const { meter, quantity } of usages) {
        const key = `${day} ${userId} ${meter}`;
        rollup.set(key, (rollup.get(key) ?? 0n) + toExactUnits(quantity));
      }
    }
    const counts = record.batches.map(({ duplicatesWithin }, place) => ({
      counted: firstParts.filter(({ batch, eventKey }) => batch === place && fresh.has(eventKey)).length,
      duplicates:
        duplicatesWithin +
        firstParts.filter(({ batch, eventKey }) => batch === place && !fresh.has(eventKey)).length +
        record.parked.filter(({ batch }) => batch === place).length,
      parked: 0,
    }));
    for (const { batch, eventKey, contentHash } of record.parked) {
      const key = `${eventKey} ${contentHash}`;
      if (parked.has(key) || ledger.get(eventKey)?.contentHash === contentHash) continue;
      parked.add(key);
      const own = counts[batch];
      if (own === undefined) throw new RangeError('a parked event of no batch');
      own.parked += 1;
      own.duplicates -= 1;
    }
    return counts;
  };

  const store: SimulatedStore = {
    ledger,
    parked,
    rollup,
    batches,
    directory,
    record(record) {
      if (random.chance(faultPercent())) throw failure(random.pick(['57P01', '40001', '40P01', '53300', 'ECONNRESET']));
      if (record.batches.some(({ id }) => batches.has(id)) && !withoutDedup) return undefined;
      if (record.directoryVersion !== store.directory.version) throw failure('HM001');
      const counts = apply(record);
      for (const [place, { id, eventCount }] of record.batches.entries()) {
        const { counted, duplicates, parked } = counts[place] ?? { counted: 0, duplicates: 0, parked: 0 };
        if (counted + duplicates + parked !== eventCount) throw new Error('usage_batches_add_up');
        batches.set(id, { counted, duplicates, parked });
      }
      if (random.chance(faultPercent())) throw new Error('Connection terminated unexpectedly');
      return counts;
    },
  };
  return store;
}

function failure(code: string, detail?: string): Error {
  return Object.assign(new Error(code), { code, detail });
}
