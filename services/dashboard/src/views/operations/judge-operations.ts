import { addresses } from '../../address/addresses.ts';
import type { Pipeline } from '../../api/schemas.ts';
import { formatCount } from '../../format/quantity.ts';
import type { Health } from '../../parts/health-badge.tsx';
import { judgePipeline, type Finding as PipelineFinding } from '../overview/judge-pipeline.ts';
import type { Operations } from './operations-schema.ts';

/** One thing that is looked after: how it is, and what to do when it is not well. */
export type Finding = Omit<PipelineFinding, 'key'> & {
  readonly key: string;
  /** Where more of it is told. */
  readonly to?: string | undefined;
  /** What helps; absent where nothing is to do. */
  readonly advice?: string | undefined;
  /** The things in question, each with where it is. */
  readonly links?: readonly { readonly to: string; readonly text: string }[];
};

/** Deliveries are tried for hours; one that waits longer was never attempted. */
const DELIVERY_MS_WATCH = 3_600_000;

/** A month of a large database is re-rated within minutes. */
const CHANGE_MS_WATCH = 3_600_000;

/** A comparison of a month takes minutes. */
const RECONCILIATION_MS_WATCH = 3_600_000;

/** What is said of recording, with what helps. */
export function judgeRecording(pipeline: Pipeline, now: number): readonly Finding[] {
  return [judgeWorkers(pipeline), ...judgePipeline(pipeline, now).map(advise)];
}

/** What is said of what happens beside recording. */
export function judgeOperations(operations: Operations, now: number): readonly Finding[] {
  const { priceChanges, reconciliations, webhooks, remittances } = operations;
  return [
    judgeReconciliations(reconciliations, now),
    judgePriceChanges(priceChanges, now),
    judgeWebhooks(webhooks, now),
    judgeRemittances(remittances),
  ];
}

function judgeWorkers({ health: { queue } }: Pipeline): Finding {
  const base = { key: 'workers', name: 'Workers' };
  if (queue === null)
    return {
      ...base,
      health: 'unknown',
      word: 'Never seen',
      text: 'No worker has ever run on this database.',
      advice: 'Start one, and check that it has the DATABASE_URL and REDIS_URL of ingest.',
    };
  const time = { label: 'Last report', at: queue.measuredAt };
  if (!queue.isCurrent)
    return {
      ...base,
      health: 'bad',
      word: 'None',
      text: 'None has reported for more than 30 seconds.',
      time,
      advice: 'Look at their logs and at /readyz of each: it names Redis or Postgres when one of them is away.',
    };
  return { ...base, health: 'good', word: 'Running', text: 'They report every 5 seconds.', time };
}

/** The advice for what the overview says too, by what is wrong. */
const ADVICE: Readonly<Record<PipelineFinding['key'], Readonly<Record<string, string>>>> = {
  queue: {
    'No worker': 'Start workers. What was accepted is in Redis and is counted when they are back.',
    Missing: 'Do not empty Redis. Restart the workers, and have clusters resend what they have sent since.',
    Paused: 'Resume the queue in whatever paused it; nothing is lost meanwhile.',
    'Far behind': 'Add workers, or look for what slows Postgres: long queries, no disk space, locks.',
    Behind: 'Watch it. If it grows, add workers.',
  },
  difference: {
    'They differ': 'Open the comparison below, find out what wrote to the tables besides the workers, and repair it.',
    'Not compared': 'Wait for the first comparison, or request one.',
    'Last comparison is old': 'Workers compare every hour: check that one is running, or request a comparison.',
  },
  parked: {
    Waiting: 'Open Parked events: each reason names what helps.',
    'Wait long': 'Open Parked events: each reason names what helps.',
  },
  hours: {
    'Hours missing': 'Open Coverage: it names the clusters and hours. Look at the collector of each.',
  },
};

const PLACES: Readonly<Record<PipelineFinding['key'], string | undefined>> = {
  queue: undefined,
  difference: addresses.reconciliations(),
  parked: addresses.parked(),
  hours: addresses.coverage(),
};

function advise(finding: PipelineFinding): Finding {
  return { ...finding, to: PLACES[finding.key], advice: ADVICE[finding.key][finding.word] };
}

function judgeReconciliations(
  { unfinished, oldestRequestedAt, differing }: Operations['reconciliations'],
  now: number,
) {
  const base = { key: 'reconciliations', name: 'Reconciliation', to: addresses.reconciliations() };
  if (differing.length > 0) {
    const days = differing.reduce((sum, { dayCount }) => sum + dayCount, 0);
    return {
      ...base,
      health: 'bad',
      word: 'To repair',
      text: `${countOf(days, 'day has', 'days have')} rows that are not what the ledger says.`,
      advice: 'Open the comparison and repair it. Rows of closed months stay: restore them from their statement.',
      links: differing.map(({ id, differingRows }) => ({
        to: addresses.reconciliation(id),
        text: `${differingRows === '1' ? '1 row' : `${formatCount(BigInt(differingRows))} rows`} to repair`,
      })),
    } satisfies Finding;
  }
  if (unfinished === 0 || oldestRequestedAt === null)
    return { ...base, health: 'good', word: 'Nothing to do', text: 'No comparison is running.' } satisfies Finding;
  const isLate = now - Date.parse(oldestRequestedAt) > RECONCILIATION_MS_WATCH;
  return {
    ...base,
    health: isLate ? 'watch' : 'good',
    word: isLate ? 'Takes long' : 'Running',
    text: `${countOf(unfinished, 'comparison is', 'comparisons are')} not finished.`,
    time: { label: 'The oldest was requested', at: oldestRequestedAt },
    advice: isLate ? 'Look at the workers: they run one comparison after another.' : undefined,
  } satisfies Finding;
}

function judgePriceChanges({ applying, oldestCreatedAt, changes }: Operations['priceChanges'], now: number): Finding {
  const base = { key: 'price-changes', name: 'Price changes', to: addresses.prices() };
  if (applying === 0 || oldestCreatedAt === null)
    return { ...base, health: 'good', word: 'None', text: 'Every price change is applied to all recorded usage.' };
  const isLate = now - Date.parse(oldestCreatedAt) > CHANGE_MS_WATCH;
  return {
    ...base,
    health: 'watch',
    word: isLate ? 'Takes long' : 'In progress',
    text: `${countOf(applying, 'change is', 'changes are')} being applied. Totals still hold some old prices.`,
    time: { label: 'The oldest was made', at: oldestCreatedAt },
    advice: isLate
      ? 'Look in the workers’ logs for “price change”: they say what stops it.'
      : 'Wait before you close a month.',
    links: changes.map(({ id, reason }) => ({ to: addresses.priceChange(id), text: reason })),
  };
}

function judgeWebhooks(
  { active, pendingDeliveries, oldestPendingAt, dead }: Operations['webhooks'],
  now: number,
): Finding {
  const base = { key: 'webhooks', name: 'Webhooks', to: addresses.webhooks() };
  if (dead.length > 0) {
    const count = dead.reduce((sum, { deadDeliveries }) => sum + deadDeliveries, 0);
    return {
      ...base,
      health: 'bad',
      word: 'Not delivered',
      text: `${countOf(count, 'alert was', 'alerts were')} given up after many attempts.`,
      advice: 'Ask whoever receives them, then retry each; or disable a webhook that is no longer needed.',
      links: dead.map(({ webhookId, url, deadDeliveries }) => ({
        to: `${addresses.webhook(webhookId)}?status=dead`,
        text: `${url} (${formatCount(deadDeliveries)})`,
      })),
    };
  }
  if (pendingDeliveries > 0 && oldestPendingAt !== null) {
    const isLate = now - Date.parse(oldestPendingAt) > DELIVERY_MS_WATCH;
    return {
      ...base,
      health: isLate ? 'watch' : 'good',
      word: isLate ? 'Late' : 'On their way',
      text: `${countOf(pendingDeliveries, 'alert waits', 'alerts wait')} for the next attempt.`,
      time: { label: 'The oldest was raised', at: oldestPendingAt },
      advice: isLate
        ? 'Look at the last answer of its webhook. Without any attempt no worker has WEBHOOK_SIGNING_KEY.'
        : undefined,
    };
  }
  return {
    ...base,
    health: 'good',
    word: active === 0 ? 'None' : 'Delivered',
    text: active === 0 ? 'Nobody is told of spending alerts.' : 'Every alert was delivered.',
  };
}

function judgeRemittances({
  pending,
  uncertain,
  rejected,
  tooOld,
  stuck: accounts,
}: Operations['remittances']): Finding {
  const base = { key: 'stripe', name: 'Stripe' };
  const stuck = uncertain + rejected + tooOld;
  if (stuck > 0) {
    const parts = [...partOf(rejected, 'rejected'), ...partOf(uncertain, 'uncertain'), ...partOf(tooOld, 'too old')];
    return {
      ...base,
      health: 'bad',
      word: 'Stuck',
      text: `${countOf(stuck, 'meter event waits', 'meter events wait')} for a person: ${parts.join(', ')}.`,
      advice:
        'Find each at Stripe by its identifier, fix why it was rejected, and say on the account’s settings ' +
        'whether Stripe has it.',
      links: accounts.map(({ accountOwnerId, count }) => ({
        to: addresses.accountSettings(accountOwnerId),
        text: `${accountOwnerId} (${formatCount(count)})`,
      })),
    };
  }
  return pending === 0
    ? { ...base, health: 'good', word: 'Up to date', text: 'Nothing waits to be sent.' }
    : {
        ...base,
        health: 'good',
        word: 'Sending',
        text: `${countOf(pending, 'meter event is', 'meter events are')} on the way.`,
      };
}

function partOf(count: number, text: string): string[] {
  return count === 0 ? [] : [`${formatCount(count)} ${text}`];
}

function countOf(count: number, one: string, more: string): string {
  return `${formatCount(count)} ${count === 1 ? one : more}`;
}

/** The worst of some findings, for one word about all of them. */
export function worstOfAll(findings: readonly Finding[]): Health {
  const order: readonly Health[] = ['bad', 'watch', 'unknown'];
  return order.find((health) => findings.some((finding) => finding.health === health)) ?? 'good';
}
