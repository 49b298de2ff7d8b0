import { ExactSum, type LedgerRow, type Micros, type UsageDay } from '@hopsmeter/usage';
import type { CodedRecord } from './code-record.ts';

/** What a record adds to a row of the rollup, if all of its events are new. */
export type RecordSum = {
  readonly day: UsageDay;
  /** Place among the record's attributions, from 0. */
  readonly attribution: number;
  readonly meter: string;
  readonly quantity: ExactSum;
  eventCount: number;
  firstEventAt: Micros;
  lastEventAt: Micros;
};

/** A record with its sums and with how many events each of its batches has in the ledger. */
export type SummedRecord = CodedRecord & {
  readonly sums: readonly RecordSum[];
  readonly countedOf: readonly number[];
};

/** Adds up a record, as the record statement does with what the ledger took. */
export function sumUp(coded: CodedRecord): SummedRecord {
  const { record, attributions } = coded;
  const sums: RecordSum[] = [];
  const countedOf = record.batches.map(() => 0);
  const daysOf: Map<UsageDay, Map<string, RecordSum>>[] = attributions.values.map(() => new Map());
  let index = 0;
  for (const row of record.ledger) {
    const counted = countedOf[row.batch];
    // A row of no batch is refused by the ledger.
    if (row.part === 0 && counted !== undefined) countedOf[row.batch] = counted + 1;
    const attribution = attributions.places[index++] ?? -1;
    const days = daysOf[attribution];
    if (days === undefined) throw new RangeError('a row has no attribution');
    let meters = days.get(row.day);
    if (meters === undefined) {
      meters = new Map();
      days.set(row.day, meters);
    }
    for (const { meter, quantity } of row.usages) {
      let sum = meters.get(meter);
      if (sum === undefined) {
        sum = createSum(row, attribution, meter);
        meters.set(meter, sum);
        sums.push(sum);
      }
      sum.quantity.add(quantity);
      sum.eventCount += 1;
      if (row.start < sum.firstEventAt) sum.firstEventAt = row.start;
      if (row.start > sum.lastEventAt) sum.lastEventAt = row.start;
    }
  }
  return { ...coded, sums, countedOf };
}

function createSum({ day, start }: LedgerRow, attribution: number, meter: string): RecordSum {
  const quantity = new ExactSum();
  return { day, attribution, meter, quantity, eventCount: 0, firstEventAt: start, lastEventAt: start };
}
