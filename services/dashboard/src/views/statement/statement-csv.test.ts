import { expect, it } from 'vitest';
import { formatStatementCsv } from './statement-csv.ts';
import type { Statement, StatementLine } from './statement-schema.ts';

const LINE: StatementLine = {
  position: 1,
  kind: 'usage',
  usageMonth: '2026-11',
  meter: 'cpu_hours',
  user: 'auth0|ada',
  labels: { user: '=Ada' },
  quantity: '2.000000000000',
  unitPrices: [
    { price: '0.350000000000', priceQuantity: '1.000000000000', quantity: '1.000000000000' },
    { price: '0.400000000000', priceQuantity: '1.000000000000', quantity: '1.000000000000' },
  ],
  amount: '0.75',
  amountExact: '0.750000000000',
  credits: '2.1429',
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
  lines: [
    LINE,
    {
      ...LINE,
      ...{ position: 2, kind: 're_rating', usageMonth: '2026-10', user: null, labels: {}, quantity: null },
      ...{ unitPrices: [], amount: '-0.40', amountExact: '-0.400000000000', credits: '-1.1429' },
      original: { account: 'auth0|owner', month: '2026-10', number: 3 },
    },
  ],
};

it('has a line for each line, with every price of the month and the statement that is adjusted', () => {
  const [, usage, adjustment] = formatStatementCsv(STATEMENT).split('\r\n');
  expect(usage).toBe(
    "2026-11,final,7,auth0|owner,1,usage,2026-11,cpu_hours,auth0|ada,'=Ada,2.000000000000," +
      '0.350000000000;0.400000000000,1.000000000000;1.000000000000,0.75,0.750000000000,2.1429,,',
  );
  expect(adjustment).toBe(
    '2026-11,final,7,auth0|owner,2,re_rating,2026-10,cpu_hours,,,,,,-0.40,-0.400000000000,-1.1429,2026-10,3',
  );
});
