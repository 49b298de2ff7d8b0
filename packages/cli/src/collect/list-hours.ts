import type { Window } from '@hopsmeter/client';
import { CliError } from '../cli-error.ts';

const HOUR_MS = 3_600_000;

/** A year and a bit: what the ledger keeps. */
const HOURS_MAX = 400 * 24;

/**
 * Reads the hours from one to another, the oldest first. A day stands for its first hour.
 *
 * @throws CliError when these are no hours, or one of them is not over.
 */
export function listHours(from: string, to: string, now: number): readonly Window[] {
  const [first, end] = [readHour('--from', from), readHour('--to', to)];
  if (end <= first) throw new CliError(`--to must be after --from; ${to} is not after ${from}.`);
  const count = (end - first) / HOUR_MS;
  if (count > HOURS_MAX) throw new CliError(`From ${from} to ${to} there are ${count} hours; at most ${HOURS_MAX}.`);
  // What is now can be looked at where a source samples; what is to come cannot.
  if (end - HOUR_MS > now) throw new CliError(`--to must not be later than the end of this hour; it is ${to}.`);
  return Array.from({ length: count }, (_, index) => {
    const start = first + index * HOUR_MS;
    return { start: formatHour(start), end: formatHour(start + HOUR_MS) };
  });
}

/** `2026-11-22T13`, `2026-11-22T13:00Z`, `2026-11-22`: always UTC. */
function readHour(option: string, text: string): number {
  const match = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2})(?::00(?::00)?)?Z?)?$/.exec(text);
  const time = match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2] ?? '00'}:00:00Z`);
  if (Number.isNaN(time)) throw new CliError(`${option} must be an hour in UTC, such as 2026-11-22T13; it is ${text}.`);
  return time;
}

function formatHour(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}
