import { createApiApp } from '@hopsmeter/api';
import { createLogger, createRegistry, type HttpApp } from '@hopsmeter/runtime';
import { formatQuantity, parseQuantity, parseTime } from '@hopsmeter/usage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestDatabase, type TestDatabase } from '../support/db/test-database.ts';
import { findMistakes, PRODUCTS, RULES } from './focus-rules.ts';
import { CLUSTER, createFocusWorld, FORMULA_ID, MONTHS, NAMES, NAMESPACE, OTHER, OWNER } from './focus-world.ts';
import { type Row, readTable } from './read-csv.ts';
import { breakColumns, breakRules, columnsOf, MODEL } from './read-focus-model.ts';
import { breakChecks, findChecks, PUBLISHED } from './read-focus-rules.ts';
import { readParquet } from './read-parquet.ts';

const KEY = 'service-role-key-of-the-tests-0123456789';
const VERSIONS = ['1.2', '1.4'] as const;
const zero24 = '0.000000000000000000000000';
const ACCOUNTS = [OWNER, OTHER, FORMULA_ID];

let database: TestDatabase;
let api: HttpApp;

beforeAll(async () => {
  database = await createTestDatabase();
  await createFocusWorld(database.pool);
  const now = () => parseTime('2025-11-22T14:10:00Z') ?? 0;
  const logger = createLogger({ name: 'api', level: 'silent' });
  const deps = { pool: database.pool, logger, registry: createRegistry({ withProcess: false }), now };
  api = (await createApiApp({ ...deps, serviceRoleKey: KEY })).app;
});
afterAll(async () => {
  await api?.close();
  await database?.close();
});

const get = (url: string) => api.inject({ url, headers: { authorization: `Bearer ${KEY}` } });

async function exportTable(query: string) {
  const answer = await get(`/v1/exports/focus?${query}`);
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, expect.stringMatching(/^text\/csv/)]);
  return readTable(answer.body);
}

const sumOf = (rows: readonly Row[], column = 'BilledCost'): string =>
  toExact(rows.reduce((sum, row) => sum + parseQuantity(row[column] ?? ''), 0n));
const toExact = (units: bigint): string => {
  const [whole = '', decimals = ''] = formatQuantity(units).split('.');
  return `${whole}.${decimals.padEnd(12, '0')}`;
};

const exactSchema = z.object({ totalExact: z.string() });
const statementSchema = exactSchema.extend({
  number: z.int().nullable(),
  creditUsd: z.string(),
  lines: z.array(
    z.object({
      position: z.int(),
      kind: z.string(),
      usageMonth: z.string(),
      meter: z.string(),
      user: z.string().nullable(),
      quantity: z.string().nullable(),
      amountExact: z.string(),
    }),
  ),
});

const readTotal = async (account: string, month: string): Promise<string> => {
  const [year, number] = month.split('-').map(Number);
  const to = new Date(Date.UTC(year ?? 0, number ?? 0, 1)).toISOString().slice(0, 10);
  const url = `/v1/accounts/${encodeURIComponent(account)}/totals?from=${month}-01&to=${to}`;
  return exactSchema.parse((await get(url)).json()).totalExact;
};
const readStatement = async (account: string, month: string) =>
  statementSchema.parse((await get(`/v1/statements/${encodeURIComponent(account)}/${month}`)).json());

describe.each(VERSIONS)('FOCUS %s', (version) => {
  it.each(MONTHS)('has every column in every row as the specification wants it: %s', async (month) => {
    const { header, rows } = await exportTable(`month=${month}&version=${version}`);
    const wanted = Object.keys(RULES).filter((name) => (RULES[name]?.only ?? version) === version);
    expect(header.filter((name) => !name.startsWith('x_'))).toEqual(wanted);
    expect(header.findIndex((name) => name.startsWith('x_'))).toBe(wanted.length);
    expect(new Set(header).size).toBe(header.length);
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.flatMap((row) => findMistakes(row, version))).toEqual([]);
    for (const row of rows)
      expect([row.BillingPeriodStart, row.BillingPeriodEnd]).toEqual([
        `${month}-01T00:00:00Z`,
        `${month === '2025-11' ? '2025-12' : month === '2025-10' ? '2025-11' : '2025-10'}-01T00:00:00Z`,
      ]);
  });
});

describe.each(VERSIONS)('the published model of FOCUS %s', (version) => {
  /** What the specification asks only of others, and why we are not one of them. */
  const NOT_OURS: Readonly<Record<string, string>> = {
    'Supports data generator-calculated split cost allocation': 'no cost is split between others',
    'Supports deploying resources or services within an availability zone': "a cluster's is not known here",
    'Supports deploying resources or services within a region': "a cluster's is not known here",
    'Supports more than one possible BillingAccountType value': 'there is one type',
    'Supports more than one possible SubAccountType value': 'there is one type',
    'Supports capacity reservations': 'there are none',
    'Supports commitment discounts': 'there are none',
    'Supports commitment programs': 'there are none',
    'Supports contract commitments': 'there are none',
    'Supports setting user or provider-defined tags': 'there are none',
  };

  it('has every column that it asks of us, and none that it does not know', async () => {
    const { header } = await exportTable(`month=2025-10&version=${version}`);
    const columns = columnsOf(version).filter(({ condition = '' }) => NOT_OURS[condition] === undefined);
    expect(header.filter((name) => !name.startsWith('x_'))).toEqual(columns.map(({ name }) => name));
  });

  it.each(MONTHS)('is kept by every row, rule by rule: %s', async (month) => {
    const { rows } = await exportTable(`month=${month}&version=${version}`);
    expect(breakColumns(rows, version)).toEqual([]);
    expect(breakRules(rows, version)).toEqual([]);
    for (const { ServiceCategory, ServiceSubcategory = '' } of rows)
      expect([ServiceSubcategory, MODEL.parents[ServiceSubcategory]]).toEqual([ServiceSubcategory, ServiceCategory]);
  });

  it('finds a row that breaks any of its rules', async () => {
    const { rows } = await exportTable(`month=2025-10&version=${version}`);
    const usage = rows.find(({ x_ChargeKind, BilledCost }) => x_ChargeKind === 'usage' && Number(BilledCost) > 1) ?? {};
    const adjustment = rows.find(({ ChargeCategory }) => ChargeCategory === 'Adjustment') ?? {};
    const broken: Record<string, string>[] = [
      { ...usage, ChargeCategory: 'Tax' },
      { ...usage, ListUnitPrice: `-${usage.ListUnitPrice}` },
      { ...usage, ListUnitPrice: '', ContractedUnitPrice: '' },
      { ...usage, PricingQuantity: '', ConsumedQuantity: '', PricingUnit: usage.PricingUnit ?? '' },
      { ...usage, PricingUnit: '', ConsumedUnit: '' },
      { ...usage, ContractedCost: zero24, ListCost: zero24 },
      { ...usage, SkuPriceId: '' },
      { ...usage, SkuId: 'another', SkuMeter: usage.SkuMeter ?? '' },
      { ...usage, SkuMeter: 'another' },
      { ...usage, InvoiceIssuerName: 'another' },
      { ...usage, ChargeDescription: '' },
      { ...adjustment, PricingCategory: 'Standard' },
      { ...adjustment, ChargeCategory: 'Tax', EffectiveCost: zero24 },
      Object.fromEntries(Object.keys(usage).map((name) => [name, ''])),
    ];
    const found = new Set(broken.flatMap((row) => breakRules([usage, row], version)).map((text) => text.split(':')[0]));
    const checked = MODEL.rules.filter((rule) => rule.version === version);
    expect(checked.map(({ id }) => id).filter((id) => !found.has(id))).toEqual([]);
  });
});

describe('the published rules of FOCUS 1.2', () => {
  /** What the model asks only of those who support it, and why we are not one of them. */
  const UNSUPPORTED: Readonly<Record<string, string>> = {
    ACCOUNT_NAMING_SUPPORTED: 'a name is what the identity provider says, which may be nothing',
    AVAILABILITY_ZONE_SUPPORTED: "a cluster's is not known here",
    CAPACITY_RESERVATION_SUPPORTED: 'there are none',
    COMMITMENT_DISCOUNT_SUPPORTED: 'there are none',
    MULTIPLE_BILLING_ACCOUNT_TYPES_SUPPORTED: 'there is one type',
    MULTIPLE_SUB_ACCOUNT_TYPES_SUPPORTED: 'there is one type',
    REGION_SUPPORTED: "a cluster's is not known here",
    TAGGING_SUPPORTED: 'there are none',
  };
  /** Rules that say another thing than the text of the specification, which is what an export keeps to. */
  const CONTRADICTIONS: Readonly<Record<string, string>> = {
    'PricingCurrencyEffectiveCost-C-004-M':
      'it checks another column, PricingCurrencyListUnitPrice, even where that is null',
  };
  /** Rules that no row can break, as they are written. */
  const ALWAYS_TRUE = ['InvoiceId-C-003-C', 'PricingQuantity-C-008-M'];

  const readMonth = async (month: string) => {
    const { header, rows } = await exportTable(`month=${month}&version=1.2`);
    return { rows, checks: findChecks(header, Object.keys(UNSUPPORTED)) };
  };

  it('are kept by every row, but for those that contradict the text', async () => {
    const months = await Promise.all(MONTHS.map(readMonth));
    const broken = months.flatMap(({ rows, checks }) => breakChecks(rows, checks));
    expect([...new Set(broken)].sort()).toEqual(Object.keys(CONTRADICTIONS));
  });

  it('are all there, and as many of them are checked as docs/exports.md says', async () => {
    const { checks } = await readMonth('2025-10');
    const groups = PUBLISHED.filter(({ must }) => must?.[0] === 'rule').length;
    const unchecked = PUBLISHED.filter(({ must }) => must === undefined).length;
    const counts = { all: PUBLISHED.length, groups, unchecked, checked: checks.length };
    expect(counts).toEqual({ all: 621, groups: 141, unchecked: 201, checked: 190 });
  });

  it('are each found broken where one cell of a row is another, or is missing', async () => {
    const { rows, checks } = await readMonth('2025-10');
    const found = new Set<string>();
    for (const kind of ['usage', 'late_usage', 'model_effect']) {
      const row = rows.find(({ x_ChargeKind }) => x_ChargeKind === kind) ?? {};
      for (const column of Object.keys(row)) {
        const { [column]: _cell, ...without } = row;
        const others = ['', ' ', '-1', 'another', 'Tax', 'Purchase'].map((value) => ({ ...row, [column]: value }));
        for (const other of [...others, without]) for (const id of breakChecks([row, other], checks)) found.add(id);
      }
    }
    const kept = checks.map(({ id }) => id).filter((id) => !found.has(id));
    expect(kept).toEqual(ALWAYS_TRUE);
  });
});

describe('the amounts of an export', () => {
  it.each(MONTHS)('add up to the totals and to the statement of each account to the last digit: %s', async (month) => {
    const { rows } = await exportTable(`month=${month}`);
    for (const account of ACCOUNTS) {
      const { rows: own } = await exportTable(`month=${month}&account=${encodeURIComponent(account)}`);
      const cell = account.startsWith('=') ? `'${account}` : account;
      expect(rows.filter((row) => row.BillingAccountId === cell)).toEqual(own);
      const atListPrices = own.filter(({ x_ChargeKind }) => x_ChargeKind !== 'model_effect');
      expect([account, sumOf(atListPrices)]).toEqual([account, await readTotal(account, month)]);
      const { totalExact, number } = await readStatement(account, month);
      expect([account, sumOf(own)]).toEqual([account, totalExact]);
      expect(new Set(own.map(({ InvoiceId }) => InvoiceId))).toEqual(new Set([number === null ? '' : String(number)]));
    }
    expect(rows.length).toBe(
      (await Promise.all(ACCOUNTS.map(countRows(month)))).reduce((sum, count) => sum + count, 0),
    );
  });

  const countRows = (month: string) => async (account: string) =>
    (await exportTable(`month=${month}&account=${encodeURIComponent(account)}`)).rows.length;

  it('are those of each line of a final statement, which every row of it names', async () => {
    for (const month of ['2025-09', '2025-10']) {
      const { rows } = await exportTable(`month=${month}&version=1.4&account=${encodeURIComponent(OWNER)}`);
      const { lines } = await readStatement(OWNER, month);
      expect(new Set(rows.map(({ InvoiceDetailId }) => InvoiceDetailId))).toEqual(
        new Set(lines.map(({ position }) => String(position))),
      );
      for (const line of lines) {
        const parts = rows.filter(({ InvoiceDetailId }) => InvoiceDetailId === String(line.position));
        expect(sumOf(parts)).toBe(line.amountExact);
        expect(
          new Set(parts.map(({ x_ChargeKind, SkuId, x_UserId }) => `${x_ChargeKind} ${SkuId} ${x_UserId}`)),
        ).toEqual(new Set([`${line.kind} ${line.meter} ${line.user ?? ''}`]));
        if (line.quantity !== null) expect(sumOf(parts, 'ConsumedQuantity')).toBe(line.quantity);
      }
    }
  });

  it('say what corrects a month that has a statement, and what does not', async () => {
    const { rows } = await exportTable(`month=2025-10&account=${encodeURIComponent(OWNER)}`);
    const kinds = rows.map(({ x_ChargeKind, ChargeCategory, ChargeClass, ChargePeriodStart = '' }) =>
      [x_ChargeKind, ChargeCategory, ChargeClass, ChargePeriodStart.slice(0, 7)].join(' '),
    );
    expect([...new Set(kinds)].sort()).toEqual([
      'late_usage Usage Correction 2025-09',
      'model_effect Adjustment  2025-10',
      'model_effect Adjustment Correction 2025-09',
      're_rating Adjustment Correction 2025-09',
      'usage Usage  2025-10',
    ]);
  });

  it('show the list price beside a discount, and the same one without', async () => {
    const { rows } = await exportTable(`month=2025-11&account=${encodeURIComponent(OTHER)}`);
    const gpu = rows.find(({ SkuId }) => SkuId === 'gpu_hours');
    expect(gpu).toMatchObject({
      ListUnitPrice: '3.000000000000',
      ContractedUnitPrice: '2.000001000000',
      ListCost: '11.100000000000000000000000',
      ContractedCost: '7.400003700000000000000000',
      BilledCost: '7.400003700000',
      PricingCurrencyListUnitPrice: '8.571428571429',
      ConsumedUnit: 'GPU-Hours',
    });
    expect(gpu?.x_PriceOverrideId).not.toBe('');
    const storage = (await exportTable('month=2025-11')).rows.find(({ SkuId }) => SkuId === 'online_storage_gb_hours');
    expect(storage).toMatchObject({
      ListUnitPrice: '0.500000000000',
      PricingQuantity: '0.972222222222',
      PricingUnit: 'GiB-Months',
      ConsumedQuantity: '700.000000000000',
      ConsumedUnit: 'GiB-Hours',
      // Half of 0.972222222222, while the bill is half of 0.97222…
      ListCost: '0.486111111111000000000000',
      ContractedCost: '0.486111111111000000000000',
      BilledCost: '0.486111111111',
    });
  });
});

describe('hostile names', () => {
  it('are text for every spreadsheet, and nothing of them is lost', async () => {
    const { rows } = await exportTable('month=2025-11');
    const names = (column: string) => new Set(rows.map((row) => row[column]));
    expect(names('BillingAccountName')).toEqual(new Set([`'${NAMES[OWNER]}`, `'${NAMES[OTHER]}`, '']));
    expect(names('BillingAccountId')).toContain(`'${FORMULA_ID}`);
    expect(names('x_UserName')).toContain(NAMES['auth0|member']);
    expect(names('SubAccountName')).toEqual(new Set(['', `'${NAMESPACE}`]));
    expect(names('x_ClusterName')).toEqual(new Set(['', `'${CLUSTER}`]));
    const cells = rows.flatMap((row) => Object.values(row));
    expect(cells.filter((cell) => /^[=+\-@\t\r]/.test(cell) && !/^-\d+\.(\d{12}|\d{24})$/.test(cell))).toEqual([]);
    // Adjustments take something back here, so there are negative numbers, and they are numbers.
    expect(cells.some((cell) => /^-\d/.test(cell))).toBe(true);
  });
});

describe('as Parquet', () => {
  it.each(VERSIONS)('an export says the same as CSV, row by row and to the last digit: %s', async (version) => {
    for (const month of MONTHS) {
      const query = `month=${month}&version=${version}`;
      const answer = await get(`/v1/exports/focus?${query}&format=parquet`);
      expect(answer.headers['content-type']).toBe('application/vnd.apache.parquet');
      const { metadata, rows } = await readParquet(answer.rawPayload);
      const table = await exportTable(query);
      expect(Object.keys(rows[0] ?? {})).toEqual(table.header);
      const asCsv = rows.map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, cell]) => [name, isFormula(name, cell) ? `'${cell}` : cell]),
        ),
      );
      expect(asCsv).toEqual(table.rows);
      const [, ...columns] = metadata.schema;
      for (const { name, type, converted_type, logical_type, precision, scale, repetition_type } of columns) {
        const rule = RULES[name];
        if (rule === undefined) continue;
        if (rule.type === 'decimal')
          expect([name, type, converted_type, precision, scale]).toEqual([
            name,
            ...['FIXED_LEN_BYTE_ARRAY', 'DECIMAL', 38, PRODUCTS.includes(name) ? 24 : 12],
          ]);
        if (rule.type === 'datetime')
          expect([name, converted_type, logical_type]).toEqual([
            name,
            'TIMESTAMP_MILLIS',
            { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
          ]);
        if (!rule.nullable) expect([name, repetition_type]).toEqual([name, 'REQUIRED']);
      }
    }
  });

  const isFormula = (name: string, cell: string): boolean =>
    (RULES[name]?.type ?? (name === 'x_CreditUsd' ? 'decimal' : 'string')) === 'string' && /^[=+\-@\t\r]/.test(cell);

  it('an export of a month without any usage is a whole file without rows', async () => {
    const empty = await get('/v1/exports/focus?month=2024-01&format=parquet');
    expect((await readParquet(empty.rawPayload)).rows).toEqual([]);
    expect((await exportTable('month=2024-01')).rows).toEqual([]);
  });
});

describe('an export', () => {
  it('is of the current month, in FOCUS 1.2 and CSV, when nothing is said, and has a name', async () => {
    const answer = await get('/v1/exports/focus');
    expect(answer.headers['content-disposition']).toBe('attachment; filename="focus-1.2-2025-11.csv"');
    const own = await get(
      `/v1/exports/focus?format=parquet&version=1.4&month=2025-10&account=${encodeURIComponent(OWNER)}`,
    );
    expect(own.headers['content-disposition']).toBe('attachment; filename="focus-1.4-2025-10-auth0_owner.parquet"');
  });

  it.each([
    ['version=1.3', 'version', 'INVALID_CHOICE'],
    ['format=xlsx', 'format', 'INVALID_CHOICE'],
    ['month=2025-13', 'month', 'INVALID_MONTH'],
    ['x=1', 'x', 'UNKNOWN_PARAMETER'],
  ])('is refused with %s', async (query, parameter, code) => {
    const answer = await get(`/v1/exports/focus?${query}`);
    expect([answer.statusCode, answer.json().errors]).toEqual([400, [{ parameter, code, detail: expect.any(String) }]]);
  });

  it('of nobody is not found', async () => {
    const answer = await get('/v1/exports/focus?account=auth0%7Cnobody');
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'NOT_FOUND']);
  });
});
