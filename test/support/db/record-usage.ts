import { randomUUID } from 'node:crypto';
import type { Pool } from '@hopsmeter/db';
import { kindOfFailure, loadDirectory, recordBatch } from '@hopsmeter/db';
import {
  type BatchRecord,
  contentHashOf,
  createDirectory,
  type Directory,
  eventKeyOf,
  type LedgerRow,
  type ParkedRow,
  type PriceEntry,
  splitByDay,
  type UsageEvent,
} from '@hopsmeter/usage';

/** Usage as a cluster reports it, for tests. Times are microseconds. */
export type ReportedUsage = {
  readonly id: string;
  readonly clusterId: string;
  readonly subject?: string | undefined;
  readonly namespace?: string | undefined;
  readonly start: number;
  readonly end: number;
  readonly meter?: string;
  readonly quantity: string;
};

/**
 * Records usage as a worker does: attributes it from a directory in memory, and reads that again when the database says
 * that it has changed.
 *
 * @returns how many events were counted and parked.
 */
export async function recordUsage(
  pool: Pool,
  usages: readonly ReportedUsage[],
  cached?: Directory,
): Promise<{ readonly counted: number; readonly parked: number; readonly refusedCount: number }> {
  const batchId = randomUUID();
  let directory = cached ?? createDirectory(await loadDirectory(pool));
  for (let refusedCount = 0; ; refusedCount++)
    try {
      const [counts] = (await recordBatch(pool, planUsages(batchId, usages, directory))) ?? [];
      return { counted: counts?.counted ?? 0, parked: counts?.parked ?? 0, refusedCount };
    } catch (error) {
      if (!['retry', 'directory_changed'].includes(kindOfFailure(error))) throw error;
      directory = createDirectory(await loadDirectory(pool));
    }
}

function planUsages(batchId: string, usages: readonly ReportedUsage[], directory: Directory): BatchRecord {
  const ledger: LedgerRow[] = [];
  const parked: ParkedRow[] = [];
  const prices = new Map<string, PriceEntry>();
  for (const [position, usage] of usages.entries()) {
    const event = toEvent(usage);
    const eventKey = eventKeyOf(usage.clusterId, event);
    const identity = { batch: 0, eventKey, contentHash: contentHashOf(event), position };
    const origin = { sourcePath: '', eventId: event.id };
    const found = directory.attribute(usage.clusterId, event);
    if ('reason' in found) {
      parked.push({ ...identity, ...origin, ...found, clusterId: usage.clusterId, event: '{}' });
      continue;
    }
    for (const [part, { day, usages }] of splitByDay(event).entries()) {
      ledger.push({
        ...identity,
        ...origin,
        ...found,
        part,
        day,
        bookedOn: directory.bookedOn(found.accountOwnerId, day),
        usages,
        start: event.start,
        end: event.end,
        eventType: event.type,
      });
      for (const { meter } of usages) {
        const { accountOwnerId } = found;
        const price = directory.pricing.priceOf(accountOwnerId, meter, day);
        if (price !== undefined) prices.set(`${accountOwnerId} ${day} ${meter}`, { day, accountOwnerId, price });
      }
    }
  }
  const eventCount = usages.length;
  return {
    directoryVersion: directory.version,
    batches: [{ id: batchId, receivedAt: Date.now() * 1_000, eventCount, requests: '[]', duplicatesWithin: 0 }],
    ledger,
    parked,
    prices: [...prices.values()],
  };
}

function toEvent({ id, subject, namespace, start, end, meter = 'cpu_hours', quantity }: ReportedUsage): UsageEvent {
  return {
    id,
    sourcePath: '',
    type: 'meter',
    subject,
    namespace,
    gpuModel: undefined,
    start,
    end,
    usages: [{ meter, quantity }],
  };
}
