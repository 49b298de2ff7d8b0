import type { Pipeline } from '../../api/schemas.ts';
import { formatCount } from '../../format/quantity.ts';
import type { Health } from '../../parts/health-badge.tsx';

/** One thing about the pipeline: how it is, in a word and in a sentence. */
export type Finding = {
  readonly key: 'queue' | 'parked' | 'difference' | 'hours';
  readonly name: string;
  readonly health: Health;
  readonly word: string;
  readonly text: string;
  /** A moment that belongs to the sentence: since when, or when it was looked at. */
  readonly time?: { readonly label: string; readonly at: string } | undefined;
};

/** Batches are recorded within a second; one that waits a minute means that workers do not keep up. */
const WAITING_MS_WATCH = 60_000;
const WAITING_MS_BAD = 600_000;

/** Ledger and totals are compared every hour; two hours without it means that nobody does. */
const COMPARED_MS_MAX = 2 * 3_600_000;

/** What waits for a person should be looked at within a working day. */
const PARKED_MS_WATCH = 24 * 3_600_000;

/** Judges the pipeline's numbers as a person would who knows it. @param now when they were read, in milliseconds. */
export function judgePipeline(pipeline: Pipeline, now: number): readonly Finding[] {
  return [
    judgeQueue(pipeline, now),
    judgeDifference(pipeline, now),
    judgeParked(pipeline, now),
    judgeHours(pipeline, now),
  ];
}

/** The worst of some findings, for one word about all of them. */
export function worstOf(findings: readonly Finding[]): Health {
  const order: readonly Health[] = ['bad', 'watch', 'unknown'];
  return order.find((health) => findings.some((finding) => finding.health === health)) ?? 'good';
}

function judgeQueue({ health: { queue } }: Pipeline, now: number): Finding {
  const base = { key: 'queue', name: 'Backlog' } as const;
  if (queue === null)
    return { ...base, health: 'unknown', word: 'Not known', text: 'No worker has checked the queue yet.' };
  const { waitingJobs, activeJobs, missingJobs, isPaused, oldestWaitingAt, measuredAt, isCurrent } = queue;
  if (!isCurrent)
    return {
      ...base,
      health: 'bad',
      word: 'No worker',
      text: 'No worker has reported for more than 30 seconds. Events are still accepted and kept.',
      time: { label: 'Last report', at: measuredAt },
    };
  if (missingJobs > 0)
    return {
      ...base,
      health: 'bad',
      word: 'Missing',
      text:
        `${countOf(missingJobs, 'batch', 'batches')} of accepted events ${missingJobs === 1 ? 'is' : 'are'} neither ` +
        'recorded nor waiting.',
    };
  if (isPaused)
    return {
      ...base,
      health: 'bad',
      word: 'Paused',
      text: 'The queue is paused. Events are accepted and kept, but none are counted until it is resumed.',
    };
  const waitedMs = oldestWaitingAt === null ? 0 : now - Date.parse(oldestWaitingAt);
  const batches = `${countOf(waitingJobs, 'batch', 'batches')} of events ${waitingJobs === 1 ? 'waits' : 'wait'}`;
  const text =
    waitingJobs === 0 ? 'No batch is waiting for a worker.' : `${batches}, ${formatCount(activeJobs)} in work.`;
  const time = oldestWaitingAt === null ? undefined : { label: 'The oldest came', at: oldestWaitingAt };
  if (waitedMs > WAITING_MS_BAD) return { ...base, health: 'bad', word: 'Far behind', text, time };
  if (waitedMs > WAITING_MS_WATCH) return { ...base, health: 'watch', word: 'Behind', text, time };
  return { ...base, health: 'good', word: waitingJobs === 0 ? 'Empty' : 'Moving', text, time };
}

function judgeDifference({ health }: Pipeline, now: number): Finding {
  const base = { key: 'difference', name: 'Ledger and totals' } as const;
  const { unexplainedDifference, reconciledAt } = health;
  if (unexplainedDifference === null || reconciledAt === null)
    return {
      ...base,
      health: 'unknown',
      word: 'Not compared',
      text: 'Not compared yet; a comparison runs every hour.',
    };
  const time = { label: 'Last compared', at: reconciledAt };
  if (unexplainedDifference !== '0')
    return {
      ...base,
      health: 'bad',
      word: 'They differ',
      text:
        `${formatCount(BigInt(unexplainedDifference))} rows are not what the ledger says, and nobody ` +
        'can explain why.',
      time,
    };
  if (now - Date.parse(reconciledAt) > COMPARED_MS_MAX)
    return { ...base, health: 'watch', word: 'Last comparison is old', text: 'They matched then.', time };
  return { ...base, health: 'good', word: 'The same', text: 'Every total is the sum of its events.', time };
}

function judgeParked({ parkedPending, health: { oldestParkedAt } }: Pipeline, now: number): Finding {
  const base = { key: 'parked', name: 'Parked events' } as const;
  if (parkedPending === 0 || oldestParkedAt === null)
    return { ...base, health: 'good', word: 'None', text: 'Every accepted event is counted.' };
  const isOld = now - Date.parse(oldestParkedAt) > PARKED_MS_WATCH;
  return {
    ...base,
    health: 'watch',
    word: isOld ? 'Wait long' : 'Waiting',
    text: `${countOf(parkedPending, 'event is', 'events are')} kept, but not counted yet.`,
    time: { label: 'The oldest was parked', at: oldestParkedAt },
  };
}

function judgeHours({ health: { missingClusterHours, missingClusters } }: Pipeline, now: number): Finding {
  const time = { label: 'Looked at', at: new Date(now).toISOString() };
  const base = { key: 'hours', name: 'Cluster reports', time } as const;
  if (missingClusterHours === 0)
    return { ...base, health: 'good', word: 'Complete', text: 'Every cluster reported every hour of the last 24.' };
  return {
    ...base,
    health: 'watch',
    word: 'Hours missing',
    text:
      `${countOf(missingClusterHours, 'hour', 'hours')} of the last 24 ${missingClusterHours === 1 ? 'is' : 'are'} ` +
      `missing, of ${countOf(missingClusters, 'cluster', 'clusters')}.`,
  };
}

function countOf(count: number, one: string, more: string): string {
  return `${formatCount(count)} ${count === 1 ? one : more}`;
}
