import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from '@hopsmeter/db';
import type { QueueInspector, QueueStatus } from '@hopsmeter/queue';
import type { ChaosClient } from './chaos-client.ts';

/** How long the pipeline took to come to rest, and what was left when the time was over. */
export type Drain = {
  readonly isDone: boolean;
  readonly tookMs: number;
  readonly left: string;
  readonly queue: QueueStatus | undefined;
};

const LOOK_EVERY_MS = 300;

/** Looks in a row that must find nothing: between two of them a batch may be on its way from a client to the queue. */
const QUIET_LOOKS = 3;

/** Prices being applied, and usage of projects that are registered by now and is not counted yet. */
const COUNT_OPEN = `
select
  (select count(*) from hopsmeter.price_changes where status = 'applying')::integer as prices,
  (select count(*) from hopsmeter.parked_events
    where status = 'pending' and reason = 'unknown_namespace')::integer as parked
`;

/** Waits until clients, queue and workers have nothing left to do; @param withinMs at most. */
export async function drain(
  pool: Pool,
  inspector: QueueInspector,
  clients: readonly ChaosClient[],
  withinMs: number,
): Promise<Drain> {
  const startedAt = performance.now();
  let quiet = 0;
  for (;;) {
    const spooled = clients.reduce((sum, client) => sum + client.spooled(), 0);
    const queue = await inspector.inspect().catch(() => undefined);
    const open = await pool.query<{ prices: number; parked: number }>(COUNT_OPEN).catch(() => undefined);
    const { prices = 1, parked = 1 } = open?.rows[0] ?? {};
    const jobs = queue === undefined ? 1 : queue.waiting + queue.active + queue.delayed + queue.failed;
    quiet = spooled + jobs + prices + parked === 0 ? quiet + 1 : 0;
    const tookMs = performance.now() - startedAt;
    const left = `${spooled} batches with clients, ${jobs} jobs, ${prices} price changes, ${parked} parked events`;
    if (quiet >= QUIET_LOOKS || tookMs > withinMs) return { isDone: quiet >= QUIET_LOOKS, tookMs, left, queue };
    await delay(LOOK_EVERY_MS);
  }
}
