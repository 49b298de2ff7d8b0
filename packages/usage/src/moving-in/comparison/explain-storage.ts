import { groupBy } from '../../group-by.ts';
import { type Amount, roundAmount } from './amount.ts';
import { type Cause, COMPARED_MEASURES } from './causes.ts';
import type { HourPart } from './facts.ts';
import type { Fault } from './faults.ts';

const HOURS_PER_DAY = 24;

export type StorageMeasure = 'online_storage_gb' | 'offline_storage_gb';

const MEASURED = { online_storage_gb: 'online', offline_storage_gb: 'offline' } as const;

/** Why a size is not the size over the whole day. */
export type StorageReason = { readonly causes: readonly Cause[]; readonly detail: string };

/**
 * A column holds the sizes that the namespaces had when the job saw them last that day. A fault that keeps namespaces
 * out of the row keeps their sizes out too.
 *
 * @param held in units of the column.
 * @param before the parts of the day before, whose last hour may have been seen on this day.
 * @param found what explains the other columns of the row; it comes first.
 * @param others faults that touch nothing but storage.
 */
export function explainStorage(
  measure: StorageMeasure,
  held: bigint,
  { parts, before }: { readonly parts: readonly HourPart[]; readonly before: readonly HourPart[] },
  found: readonly Fault[],
  others: readonly Fault[],
): StorageReason | undefined {
  const measured = MEASURED[measure];
  const isHeld = (size: Amount): boolean => roundAmount(size, COMPARED_MEASURES[measure]) === held;
  const candidates = [...found, undefined, ...others];
  // The last hour is what the job leaves; an earlier one is what it leaves when it stopped.
  for (const [fault, isLast] of [true, false].flatMap((last) => candidates.map((one) => [one, last] as const))) {
    const left = fault === undefined ? parts : parts.filter((part) => !fault.removed.includes(part));
    const own = fault === undefined || fault.removed.length === 0 ? [] : [fault];
    const causes = own.map(({ cause }) => cause);
    const detail = own.map((one) => one.detail).join('; ');
    if (own.length > 0 && isHeld(wholeDay(left, measured))) return { causes, detail };
    const hours = lastHours(left).slice(0, isLast ? 1 : undefined);
    const hour = hours.find((last) => isHeld(snapshotAt(left, measured, last)));
    if (hour !== undefined && (held > 0n || own.length > 0))
      return {
        causes: held === 0n ? causes : [...causes, 'storage_snapshot'],
        detail: [detail, `the size at ${String(hour).padStart(2, '0')}:00`].filter((text) => text !== '').join('; '),
      };
  }
  if (held > 0n && isHeld(snapshotAt(before, measured, HOURS_PER_DAY - 1)))
    return { causes: ['wrong_day'], detail: 'the size at 23:00 of the day before' };
  return undefined;
}

/** The hours after which the job may have stopped, the last first. */
function lastHours(parts: readonly HourPart[]): readonly number[] {
  return [...new Set(parts.map(({ hour }) => hour))].sort((a, b) => b - a);
}

/** What the namespaces' sizes come to, each as of its last hour up to one. */
function snapshotAt(parts: readonly HourPart[], measured: 'online' | 'offline', hour: number): Amount {
  const seen = parts.filter((part) => part.hour <= hour && part.amounts.online + part.amounts.offline > 0n);
  let size = 0n;
  for (const some of groupBy(seen, ({ namespace }) => namespace ?? '').values()) {
    const last = some.reduce((latest, part) => (part.hour >= latest.hour ? part : latest));
    size += last.amounts[measured];
  }
  return size;
}

/** The size over the whole day of what was stored in some hours of it. */
function wholeDay(parts: readonly HourPart[], measured: 'online' | 'offline'): Amount {
  return parts.reduce((sum, part) => sum + part.amounts[measured], 0n) / BigInt(HOURS_PER_DAY);
}
