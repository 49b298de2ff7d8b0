import { createTestDatabase, type TestDatabase } from '@hopsmeter/test/support/db/test-database.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { plainArray, textArray } from './pg-array.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.close());

/** What Postgres reads, as JSON: the driver's own reading of arrays has nothing to do with it. */
async function readBack(array: string, type: string): Promise<unknown> {
  const { rows } = await database.pool.query(`select to_json($1::${type}[]) as items`, [array]);
  return rows[0].items;
}

/** Every text that Postgres can hold: well-formed, without NUL. */
const texts = fc.array(
  fc
    .oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', ',', ' ', 'N', 'U', 'L', '\n', "'") }),
    )
    .map((text) => text.replaceAll('\0', '')),
);

it('carries every text as it is', async () => {
  await fc.assert(
    fc.asyncProperty(texts, async (items) => {
      expect(await readBack(textArray(items), 'text')).toEqual(items);
    }),
    { numRuns: 200 },
  );
});

it('carries arrays of texts within texts', async () => {
  await fc.assert(
    fc.asyncProperty(texts, async (items) => {
      expect(await readBack(textArray([textArray(items)]), 'text')).toEqual([textArray(items)]);
    }),
    { numRuns: 50 },
  );
});

it('carries numbers, big numbers and nothing', async () => {
  const { rows } = await database.pool.query('select $1::bigint[]::text as items', [
    plainArray([1, null, -(2n ** 63n), 2n ** 63n - 1n]),
  ]);
  expect(rows).toEqual([{ items: '{1,NULL,-9223372036854775808,9223372036854775807}' }]);
  expect(await readBack(plainArray([]), 'uuid')).toEqual([]);
  expect(await readBack(textArray([]), 'text')).toEqual([]);
});
