import { ACCOUNT_COLUMNS } from './account-columns.ts';
import { CHARGE_COLUMNS } from './charge-columns.ts';
import { COST_COLUMNS } from './cost-columns.ts';
import type { FocusColumn, FocusVersion } from './focus-column.ts';
import { OWN_COLUMNS } from './own-columns.ts';
import { SERVICE_COLUMNS } from './service-columns.ts';

const byName = (a: FocusColumn, b: FocusColumn): number => (a.name < b.name ? -1 : 1);

/** Every column of any version: those of FOCUS by name, as its specification lists them, then ours. */
export const FOCUS_COLUMNS: readonly FocusColumn[] = [
  ...[...ACCOUNT_COLUMNS, ...CHARGE_COLUMNS, ...COST_COLUMNS, ...SERVICE_COLUMNS].toSorted(byName),
  ...OWN_COLUMNS,
];

/** The columns of a version, in the order of a file. */
export function focusColumns(version: FocusVersion): readonly FocusColumn[] {
  return FOCUS_COLUMNS.filter(({ versions }) => versions === undefined || versions.includes(version));
}
