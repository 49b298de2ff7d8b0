import type { Pool } from '@hopsmeter/db';
import { reconcileNow } from '@hopsmeter/db';
import type { PreparedDemo } from '@hopsmeter/demo';
import type { ApiClient } from './api-client.ts';
import type { Delivery, Summary } from './format-summary.ts';

export type SummaryContext = {
  readonly api: ApiClient;
  readonly pool: Pool;
  readonly prepared: PreparedDemo | undefined;
  readonly delivery: Delivery | undefined;
  readonly now: Date;
};

/** Collects what the summary says: totals and counts from the api, the comparison from Postgres. */
export async function readSummary({ api, pool, prepared, delivery, now }: SummaryContext): Promise<Summary> {
  const months = monthsUpTo(now);
  return {
    months: await Promise.all(
      months.map(async (month, index) => ({
        month,
        isRunning: index === months.length - 1,
        accounts: await api.listAccounts(month),
      })),
    ),
    delivery,
    pipeline: await api.readPipeline(),
    ledger: await reconcileMonths(pool, now),
    quarantined: prepared?.demo.quarantined ?? [],
  };
}

/** Compares the days of these months with the ledger, as `hopsmeter reconcile` does. */
async function reconcileMonths(pool: Pool, now: Date): Promise<Summary['ledger']> {
  const [past] = monthsUpTo(now);
  // Usage may be a few minutes ahead.
  const to = new Date(now.getTime() + 2 * 86_400_000).toISOString().slice(0, 10);
  const change = { actor: { kind: 'service', id: 'hopsmeter start' } } as const;
  const { checkedRows, differingRows } = await reconcileNow(pool, change, { from: `${past}-01`, to });
  return { rowCount: Number(checkedRows), differentCount: Number(differingRows) };
}

/** The past month and the running one, in UTC: `2026-10`, `2026-11`. */
export function monthsUpTo(now: Date): readonly [past: string, running: string] {
  const monthOf = (offset: number): string =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset)).toISOString().slice(0, 7);
  return [monthOf(-1), monthOf(0)];
}
