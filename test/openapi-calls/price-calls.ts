import { known, type MakeCall } from './call.ts';

const CHANGE = {
  kind: 'set_override',
  accountOwnerId: 'auth0|other',
  override: { kind: 'discount', discountPercent: '10' },
};

/** Meters, cards and changes of prices. */
export const PRICE_CALLS: readonly MakeCall[] = [
  () => ({ operationId: 'listMeters', status: 200 }),
  () => ({
    operationId: 'createMeter',
    body: { meter: 'documented_calls', unit: 'call', description: 'Calls' },
    status: 201,
  }),
  () => ({
    operationId: 'createMeter',
    body: { meter: 'documented_calls', unit: 'calls', description: 'Calls' },
    status: 409,
  }),
  () => ({
    operationId: 'setGpuModel',
    body: { name: 'Tesla T4', meter: 'gpu_hours' },
    status: 201,
    learn: ({ id }, world) => world.set('gpuModel', id),
  }),
  () => ({ operationId: 'setGpuModel', body: { name: 'Tesla T4', meter: 'nothing' }, status: 400 }),
  () => ({ operationId: 'listGpuModels', status: 200 }),
  (world) => ({ operationId: 'removeGpuModel', params: { id: known(world, 'gpuModel') }, status: 200 }),
  () => ({ operationId: 'createRateCard', body: { name: 'documented', creditUsd: '0.5' }, status: 201 }),
  () => ({ operationId: 'listRateCards', status: 200 }),
  () => ({ operationId: 'readPrices', params: { id: 'auth0|other' }, status: 200 }),
  (world) => ({
    operationId: 'changePrices',
    body: {
      change: { ...CHANGE, validFrom: known(world, 'from') },
      dryRun: true,
      forecastMonth: known(world, 'month'),
    },
    status: 200,
    learn: ({ forecast }, learned) => learned.set('fingerprint', forecast.fingerprint),
  }),
  (world) => ({
    operationId: 'changePrices',
    body: {
      change: { ...CHANGE, validFrom: known(world, 'from') },
      reason: 'a promise',
      fingerprint: known(world, 'fingerprint'),
    },
    status: 200,
    learn: ({ priceChange }, learned) => learned.set('priceChange', priceChange.id),
  }),
  () => ({ operationId: 'listPriceOverrides', status: 200 }),
  () => ({ operationId: 'listPriceChanges', status: 200 }),
  (world) => ({ operationId: 'readPriceChange', params: { id: known(world, 'priceChange') }, status: 200 }),
  () => ({ operationId: 'readPrices', params: { id: 'auth0|other' }, status: 200 }),
];
