/**
 * SQL of periods: rows with `started_at` and `ended_at`. The end is not part of the period, NULL where it is open. Each
 * function takes the name under which the statement knows the row's table.
 */

/** Whether the period goes on after a moment. */
export function endsAfter(period: string, moment: string): string {
  return `(${period}.ended_at is null or ${period}.ended_at > ${moment})`;
}

/** Whether a moment is within the period. */
export function isWithin(moment: string, period: string): string {
  return `(${period}.started_at <= ${moment} and ${endsAfter(period, moment)})`;
}

/** Whether the period and the time from one moment to another have a part in common. */
export function overlaps(period: string, from: string, to: string): string {
  return `(${period}.started_at < ${to} and ${endsAfter(period, from)})`;
}
