import { known, type MakeCall } from './call.ts';

/** The account that the world has usage of. */
const ACCOUNT = 'auth0|owner';

/** A row of usage of a day, as a file. */
const fileOf = (day: string) =>
  `id,cluster,subject,meter,quantity,windowStart,windowEnd
a,east,${ACCOUNT},cpu_hours,1,${day}T10:00:00Z,${day}T11:00:00Z`;

/** Reads of usage, and everything that is billed. */
export const BILLING_CALLS: readonly MakeCall[] = [
  () => ({ operationId: 'listAccounts', query: { limit: '1' }, status: 200 }),
  () => ({ operationId: 'listAccounts', query: { sort: 'color' }, status: 400 }),
  (world) => ({
    operationId: 'readAccountTotals',
    params: { id: ACCOUNT },
    query: { ...monthOf(world), groupBy: 'day,user,project,cluster,meter' },
    status: 200,
  }),
  (world) => ({ operationId: 'readAccountTotals', params: { id: 'nobody' }, query: monthOf(world), status: 404 }),
  (world) => ({
    operationId: 'readTotals',
    query: { ...monthOf(world), groupBy: 'day,account,meter', meter: 'cpu_hours' },
    status: 200,
  }),
  (world) => ({
    operationId: 'readAccountBreakdown',
    params: { id: ACCOUNT },
    query: { ...monthOf(world), by: 'project' },
    status: 200,
  }),
  (world) => ({
    operationId: 'readAccount',
    params: { id: ACCOUNT },
    query: { month: known(world, 'month') },
    status: 200,
  }),
  () => ({ operationId: 'readAccount', params: { id: 'nobody' }, status: 404 }),
  (world) => ({ operationId: 'readOwnUsage', query: { ...monthOf(world), groupBy: 'day,project' }, status: 200 }),
  (world) => ({ operationId: 'listUsageDaily', query: monthOf(world), status: 200 }),
  (world) => ({ operationId: 'listUsageDaily', query: monthOf(world), accept: 'text/csv', status: 200 }),
  (world) => ({ operationId: 'listUsageDaily', query: monthOf(world), accept: 'image/png', status: 406 }),
  () => ({ operationId: 'listMonths', status: 200 }),
  (world) => ({ operationId: 'readMonth', params: { month: known(world, 'month') }, status: 200 }),
  () => ({ operationId: 'readMe', status: 200 }),
  () => ({ operationId: 'readPipeline', status: 200 }),
  () => ({ operationId: 'readOperations', status: 200 }),
  (world) => ({
    operationId: 'listEvents',
    query: monthOf(world),
    status: 200,
    learn: ({ events: [event] }, learned) => learned.set('event', event.id).set('eventSource', event.source),
  }),
  (world) => ({
    operationId: 'readReceipt',
    params: { id: known(world, 'event') },
    query: { source: known(world, 'eventSource') },
    status: 200,
  }),
  () => ({ operationId: 'readReceipt', params: { id: 'nothing' }, status: 404 }),
  (world) => ({
    operationId: 'readReceiptByQuery',
    query: { id: known(world, 'event'), source: known(world, 'eventSource') },
    status: 200,
  }),
  (world) => ({
    operationId: 'correctEvent',
    params: { id: known(world, 'event') },
    query: { source: known(world, 'eventSource') },
    body: { quantities: { cpu_hours: '1' }, reason: 'a test', dryRun: true },
    status: 200,
  }),
  (world) => ({
    operationId: 'importUsage',
    query: { reason: 'a test', dryRun: 'true' },
    body: fileOf(known(world, 'from')),
    status: 200,
  }),
  () => ({ operationId: 'importUsage', query: { reason: 'a test' }, body: 'id\na', status: 400 }),
  (world) => ({
    operationId: 'exportFocus',
    query: { month: known(world, 'month') },
    accept: 'text/csv',
    status: 200,
  }),
  (world) => ({
    operationId: 'exportFocus',
    query: { month: known(world, 'month'), format: 'parquet', version: '1.4' },
    accept: '*/*',
    status: 200,
  }),
  () => ({ operationId: 'listGrants', params: { id: ACCOUNT }, status: 200 }),
  (world) => ({
    operationId: 'grantCredit',
    params: { id: ACCOUNT },
    body: { amount: '0.01', validFrom: known(world, 'from'), reason: 'welcome' },
    status: 201,
    learn: ({ id }, learned) => learned.set('grant', id),
  }),
  (world) => ({
    operationId: 'revokeGrant',
    params: { id: ACCOUNT, grantId: known(world, 'grant') },
    body: { reason: 'a mistake' },
    status: 200,
  }),
  () => ({ operationId: 'setSpendingCap', params: { id: ACCOUNT }, body: { amount: '100' }, status: 200 }),
  () => ({ operationId: 'readSpendingCap', params: { id: ACCOUNT }, status: 200 }),
  () => ({ operationId: 'removeSpendingCap', params: { id: ACCOUNT }, status: 200 }),
  () => ({ operationId: 'readSpendingCap', params: { id: ACCOUNT }, status: 200 }),
  () => ({ operationId: 'listStatements', params: { id: ACCOUNT }, status: 200 }),
  (world) => ({
    operationId: 'readStatement',
    params: { account: ACCOUNT, month: known(world, 'month') },
    status: 200,
  }),
  (world) => ({ operationId: 'closeMonths', body: { month: known(world, 'month'), dryRun: true }, status: 200 }),
  (world) => ({
    operationId: 'closeMonths',
    body: {
      month: known(world, 'month'),
      accountOwnerIds: [ACCOUNT],
      acceptWaiting: true,
      reason: 'the world has no collector',
    },
    status: 200,
  }),
  (world) => ({
    operationId: 'readStatement',
    params: { account: ACCOUNT, month: known(world, 'month') },
    status: 200,
  }),
  () => ({ operationId: 'listStatements', params: { id: ACCOUNT }, status: 200 }),
];

function monthOf(world: Map<string, string>) {
  return { from: known(world, 'from'), to: known(world, 'to') };
}
