import { known, type MakeCall } from './call.ts';

/** Reads in OpenMeter's form. */
export const OPENMETER_CALLS: readonly MakeCall[] = [
  () => ({ operationId: 'listOpenMeterMeters', status: 200 }),
  (world) => ({
    operationId: 'queryOpenMeterMeter',
    params: { slug: 'cpu_hours' },
    query: { from: known(world, 'from'), to: known(world, 'to'), windowSize: 'DAY', groupBy: 'subject' },
    status: 200,
  }),
  () => ({ operationId: 'queryOpenMeterMeter', params: { slug: 'cpu_hours' }, accept: 'text/csv', status: 200 }),
  () => ({ operationId: 'queryOpenMeterMeter', params: { slug: 'nothing' }, status: 404 }),
  () => ({
    operationId: 'queryOpenMeterMeter',
    params: { slug: 'cpu_hours' },
    query: { windowSize: 'MINUTE' },
    status: 400,
  }),
  () => ({ operationId: 'readOpenMeterMeter', params: { slug: 'cpu_hours' }, status: 200 }),
  () => ({
    operationId: 'queryOpenMeterMeterByPost',
    params: { slug: 'cpu_hours' },
    body: { windowSize: 'DAY', groupBy: ['cluster'], filterGroupBy: { namespace: ['nothing'] } },
    status: 200,
  }),
  () => ({ operationId: 'listOpenMeterGroupByValues', params: { slug: 'cpu_hours', groupBy: 'cluster' }, status: 200 }),
  () => ({
    operationId: 'listOpenMeterSubjects',
    status: 200,
    learn: ([subject], learned) => learned.set('subject', subject.id),
  }),
  (world) => ({ operationId: 'readOpenMeterSubject', params: { id: known(world, 'subject') }, status: 200 }),
  () => ({ operationId: 'listOpenMeterEventsByPage', query: { limit: '2' }, status: 200 }),
  () => ({ operationId: 'listOpenMeterEvents', query: { limit: '5' }, status: 200 }),
];
