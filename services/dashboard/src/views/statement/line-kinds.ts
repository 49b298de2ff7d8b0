import type { Query } from '../../address/addresses.ts';
import { daysOfMonth, formatMonth } from '../../format/date.ts';
import { meterName } from '../../format/quantity.ts';
import type { Statement, StatementLine } from './statement-schema.ts';

/** What a line is for, in words. A kind that is not known yet keeps its name. */
export function describeLine({ kind, meter, usageMonth }: StatementLine): string {
  const name = meterName(meter);
  switch (kind) {
    case 'usage':
      return name;
    case 'late_usage':
      return `${name}: late or corrected usage of ${formatMonth(usageMonth)}`;
    case 're_rating':
      return `${name}: new price for usage of ${formatMonth(usageMonth)}`;
    case 'model_effect':
      return `${name}: tiers, packages and included usage of ${formatMonth(usageMonth)}`;
    default:
      return `${name}: ${kind}`;
  }
}

/** A line that is no usage of the month: it stands apart. */
export function isAdjustment({ kind }: StatementLine): boolean {
  return kind !== 'usage';
}

/**
 * Where the events behind a line are; undefined for what no event makes. Usage of the month is booked on its own day,
 * late usage on the first day of the month that it is billed with.
 */
export function eventsOfLine({ accountOwnerId, month }: Statement, line: StatementLine): Query | undefined {
  const { kind, usageMonth, meter, user } = line;
  if (user === null) return undefined;
  const events = { account: accountOwnerId, user, meter, ...daysOfMonth(usageMonth) };
  if (kind === 'usage') return events;
  return kind === 'late_usage' ? { ...events, bookedOn: `${month}-01` } : undefined;
}
