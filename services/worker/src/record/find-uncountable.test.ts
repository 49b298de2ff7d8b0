import {
  HOUR,
  SAMPLE_DIRECTORY,
  SAMPLE_START,
  sampleBatch,
  sampleEvent,
} from '@hopsmeter/test/support/usage/sample-events.ts';
import { type BatchRecord, planBatch } from '@hopsmeter/usage';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findUncountable } from './find-uncountable.ts';

const failure = (code: string, message = code) => Object.assign(new Error(message), { code });

/** Every third event lasts over midnight, every fifth is parked. */
const recordOf = (eventCount: number): BatchRecord =>
  planBatch(
    sampleBatch(
      Array.from({ length: eventCount }, (_, i) =>
        sampleEvent(`event ${i}`, {
          end: SAMPLE_START + (i % 3 === 0 ? 24 : 1) * HOUR,
          namespace: i % 5 === 0 ? 'nope' : 'ml',
        }),
      ),
    ),
    SAMPLE_DIRECTORY,
  );

const positionsOf = ({ ledger, parked }: BatchRecord): Set<number> =>
  new Set([...ledger, ...parked].map(({ position }) => position));

/** A database that refuses some events. */
function createStore(bad: ReadonlySet<number>) {
  const tried: BatchRecord[] = [];
  return {
    tried,
    async tryRecord(part: BatchRecord): Promise<void> {
      tried.push(part);
      for (const position of positionsOf(part)) if (bad.has(position)) throw failure('22021', `no ${position}`);
    },
  };
}

describe('the search for uncountable events', () => {
  it('finds every bad event and no other', async () => {
    const record = recordOf(40);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat({ max: 39 })), async (bad) => {
        const found = await findUncountable(record, createStore(new Set(bad)).tryRecord);
        expect([...found.keys()].sort((a, b) => a - b)).toEqual([...bad].sort((a, b) => a - b));
        for (const [position, { reason, detail }] of found)
          expect([reason, detail]).toEqual(['uncountable', `no ${position}`]);
      }),
    );
  });

  it('takes few tries: about twice the logarithm for each bad event', async () => {
    const store = createStore(new Set([17, 900]));
    await findUncountable(recordOf(1_000), store.tryRecord);
    expect(store.tried.length).toBeLessThanOrEqual(2 * 2 * Math.ceil(Math.log2(1_000)) + 1);
  });

  it('tries whole events, in batches of their own that add up', async () => {
    const record = recordOf(30);
    const store = createStore(new Set([3, 10]));
    await findUncountable(record, store.tryRecord);
    const ids = store.tried.map(({ batches }) => batches[0]?.id);
    expect(new Set([record.batches[0]?.id, ...ids]).size).toBe(store.tried.length + 1);
    for (const part of store.tried) {
      const positions = positionsOf(part);
      expect(part.batches).toMatchObject([{ eventCount: positions.size, duplicatesWithin: 0 }]);
      for (const list of ['ledger', 'parked'] as const)
        expect(part[list]).toEqual(record[list].filter(({ position }) => positions.has(position)));
    }
  });

  it('finds nothing where each event alone is fine', async () => {
    expect(await findUncountable(recordOf(8), async () => undefined)).toEqual(new Map());
    const onlyTogether = async (part: BatchRecord) => {
      if (positionsOf(part).size > 1) throw failure('22003');
    };
    expect(await findUncountable(recordOf(8), onlyTogether)).toEqual(new Map());
    expect(await findUncountable(recordOf(0), async () => undefined)).toEqual(new Map());
  });

  it('leaves conflicts to the next attempt', async () => {
    const tryRecord = async (part: BatchRecord) => {
      if (positionsOf(part).has(2)) throw failure('22021');
      if (positionsOf(part).has(5)) throw failure('HM002');
    };
    expect([...(await findUncountable(recordOf(8), tryRecord)).keys()]).toEqual([2]);
  });

  it.each(['ECONNREFUSED', '57P01', '40001', 'HM001', '42P01'])(
    'gives up when the data is not the reason (%s)',
    async (code) => {
      let tries = 0;
      const tryRecord = async () => {
        tries += 1;
        throw failure(tries < 3 ? '22021' : code);
      };
      await expect(findUncountable(recordOf(8), tryRecord)).rejects.toMatchObject({ code });
      expect(tries).toBe(3);
    },
  );
});
