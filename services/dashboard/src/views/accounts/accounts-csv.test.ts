import { expect, it } from 'vitest';
import type { Account } from '../../api/schemas.ts';
import { formatAccountsCsv } from './accounts-csv.ts';

const account = (name: string | null, total = '12.34'): Account => ({
  id: 'auth0|ada',
  name,
  email: null,
  memberCount: 3,
  total,
  totalExact: `${total}0000000000`,
  credits: '35.2571',
  previous: { total: '1.00', totalExact: '1.000000000000' },
  samePeriod: { total: '0.50', totalExact: '0.500000000000' },
  projected: null,
});

const [HEAD = ''] = formatAccountsCsv('2026-11', []).split('\r\n');

it('has a line for each account, with amounts as the page has them', () => {
  expect(formatAccountsCsv('2026-11', [account('Ada')])).toBe(
    `${HEAD}\r\n2026-11,auth0|ada,Ada,,3,12.34,12.340000000000,0.50,1.00,1.000000000000,,35.2571\r\n`,
  );
});

it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx'])('does not let the name %j be a formula', (name) => {
  expect(formatAccountsCsv('2026-11', [account(name)])).toContain(`,'${name},`);
});

it('quotes what would end a cell', () => {
  expect(formatAccountsCsv('2026-11', [account('a "b", c\r\n=d')])).toContain(',"a ""b"", c\r\n=d",');
});

it('leaves negative amounts numbers', () => {
  expect(formatAccountsCsv('2026-11', [account('Ada', '-5.00')])).toContain(',-5.00,');
});
