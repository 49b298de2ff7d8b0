import type { Batch, Outcome } from './batch.ts';
import type { BatchQueue } from './batch-queue.ts';
import { type DeliverDeps, deliver } from './deliver.ts';
import { backoffMs } from './pace.ts';

/** Sends one batch after the other until the queue is closed. */
export async function runSender(deps: DeliverDeps & { readonly queue: BatchQueue }): Promise<void> {
  const { queue, signal } = deps;
  for (let batch = await queue.next(); batch !== undefined; batch = await queue.next()) {
    try {
      await settle(batch, await deliver(batch.events, deps), deps);
    } catch (error) {
      // What is in hand stays where it waits.
      if (signal.aborted) return;
      throw error;
    }
  }
}

/** What became of events is kept before they go: a full disk must not lose what was refused. */
async function settle(batch: Batch, outcome: Outcome, { pace, onProblem }: DeliverDeps): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await batch.settle(outcome);
    } catch (error) {
      const retryInMs = backoffMs(attempt);
      onProblem({ code: 'SPOOL_UNWRITABLE', message: String(error), retryInMs });
      await pace.wait(retryInMs);
    }
  }
}
