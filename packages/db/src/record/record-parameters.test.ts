import { expect, it } from 'vitest';
import { RECORD_BATCH } from './record-batch-statement.ts';
import { RECORD_PARAMETERS } from './record-parameters.ts';

it('numbers the parameters of the record statement without gaps, and each of them is asked for', () => {
  const parameters = Object.values(RECORD_PARAMETERS).flatMap((columns) => Object.values<string>(columns));
  expect(parameters.map((parameter) => Number(/^\$(\d+)::/.exec(parameter)?.[1]))).toEqual(
    parameters.map((_, place) => place + 1),
  );
  expect(parameters.filter((parameter) => !RECORD_BATCH.includes(parameter))).toEqual([]);
  const asked = new Set([...RECORD_BATCH.matchAll(/\$\d+::[a-z]+(?:\[\])?/g)].map(([parameter]) => parameter));
  expect([...asked].sort()).toEqual([...parameters].sort());
});
