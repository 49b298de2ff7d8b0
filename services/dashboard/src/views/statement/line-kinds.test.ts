import { expect, it } from 'vitest';
import { describeLine, eventsOfLine, isAdjustment } from './line-kinds.ts';
import type { Statement, StatementLine } from './statement-schema.ts';

const LINE: StatementLine = {
  position: 1,
  kind: 'usage',
  usageMonth: '2026-11',
  meter: 'cpu_hours',
  user: 'auth0|ada',
  labels: {},
  quantity: '1.000000000000',
  unitPrices: [{ price: '0.350000000000', priceQuantity: '1.000000000000', quantity: '1.000000000000' }],
  amount: '0.35',
  amountExact: '0.350000000000',
  credits: '1.0000',
  original: null,
};

const STATEMENT: Statement = {
  accountOwnerId: 'auth0|owner',
  issuer: null,
  customer: { name: 'Ada Lovelace', email: null, billingAddress: null },
  month: '2026-11',
  status: 'final',
  number: 7,
  closedAt: '2026-12-03T09:00:00.000000Z',
  total: '0.35',
  totalExact: '0.350000000000',
  imported: '0.00',
  prepaid: '0.00',
  amountDue: '0.35',
  credits: '1.0000',
  creditUsd: '0.350000000000',
  lines: [LINE],
};

it('leads from usage of the month to the events of its days', () => {
  expect(eventsOfLine(STATEMENT, LINE)).toEqual({
    account: 'auth0|owner',
    user: 'auth0|ada',
    meter: 'cpu_hours',
    from: '2026-11-01',
    to: '2026-12-01',
  });
});

it('leads from late usage to the events of the closed month that are booked in this one', () => {
  expect(eventsOfLine(STATEMENT, { ...LINE, kind: 'late_usage', usageMonth: '2026-10' })).toMatchObject({
    from: '2026-10-01',
    to: '2026-11-01',
    bookedOn: '2026-11-01',
  });
});

it('leads nowhere from what no event makes', () => {
  expect(eventsOfLine(STATEMENT, { ...LINE, kind: 're_rating' })).toBeUndefined();
  expect(eventsOfLine(STATEMENT, { ...LINE, kind: 'model_effect', user: null })).toBeUndefined();
});

it('tells adjustments from usage, in words', () => {
  expect(isAdjustment(LINE)).toBe(false);
  expect(describeLine(LINE)).toBe('CPU');
  for (const kind of ['late_usage', 're_rating', 'model_effect', 'new_kind']) {
    expect(isAdjustment({ ...LINE, kind })).toBe(true);
    expect(describeLine({ ...LINE, kind })).toMatch(/^CPU: ./);
  }
});
