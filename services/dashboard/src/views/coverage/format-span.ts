import { formatDayShort } from '../../format/date.ts';
import type { Gap } from './gaps.ts';

/** `Nov 22, 13:00–17:00`, or with both days: `Nov 22, 23:00 – Nov 23, 24:00`. */
export function formatSpan({ from, to }: Pick<Gap, 'from' | 'to'>): string {
  const [day, start] = [from.slice(0, 10), from.slice(11, 16)];
  // A span that ends at midnight ends with its day.
  const lastDay = new Date(Date.parse(to) - 1).toISOString().slice(0, 10);
  const end = to.slice(0, 10) === lastDay ? to.slice(11, 16) : '24:00';
  if (day === lastDay) return `${formatDayShort(day)}, ${start}–${end}`;
  return `${formatDayShort(day)}, ${start} – ${formatDayShort(lastDay)}, ${end}`;
}
