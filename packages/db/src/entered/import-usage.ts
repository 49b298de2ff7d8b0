import {
  contentHashOf,
  createDirectory,
  type Directory,
  divideHalfAway,
  type ExactUnits,
  eventKeyOf,
  type ParkReason,
  type Quantity,
  roundExactUnits,
  splitByDay,
  toExactUnits,
  type UsageEvent,
} from '@hopsmeter/usage';
import type { Change } from '../audit/audit-row.ts';
import { type AuditedTransaction, inAuditedTransaction } from '../audit/in-audited-transaction.ts';
import type { Pool } from '../connection/pool.ts';
import { readDirectory } from '../directory/load-directory.ts';
import { enterEvents } from './enter-events.ts';
import { findObstacle } from './usage-difference.ts';

/** Rows of one import at most: what one batch holds, so that an import is recorded whole. */
export const IMPORT_ROWS_MAX = 5_000;

/** A row of an import: usage of a registered meter, as an event. */
export type ImportedRow = {
  /** Number of the row in the file, from 1 behind the header. */
  readonly row: number;
  readonly clusterId: string;
  readonly event: UsageEvent;
};

export type WantedImport = {
  readonly rows: readonly ImportedRow[];
  readonly reason: string;
  readonly isDryRun: boolean;
};

/** What an account gains of a meter. The cost is at the list price of the usage days. */
export type ImportedUsage = {
  readonly accountOwnerId: string;
  readonly meter: string;
  readonly quantity: Quantity;
  readonly cost: Quantity;
  readonly rowCount: number;
};

/** Rows that are not counted at once, or not at all, and why. */
export type ImportedAside = {
  readonly row: number;
  readonly reason: ParkReason | 'duplicate';
  readonly detail: string;
};

export type UsageImport = {
  /** The batch that the rows are recorded as; undefined in a dry run. */
  readonly importId: string | undefined;
  readonly usages: readonly ImportedUsage[];
  readonly aside: readonly ImportedAside[];
};

/**
 * Enters rows of usage for a person: all of them, as one batch, in one transaction. Imported again, rows that are
 * known are duplicates: a row is known by its cluster and id.
 *
 * The answer tells what is counted for whom, as it is decided by the directory that is held meanwhile; a dry run
 * tells the same and changes nothing.
 *
 * @param wanted at most {@link IMPORT_ROWS_MAX} rows, no two of one identity.
 */
export function importUsage(pool: Pool, change: Change, wanted: WantedImport): Promise<UsageImport> {
  const { rows, reason, isDryRun } = wanted;
  return inAuditedTransaction(
    pool,
    change,
    async (transaction) => {
      const directory = createDirectory(await readDirectory(transaction));
      const outcome = sortOut(rows, await readKnown(transaction, rows), directory);
      if (isDryRun) return { importId: undefined, ...outcome };
      const { batchId, counts } = await enterEvents(transaction, change, rows);
      await transaction.audit({
        action: 'import_usage',
        entity: 'usage_batches',
        entityId: batchId,
        after: { rowCount: rows.length, newCount: counts.parked, duplicateCount: counts.duplicates },
        reason,
      });
      return { importId: batchId, ...outcome };
    },
    isDryRun,
  );
}

/** What is known under identities: what the ledger holds, and what is parked. Parameters: $1 event keys. */
const READ_KNOWN = `
select key.value::text as "eventKey", hopsmeter.counted_content_hash(key.value)::text as "countedHash",
  array(select content_hash::text from hopsmeter.parked_events where event_key = key.value) as "parkedHashes"
from unnest($1::uuid[]) as key (value)
`;

type Known = {
  readonly eventKey: string;
  readonly countedHash: string | null;
  readonly parkedHashes: readonly string[];
};

async function readKnown(
  { rowsOf }: AuditedTransaction,
  rows: readonly ImportedRow[],
): Promise<ReadonlyMap<string, Known>> {
  const keys = rows.map(({ clusterId, event }) => eventKeyOf(clusterId, event));
  const known = await rowsOf<Known>(READ_KNOWN, [keys]);
  return new Map(known.map((each) => [each.eventKey.replaceAll('-', ''), each]));
}

/** By account and meter. A quantity is rounded when all of it is there. */
type ImportedSums = Map<
  string,
  Omit<ImportedUsage, 'quantity' | 'cost' | 'rowCount'> & {
    exactQuantity: ExactUnits;
    cost: Quantity;
    rowCount: number;
  }
>;

function sortOut(
  rows: readonly ImportedRow[],
  known: ReadonlyMap<string, Known>,
  directory: Directory,
): Pick<UsageImport, 'usages' | 'aside'> {
  const sums: ImportedSums = new Map();
  const aside: ImportedAside[] = [];
  for (const { row, clusterId, event } of rows) {
    const problem =
      findCopy(event, known.get(eventKeyOf(clusterId, event))) ?? addRow(sums, clusterId, event, directory);
    if (problem !== undefined) aside.push({ row, ...problem });
  }
  const usages = [...sums.values()].map(({ exactQuantity, ...sum }) => ({
    ...sum,
    quantity: roundExactUnits(exactQuantity),
  }));
  return { usages, aside };
}

function findCopy(event: UsageEvent, known: Known | undefined): Omit<ImportedAside, 'row'> | undefined {
  const hash = contentHashOf(event).toString();
  if (known === undefined) return undefined;
  const { countedHash, parkedHashes } = known;
  if (countedHash === hash) return { reason: 'duplicate', detail: 'it is counted already' };
  if (parkedHashes.includes(hash)) return { reason: 'duplicate', detail: 'it is parked already' };
  if (countedHash === null) return undefined;
  return { reason: 'conflict', detail: 'the ledger holds another content under this identity' };
}

/** Adds what a row is counted as; says why not when it is parked. */
function addRow(
  sums: ImportedSums,
  clusterId: string,
  event: UsageEvent,
  directory: Directory,
): Omit<ImportedAside, 'row'> | undefined {
  const owner = directory.attribute(clusterId, event);
  if ('reason' in owner) return owner;
  const { accountOwnerId } = owner;
  const { start, end, usages } = event;
  const obstacle = findObstacle(clusterId, { accountOwnerId, start, end, usages }, directory);
  if (obstacle !== undefined) return obstacle;
  for (const meter of new Set(usages.map((usage) => usage.meter))) {
    const name = JSON.stringify([accountOwnerId, meter]);
    const sum = sums.get(name) ?? { accountOwnerId, meter, exactQuantity: 0n, cost: 0n, rowCount: 0 };
    sums.set(name, sum);
    sum.rowCount += 1;
    for (const part of splitByDay(event))
      for (const usage of part.usages) {
        const price = directory.pricing.priceOf(accountOwnerId, meter, part.day);
        const units = toExactUnits(usage.quantity);
        sum.exactQuantity += units;
        if (price !== undefined) sum.cost += divideHalfAway(roundExactUnits(units) * price.price, price.priceQuantity);
      }
  }
  return undefined;
}
