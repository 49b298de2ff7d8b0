import { expect, it } from 'vitest';
import type { FocusColumn, FocusRow } from './focus/focus-column.ts';
import { openParquet } from './focus-parquet.ts';

const row: FocusRow = {
  account: { id: 'owner', name: null, creditUsd: 1n, invoiceNumber: undefined },
  kind: 'model_effect',
  from: '2025-11-01',
  to: '2025-12-01',
  usageMonth: 20_393,
  meter: 'cpu_hours',
  unit: 'core-hour',
  description: 'CPU',
  cost: 10n ** 38n,
  isCorrection: false,
  linePosition: undefined,
  user: undefined,
  usage: undefined,
  monthFrom: '2025-11-01',
  monthTo: '2025-12-01',
};

it.each([1n, -1n])('refuses a number that no Parquet file can hold, and names its column', async (sign) => {
  const value = ({ cost }: FocusRow) => sign * cost;
  const column: FocusColumn = { name: 'ListCost', type: 'product', nullable: false, from: '', value };
  const file = openParquet({ version: '1.4', columns: [column], write: async () => undefined });
  await file.add([row]);
  await expect(file.end()).rejects.toThrow(/^ListCost has more than 38 digits/);
});
