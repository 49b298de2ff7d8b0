import { isUserId, MICROS_PER_HOUR, type Micros, parseTime } from '@hopsmeter/usage';
import type { Allocation } from './allocation-answer.ts';
import type { Fault, RowRules, Span } from './fault.ts';
import { findGpuFaults } from './gpu-faults.ts';
import { readUser } from './labels.ts';
import type { RowPlace } from './row-place.ts';

const MICROS_PER_MINUTE = MICROS_PER_HOUR / 60;

/** OpenCost samples by the minute, so a row may stick out by one. */
export const TOLERANCE_MINUTES = 1;

/** What a row must not lack: three quantities, and the minutes that prove them. */
const NUMBERS = ['cpuCoreHours', 'gpuHours', 'ramByteHours', 'minutes'] as const;

/**
 * Finds everything that is wrong with a row; empty when it can be billed. Nothing is repaired: a clamped number would
 * be a wrong bill that nobody sees.
 */
export function findFaults(place: RowPlace, row: Allocation, rules: RowRules): readonly Fault[] {
  return [
    ...findOtherCluster(row, rules),
    ...findNumberFaults(row),
    ...findTimeFaults(row, rules.span),
    ...findImplausible(row, rules),
    ...findGpuFaults(place, row, rules),
    ...findUserFaults(row, rules),
    ...findMissingCluster(row),
  ];
}

function findOtherCluster({ properties }: Allocation, { clusterName }: RowRules): Fault[] {
  const cluster = properties?.cluster || clusterName;
  if (cluster === clusterName) return [];
  return [{ reason: 'other_cluster', detail: `the row is about the cluster ${cluster}, not ${clusterName}` }];
}

function findMissingCluster({ properties }: Allocation): Fault[] {
  return properties?.cluster ? [] : [{ reason: 'missing_cluster', detail: 'the row names no cluster' }];
}

function findUserFaults({ properties }: Allocation, { isPerMember }: RowRules): Fault[] {
  const user = isPerMember ? readUser(properties?.labels) : undefined;
  if (user === undefined || isUserId(user)) return [];
  return [{ reason: 'unreadable_row', detail: 'the label user is no name of a user' }];
}

function findNumberFaults(row: Allocation): Fault[] {
  return NUMBERS.flatMap((field): Fault[] => {
    const value = row[field];
    if (value === null || value === undefined)
      return [{ reason: 'missing_number', detail: `${field} is ${value === null ? 'null' : 'missing'}` }];
    return value < 0 ? [{ reason: 'negative_number', detail: `${field} is ${value}` }] : [];
  });
}

/** What is wrong with when a row says that it ran. */
export function findTimeFaults({ window, start, end, minutes }: Allocation, span: Span): Fault[] {
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
function findImplausible(row: Allocation, { span, limits }: RowRules): Fault[] {
  const hours = (span.end - span.start) / MICROS_PER_HOUR;
  const cores = Math.max((row.cpuCoreHours ?? 0) / hours, row.cpuCoreRequestAverage ?? 0, row.cpuCoreUsageAverage ?? 0);
  const gpus = Math.max((row.gpuHours ?? 0) / hours, row.gpuAllocation?.gpuRequestAverage ?? 0);
  const faults: Fault[] = [];
  if (cores > limits.coresMax)
    faults.push({ reason: 'implausible', detail: `${cores} cores, more than ${limits.coresMax}` });
  if (gpus > limits.gpusMax)
    faults.push({ reason: 'implausible', detail: `${gpus} GPUs, more than ${limits.gpusMax}` });
  return faults;
}
