import { MICROS_PER_HOUR, type Micros, PLAUSIBLE_CORES_MAX, PLAUSIBLE_GPUS_MAX, parseTime } from '@hopsmeter/usage';
import type { Allocation } from './allocation-answer.ts';

/** Why a row is not billed until a person has looked at it. */
export const QUARANTINE_REASONS = [
  /** The row is no object or a field has the wrong type. */
  'unreadable_row',
  /** The row's name is not one that Kubernetes allows for a namespace, or differs from the namespace inside it. */
  'not_a_namespace',
  /** The answer holds the namespace twice. */
  'repeated_namespace',
  /** The row is about another window than the one asked for. */
  'other_window',
  /** A number that is billed or that proves the row is null or missing. */
  'missing_number',
  'negative_number',
  'end_before_start',
  /** The row says it ran before or after the window. */
  'outside_window',
  'minutes_exceed_window',
  /** More cores or GPUs than any cluster has. */
  'implausible',
] as const;

export type QuarantineReason = (typeof QUARANTINE_REASONS)[number];

/** What is wrong with a row: for a program and for a person. */
export type Fault = { readonly reason: QuarantineReason; readonly detail: string };

/** The window that was asked for. */
export type Span = { readonly start: Micros; readonly end: Micros };

const MICROS_PER_MINUTE = MICROS_PER_HOUR / 60;

/** OpenCost samples by the minute, so a row may stick out by one. */
const TOLERANCE_MINUTES = 1;

/** The namespaces Kubernetes allows (RFC 1123 label). */
const NAMESPACE = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/** What a row must not lack: three quantities, and the minutes that prove them. */
const NUMBERS = ['cpuCoreHours', 'gpuHours', 'ramByteHours', 'minutes'] as const;

/**
 * Finds everything that is wrong with a row; empty when it can be billed. Nothing is repaired: a clamped number would
 * be a wrong bill that nobody sees.
 */
export function findFaults(name: string, row: Allocation, span: Span): readonly Fault[] {
  return [
    ...findNameFaults(name, row),
    ...findNumberFaults(row),
    ...findTimeFaults(row, span),
    ...findImplausible(row, span),
  ];
}

function findNameFaults(name: string, { properties }: Allocation): Fault[] {
  const namespace = properties?.namespace ?? name;
  if (!NAMESPACE.test(name)) return [{ reason: 'not_a_namespace', detail: 'not a name that Kubernetes allows' }];
  if (namespace !== name)
    return [{ reason: 'not_a_namespace', detail: `the row is named ${name}, its namespace is ${namespace}` }];
  return [];
}

function findNumberFaults(row: Allocation): Fault[] {
  return NUMBERS.flatMap((field): Fault[] => {
    const value = row[field];
    if (value === null || value === undefined)
      return [{ reason: 'missing_number', detail: `${field} is ${value === null ? 'null' : 'missing'}` }];
    return value < 0 ? [{ reason: 'negative_number', detail: `${field} is ${value}` }] : [];
  });
}

function findTimeFaults({ window, start, end, minutes }: Allocation, span: Span): Fault[] {
  const faults: Fault[] = [];
  const windowMinutes = (span.end - span.start) / MICROS_PER_MINUTE;
  // A window that says "null" proves nothing; start and end below decide.
  const named = [readTime(window?.start) ?? span.start, readTime(window?.end) ?? span.end] as const;
  if (named[0] !== span.start || named[1] !== span.end)
    faults.push({ reason: 'other_window', detail: `the row is about ${window?.start} to ${window?.end}` });
  const from = readTime(start);
  const to = readTime(end);
  if (from === undefined || to === undefined)
    faults.push({ reason: 'outside_window', detail: `the row ran from ${start ?? 'null'} to ${end ?? 'null'}` });
  else if (to < from) faults.push({ reason: 'end_before_start', detail: `the row ended ${end}, began ${start}` });
  else if (from < span.start - TOLERANCE_MICROS || to > span.end + TOLERANCE_MICROS)
    faults.push({ reason: 'outside_window', detail: `the row ran from ${start} to ${end}` });
  if (minutes !== null && minutes !== undefined && minutes > windowMinutes + TOLERANCE_MINUTES)
    faults.push({ reason: 'minutes_exceed_window', detail: `${minutes} minutes in a window of ${windowMinutes}` });
  return faults;
}

const TOLERANCE_MICROS = TOLERANCE_MINUTES * MICROS_PER_MINUTE;

function readTime(text: string | null | undefined): Micros | undefined {
  return text === null || text === undefined ? undefined : parseTime(text);
}

/**
 * OpenCost itself sets cpuCoreHours to zero above its sanity limit of 512 cores and leaves the averages, so these are
 * looked at too: a zero there would be the largest user for free.
 */
function findImplausible(row: Allocation, span: Span): Fault[] {
  const hours = (span.end - span.start) / MICROS_PER_HOUR;
  const cores = Math.max((row.cpuCoreHours ?? 0) / hours, row.cpuCoreRequestAverage ?? 0, row.cpuCoreUsageAverage ?? 0);
  const gpus = (row.gpuHours ?? 0) / hours;
  const faults: Fault[] = [];
  if (cores > PLAUSIBLE_CORES_MAX)
    faults.push({ reason: 'implausible', detail: `${cores} cores, more than ${PLAUSIBLE_CORES_MAX}` });
  if (gpus > PLAUSIBLE_GPUS_MAX)
    faults.push({ reason: 'implausible', detail: `${gpus} GPUs, more than ${PLAUSIBLE_GPUS_MAX}` });
  return faults;
}
