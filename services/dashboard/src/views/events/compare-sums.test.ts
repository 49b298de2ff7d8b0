import { describe, expect, it } from 'vitest';
import type { UsageDailyRow } from '../../api/schemas.ts';
import { compareSums, splitRows } from './compare-sums.ts';
import type { LedgerEvent } from './event-schemas.ts';
import { parseSearch } from './event-search.ts';

const row = (changes: Partial<UsageDailyRow> = {}): UsageDailyRow => ({
  usageDate: '2026-11-22',
  bookedOn: '2026-11-22',
  accountOwnerId: 'owner',
  userId: 'user',
  clusterId: 'cluster',
  projectId: null,
  meter: 'cpu_hours',
  quantity: '0.300000000000',
  quantityExact: '0.3',
  price: '0.350000000000',
  priceQuantity: '1.000000000000',
  priceAdjustment: '0.000000000000',
  costExact: '0.105000000000',
  eventCount: '2',
  labels: {},
  ...changes,
});

const event = (quantity: string, changes: Partial<LedgerEvent> = {}): LedgerEvent => ({
  id: 'x',
  source: 'urn:x',
  clusterId: 'cluster',
  type: 'compute',
  usageDate: '2026-11-22',
  bookedOn: '2026-11-22',
  accountOwnerId: 'owner',
  userId: 'user',
  projectId: null,
  meters: [{ meter: 'cpu_hours', quantity, quantityExact: quantity }],
  windowStartedAt: '2026-11-22T00:00:00Z',
  windowEndedAt: '2026-11-22T01:00:00Z',
  adjustment: null,
  receivedAt: null,
  ...changes,
});

const search = (text: string) => parseSearch(new URLSearchParams(text), undefined);
const DAY = search('from=2026-11-22');

describe('events and rollup', () => {
  it('are equal when they are so to the last digit', () => {
    const events = [event('0.100000000000'), event('0.200000000000')];
    expect(compareSums(DAY, events, [row()])).toEqual([
      { meter: 'cpu_hours', ofEvents: '0.3', ofRows: '0.3', isEqual: true, costExact: '0.105' },
    ]);
    expect(compareSums(DAY, [...events, event('0.000000000001')], [row()])[0]?.isEqual).toBe(false);
  });

  it('are compared without what is booked on other days', () => {
    const late = event('5', { bookedOn: '2026-12-01' });
    const other = row({ usageDate: '2026-10-31', quantity: '7', quantityExact: '7' });
    expect(compareSums(DAY, [event('0.3'), late], [row(), other])[0]).toMatchObject({ ofEvents: '0.3', ofRows: '0.3' });
    expect(splitRows(DAY, [row(), other]).others).toEqual([other]);
  });

  it('are compared on the day on which late usage is booked', () => {
    const late = { usageDate: '2026-10-31', bookedOn: '2026-11-01' };
    const asked = search('from=2026-10-01&to=2026-11-01&bookedOn=2026-11-01');
    expect(
      compareSums(asked, [event('0.3', late), event('9', { usageDate: '2026-10-31' })], [row(late)])[0],
    ).toMatchObject({
      ofEvents: '0.3',
      isEqual: true,
    });
  });

  it('differ where only one of them has a meter, and other meters of an event are left out when one is chosen', () => {
    const both = event('1', {
      meters: [
        { meter: 'cpu_hours', quantity: '0.3', quantityExact: '0.3' },
        { meter: 'ram_gb_hours', quantity: '1', quantityExact: '1' },
      ],
    });
    expect(compareSums(DAY, [both], [row()]).map(({ meter, isEqual }) => [meter, isEqual])).toEqual([
      ['cpu_hours', true],
      ['ram_gb_hours', false],
    ]);
    expect(compareSums({ ...DAY, meter: 'cpu_hours' }, [both], [row()])).toHaveLength(1);
  });
});
