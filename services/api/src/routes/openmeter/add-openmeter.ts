import type { HttpApp } from '@hopsmeter/runtime';
import type { QuestionDeps } from './answer-question.ts';
import { addListOpenMeterEvents } from './list-events.ts';
import { addListGroupByValues } from './list-group-by-values.ts';
import { addListOpenMeters } from './list-meters.ts';
import { addListSubjects } from './list-subjects.ts';
import { addQueryMeter } from './query-meter.ts';

/** Adds the reads that OpenMeter's clients make. */
export function addOpenMeter(scope: HttpApp, deps: QuestionDeps): void {
  addListOpenMeters(scope, deps.pool);
  addQueryMeter(scope, deps);
  addListGroupByValues(scope, deps);
  addListSubjects(scope, deps.pool);
  addListOpenMeterEvents(scope, deps);
}
