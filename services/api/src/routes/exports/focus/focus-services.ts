import { IMPORTED_METER_PREFIX, isImportedMeter } from '@hopsmeter/usage';

/** A service as FOCUS sorts it. A subcategory has one category, and a service one of both. */
export type FocusService = { readonly name: string; readonly category: string; readonly subcategory: string };

const COMPUTE = { name: 'Hopsworks Compute', category: 'Compute', subcategory: 'Containers' };

/** Meters that somebody adds: what they measure is a part of the platform. */
const PLATFORM = {
  name: 'Hopsworks Platform',
  category: 'AI and Machine Learning',
  subcategory: 'AI Platforms',
};

const SERVICES: ReadonlyMap<string, FocusService> = new Map([
  ['cpu_hours', COMPUTE],
  ['gpu_hours', COMPUTE],
  ['ram_gb_hours', COMPUTE],
  [
    'online_storage_gb_hours',
    { name: 'Hopsworks Online Feature Store', category: 'Databases', subcategory: 'NoSQL Databases' },
  ],
  [
    'offline_storage_gb_hours',
    { name: 'Hopsworks Offline Feature Store', category: 'Storage', subcategory: 'File Storage' },
  ],
  ['network_egress_gb', { name: 'Hopsworks Network', category: 'Networking', subcategory: 'Network Infrastructure' }],
]);

/** A model of GPU with a meter of its own, such as `gpu_hours_h100`. */
const GPU_MODEL = /^gpu_hours_/;

/** The service that a meter is of; imported usage is of the one that it was used of. */
export function serviceOf(meter: string): FocusService {
  const measured = isImportedMeter(meter) ? meter.slice(IMPORTED_METER_PREFIX.length) : meter;
  return SERVICES.get(measured) ?? (GPU_MODEL.test(measured) ? COMPUTE : PLATFORM);
}
