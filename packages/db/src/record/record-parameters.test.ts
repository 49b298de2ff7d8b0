import { expect, it } from 'vitest';
import { SETTLE_PARKED_PARAMETERS } from '../parked/settle-parked-parameters.ts';
import { SETTLE_PARKED } from '../parked/settle-parked-statement.ts';
import { RECORD_BATCH } from './record-batch-statement.ts';
import { RECORD_NEW } from './record-new-statement.ts';
import { RECORD_NEW_PARAMETERS, RECORD_PARAMETERS } from './record-parameters.ts';

it.each([
  ['record', RECORD_BATCH, RECORD_PARAMETERS],
  ['record-new', RECORD_NEW, RECORD_NEW_PARAMETERS],
  ['settle-parked', SETTLE_PARKED, SETTLE_PARKED_PARAMETERS],
])('numbers the parameters of the %s statement without gaps, and it asks for each', (_name, statement, table) => {
  const parameters = Object.values(table).flatMap((columns) => Object.values<string>(columns));
  expect(parameters.map((parameter) => Number(/^\$(\d+)::/.exec(parameter)?.[1]))).toEqual(
    parameters.map((_, place) => place + 1),
  );
  const asked = new Set([...statement.matchAll(/\$\d+::[a-z]+(?:\[\])?/g)].map(([parameter]) => parameter));
  expect([...asked].sort()).toEqual([...parameters].sort());
});
