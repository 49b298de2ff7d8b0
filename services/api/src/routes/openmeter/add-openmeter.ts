import type { HttpApp } from '@hopsmeter/runtime';
import { addListOpenMeterEvents } from './list-events.ts';
import { addListOpenMeters } from './list-meters.ts';
import { addQueryMeter, type QueryMeterDeps } from './query-meter.ts';

/** Adds the reads that OpenMeter's clients make. */
export function addOpenMeter(scope: HttpApp, deps: QueryMeterDeps): void {
  addListOpenMeters(scope, deps.pool);
  addQueryMeter(scope, deps);
  addListOpenMeterEvents(scope, deps);
}
