import { ONE, type Quantity } from './decimal.ts';

/**
 * Imported usage: days that another system measured and billed before hopsmeter. It has meters of its own, because it
 * is measured in another way (a day's last size × 24 is no GB-hours that were metered) and priced in another way (what
 * was billed for the day, whatever its parts would cost). So wherever a meter is shown, imported usage can be told from
 * metered.
 */
export const IMPORTED_METERS = {
  cpu: 'imported_cpu_hours',
  gpu: 'imported_gpu_hours',
  ram: 'imported_ram_gb_hours',
  onlineStorage: 'imported_online_storage_gb_hours',
  offlineStorage: 'imported_offline_storage_gb_hours',
  egress: 'imported_network_egress_gb',
  /** What was billed for the whole day; the others cost nothing besides. */
  billed: 'imported_usd',
} as const;

/** How the names of these meters begin, and no others. The database knows it too: `effective_price`. */
export const IMPORTED_METER_PREFIX = 'imported_';

/** What a ledger row says that it is, and under which source and what kind of id. No cluster can report it. */
export const IMPORTED_EVENT_TYPE = 'imported';
export const IMPORTED_SOURCE_PATH = '/import';

export function isImportedMeter(meter: string): boolean {
  return meter.startsWith(IMPORTED_METER_PREFIX);
}

/** The price of a unit of an imported meter, for everybody and on every day: a dollar costs a dollar. */
export function importedPriceOf(meter: string): Quantity {
  return meter === IMPORTED_METERS.billed ? ONE : 0n;
}
