import type { BatchRecord, LedgerRow } from '@hopsmeter/usage';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { codeRecord } from './code-record.ts';

const ROW: LedgerRow = {
  batch: 0,
  position: 0,
  eventKey: 'key',
  contentHash: 1n,
  part: 0,
  day: 20_779,
  bookedOn: undefined,
  clusterId: 'cluster',
  sourcePath: '',
  eventId: 'id',
  eventType: 'compute',
  accountOwnerId: 'ada',
  userId: 'bo',
  projectId: undefined,
  attributedBy: 'subject',
  start: 1,
  end: 2,
  usages: [{ meter: 'cpu_hours', quantity: '1' }],
};

const coded = (rows: readonly Partial<LedgerRow>[]) => {
  const ledger = rows.map((changes) => ({ ...ROW, ...changes }));
  const record: BatchRecord = { directoryVersion: '1', batches: [], ledger, parked: [], prices: [] };
  return codeRecord(record);
};

const name = fc.constantFrom('a', 'b', 'c');
const rowArbitrary: fc.Arbitrary<Partial<LedgerRow>> = fc.record({
  bookedOn: fc.constantFrom(undefined, 1, 2),
  clusterId: name,
  sourcePath: name,
  eventType: fc.constantFrom('compute', 'meter'),
  accountOwnerId: name,
  userId: name,
  projectId: fc.option(name, { nil: undefined }),
  attributedBy: fc.constantFrom('subject', 'namespace'),
  start: fc.constantFrom(1, 2, 3),
  end: fc.constantFrom(1, 2, 3),
  usages: fc.array(fc.record({ meter: name, quantity: fc.constantFrom('1', '2') }), { maxLength: 3 }),
});

type Reader = (row: LedgerRow) => readonly unknown[];

const whoOf: Reader = ({ accountOwnerId, userId, clusterId, projectId, bookedOn }: LedgerRow) => [
  accountOwnerId,
  userId,
  clusterId,
  projectId,
  bookedOn,
];
const windowOf: Reader = ({ start, end }: LedgerRow) => [start, end];
const kindOf: Reader = ({ eventType, attributedBy, sourcePath, usages }: LedgerRow) => [
  eventType,
  attributedBy,
  sourcePath,
  usages.map(({ meter }) => meter),
];

it('leads from every row to what it says, and says nothing twice', () => {
  fc.assert(
    fc.property(fc.array(rowArbitrary, { maxLength: 30 }), (rows) => {
      const { record, attributions, windows, kinds } = coded(rows);
      for (const [list, read] of [
        [attributions, whoOf],
        [windows, windowOf],
        [kinds, kindOf],
      ] as const) {
        const found = list.places.map((place) => list.values[place]);
        expect(found.map((row) => row && read(row))).toEqual(record.ledger.map(read));
        expect(new Set(list.values.map((row) => JSON.stringify(read(row)))).size).toBe(list.values.length);
      }
    }),
  );
});

it('tells meters apart by their order, and a row without usage from the others', () => {
  const [cpu, ram] = ['cpu_hours', 'ram_gb_hours'].map((meter) => ({ meter, quantity: '1' }));
  if (cpu === undefined || ram === undefined) throw new Error('no meters');
  const { kinds } = coded([[cpu, ram], [ram, cpu], [cpu], [], [ram, cpu]].map((usages) => ({ usages })));
  expect(kinds.places).toEqual([0, 1, 2, 3, 1]);
});
