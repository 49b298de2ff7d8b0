import { expect, it } from 'vitest';
import { ledgerCursor } from './ledger-cursor.ts';

const POSITION = {
  usageDate: '2026-11-22',
  windowStartedAt: '2026-11-22T13:00:00.000000Z',
  eventKey: '8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10',
  part: 0,
};

it('a cursor comes back as the position that it was written of', () => {
  expect(ledgerCursor.parse(ledgerCursor.format(POSITION))).toEqual(POSITION);
});

it.each([
  ['a day that does not exist', { usageDate: '2026-02-30' }],
  ['a moment that does not exist', { windowStartedAt: '2026-02-30T13:00:00.000000Z' }],
  ['a moment of another form', { windowStartedAt: '2026-11-22T13:00:00Z' }],
  ['an id in large letters', { eventKey: POSITION.eventKey.toUpperCase() }],
  ['a part that no event has', { part: -1 }],
])('a cursor is refused that holds %s, before the database is asked', (_what, part) => {
  expect(ledgerCursor.parse(ledgerCursor.format({ ...POSITION, ...part }))).toBeUndefined();
});
