import { known, type MakeCall } from './call.ts';

/** Parked events, comparisons, alerts, webhooks and Stripe. */
export const UPKEEP_CALLS: readonly MakeCall[] = [
  () => ({
    operationId: 'listParked',
    status: 200,
    learn: ({ parkedEvents: [event] }, world) => world.set('parked', event.id),
  }),
  () => ({ operationId: 'retryParked', body: { filter: {} }, status: 202 }),
  (world) => ({
    operationId: 'releaseParked',
    body: { ids: [known(world, 'parked')], reason: 'it is plausible' },
    status: 202,
  }),
  (world) => ({
    operationId: 'giveUpParked',
    body: { ids: [known(world, 'parked')], reason: 'a test' },
    status: 200,
  }),
  (world) => ({
    operationId: 'decideConflict',
    params: { id: known(world, 'conflict') },
    body: { right: 'first', reason: 'a test' },
    status: 200,
  }),
  (world) => ({
    operationId: 'decideConflict',
    params: { id: known(world, 'conflict') },
    body: { right: 'later', reason: 'a test' },
    status: 409,
  }),
  (world) => ({
    operationId: 'requestReconciliation',
    body: { from: known(world, 'from'), to: known(world, 'to') },
    status: 202,
  }),
  () => ({ operationId: 'listReconciliations', status: 200 }),
  (world) => ({ operationId: 'readReconciliation', params: { id: known(world, 'reconciliation') }, status: 200 }),
  (world) => ({
    operationId: 'repairUsageDaily',
    params: { id: known(world, 'reconciliation') },
    body: { reason: 'a test' },
    status: 200,
  }),
  (world) => ({
    operationId: 'readCoverage',
    query: { from: known(world, 'from'), to: known(world, 'dayAfterFrom') },
    status: 200,
  }),
  (world) => ({ operationId: 'readComparison', params: { month: known(world, 'month') }, status: 200 }),
  () => ({ operationId: 'readComparison', params: { month: '2026-13' }, status: 400 }),
  () => ({ operationId: 'listAlerts', status: 200 }),
  () => ({
    operationId: 'createWebhook',
    body: { url: 'https://hooks.example.com/hopsmeter' },
    status: 201,
    learn: ({ webhook }, world) => world.set('webhook', webhook.id),
  }),
  () => ({ operationId: 'createWebhook', body: { url: 'https://127.0.0.1/x' }, status: 400 }),
  () => ({ operationId: 'listWebhooks', status: 200 }),
  (world) => ({
    operationId: 'listWebhookDeliveries',
    params: { id: known(world, 'deadWebhook') },
    status: 200,
  }),
  (world) => ({
    operationId: 'retryWebhookDelivery',
    params: { id: known(world, 'deadWebhook'), deliveryId: known(world, 'deadDelivery') },
    status: 202,
  }),
  (world) => ({ operationId: 'disableWebhook', params: { id: known(world, 'webhook') }, status: 200 }),
  (world) => ({
    operationId: 'setStripeCustomer',
    params: { id: 'auth0|other' },
    body: { stripeCustomerId: 'cus_documented', from: known(world, 'firstOfNextMonth') },
    status: 200,
  }),
  () => ({ operationId: 'readStripeAccount', params: { id: 'auth0|owner' }, status: 200 }),
  () => ({ operationId: 'endStripeCustomer', params: { id: 'auth0|other' }, status: 200 }),
  () => ({ operationId: 'readFollowing', status: 200 }),
  () => ({ operationId: 'confirmMissing', body: { reason: 'the team left' }, status: 200 }),
  () => ({ operationId: 'listRemittances', status: 200 }),
  (world) => ({
    operationId: 'resolveRemittance',
    params: { id: known(world, 'remittance') },
    body: { outcome: 'sent', reason: 'seen at Stripe' },
    status: 200,
  }),
];
