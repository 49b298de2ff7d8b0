import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from '@hopsmeter/db';
import { loadDemo, type PreparedDemo } from '@hopsmeter/demo';
import type { QueueInspector } from '@hopsmeter/queue';
import { CliError } from '../cli-error.ts';
import { formatCount } from '../console/format-number.ts';
import type { Screen } from '../console/screen.ts';
import type { ApiClient, PipelineCounts } from './api-client.ts';
import type { Delivery } from './format-summary.ts';

/** Often enough that nobody waits for it. */
const ASK_EVERY_MS = 200;

/** What an earlier run left in the queue is at most one demo: the worker is through in seconds. */
const DRAINED_WITHIN_MS = 120_000;

export type LoadDemoContext = {
  readonly pool: Pool;
  readonly ingestUrl: string;
  readonly api: ApiClient;
  readonly queue: QueueInspector;
  readonly screen: Screen;
  readonly signal: AbortSignal;
};

/** Sends the demo, or says how it was answered when an earlier run sent it. */
export async function deliverDemo(prepared: PreparedDemo, context: LoadDemoContext): Promise<Delivery> {
  if (prepared.loaded !== undefined) return { ...prepared.loaded, unanswered: 0, recorded: undefined };
  const { pool, ingestUrl, api, queue, screen, signal } = context;
  const title = prepared.wasInterrupted ? 'completing the demo that an earlier run began' : 'loading the demo';
  return screen.step(title, async (show) => {
    await waitUntilDrained(queue, signal);
    const before = await api.readPipeline();
    const { sent, accepted, refused, unanswered } = await loadDemo(prepared, {
      pool,
      ingestUrl,
      isQueueEmpty: () => isEmpty(queue),
      signal,
      onProgress: (progress) => {
        const recorded = progress.recorded === 0 ? '' : `, ${formatCount(progress.recorded)} recorded`;
        show(`${formatCount(progress.sent)} events sent${recorded}`);
      },
    });
    const recorded = grownSince(before, await api.readPipeline());
    const value = { sent, accepted, refused, unanswered, recorded };
    return { value, text: `the demo is loaded: ${formatCount(sent)} events sent through ingest and recorded` };
  });
}

/** Events of an interrupted run may still wait in the queue; what is recorded later must be of this run alone. */
async function waitUntilDrained(queue: QueueInspector, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + DRAINED_WITHIN_MS;
  for (;;) {
    if (await isEmpty(queue)) return;
    if (performance.now() > deadline)
      throw new CliError('The worker is not emptying the queue that an earlier run left: see its log.');
    await sleep(ASK_EVERY_MS, undefined, { signal });
  }
}

/** A Redis that does not answer says nothing about its queue: it may be starting again. */
async function isEmpty(queue: QueueInspector): Promise<boolean> {
  const status = await queue.inspect().catch(() => undefined);
  return status !== undefined && status.waiting + status.active + status.delayed === 0;
}

function grownSince(before: PipelineCounts, after: PipelineCounts): PipelineCounts {
  return {
    events: after.events - before.events,
    counted: after.counted - before.counted,
    duplicates: after.duplicates - before.duplicates,
    parked: after.parked - before.parked,
  };
}
