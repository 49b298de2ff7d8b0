import type { Pool } from '../connection/pool.ts';
import { instantText } from '../sql/instant.ts';
import { countOpenRemittances } from '../stripe/count-open-remittances.ts';

/** Things of a kind that are named: more of them have one problem, not many. */
const NAMED_MAX = 20;

/**
 * What is under way beside recording, and since when: price changes that are applied, comparisons that were asked for,
 * deliveries that wait, and the last comparison that ended. Each is an index that holds little else.
 */
const READ_WORK = `
select
  (select count(*)::integer from hopsmeter.price_changes where status = 'applying') as "applyingChanges",
  ${instantText(`(select min(created_at) from hopsmeter.price_changes where status = 'applying')`)}
    as "oldestChangeAt",
  (select count(*)::integer from hopsmeter.reconciliations where status <> 'done') as "openReconciliations",
  ${instantText(`(select min(requested_at) from hopsmeter.reconciliations where status <> 'done')`)}
    as "oldestReconciliationAt",
  (select count(*)::integer from hopsmeter.webhook_endpoints where disabled_at is null) as "activeWebhooks",
  (select count(*)::integer from hopsmeter.webhook_deliveries where next_attempt_at is not null)
    as "pendingDeliveries",
  ${instantText(`(select min(created_at) from hopsmeter.webhook_deliveries where next_attempt_at is not null)`)}
    as "oldestDeliveryAt"
`;

/** Price changes that are applied now, the oldest first. Parameters: $1 most rows. */
const LIST_APPLYING = `
select id::text, reason from hopsmeter.price_changes where status = 'applying' order by created_at, id limit $1::integer
`;

/** The ids of the comparisons that found differences on days that nobody compared again since, the newest first. */
const LIST_DIFFERING = `
select reconciliation_id::text as id, count(*)::integer as "dayCount", sum(differing_rows)::text as "differingRows"
from hopsmeter.reconciled_days
where differing_rows > 0
group by reconciliation_id
order by max(checked_at) desc
limit 5
`;

/** Active webhooks with deliveries that were given up. Parameters: $1 most rows. Reads an index of these alone. */
const LIST_DEAD = `
select webhook_endpoints.id::text as "webhookId", url, count(*)::integer as "deadDeliveries"
from hopsmeter.webhook_deliveries
join hopsmeter.webhook_endpoints on webhook_endpoints.id = webhook_endpoint_id
where dead_at is not null and disabled_at is null
group by webhook_endpoints.id, url
order by count(*) desc, url
limit $1::integer
`;

/** Accounts with meter events that Stripe was not told and that wait for a person. Parameters: $1 most rows. */
const LIST_STUCK = `
select account_owner_id as "accountOwnerId", count(*)::integer as count
from hopsmeter.stripe_remittances
where status in ('uncertain', 'rejected', 'too_old')
group by account_owner_id
order by count(*) desc, account_owner_id
limit $1::integer
`;

type Work = {
  readonly applyingChanges: number;
  readonly oldestChangeAt: string | null;
  readonly openReconciliations: number;
  readonly oldestReconciliationAt: string | null;
  readonly activeWebhooks: number;
  readonly pendingDeliveries: number;
  readonly oldestDeliveryAt: string | null;
};

/** What operators look after beside the pipeline. Times are RFC 3339 in UTC with microseconds. */
export type Operations = Work & {
  /** Price changes that are applied now, with why they were made. */
  readonly applying: readonly { readonly id: string; readonly reason: string }[];
  /** Comparisons whose differences nobody has repaired. */
  readonly differing: readonly { readonly id: string; readonly dayCount: number; readonly differingRows: string }[];
  readonly deadWebhooks: readonly {
    readonly webhookId: string;
    readonly url: string;
    readonly deadDeliveries: number;
  }[];
  /** What Stripe was not told, by status. */
  readonly remittances: Awaited<ReturnType<typeof countOpenRemittances>>;
  /** Accounts with such that wait for a person. */
  readonly stuckAccounts: readonly { readonly accountOwnerId: string; readonly count: number }[];
};

/** Reads with {@link READ_WORK}, and names things with the statements below it. */
export async function readOperations(pool: Pool): Promise<Operations> {
  const [work] = (await pool.query<Work>(READ_WORK)).rows;
  if (work === undefined) throw new Error('a select without a table gave no row');
  const applying = await pool.query<Operations['applying'][number]>(LIST_APPLYING, [NAMED_MAX]);
  const differing = await pool.query<Operations['differing'][number]>(LIST_DIFFERING);
  const dead = await pool.query<Operations['deadWebhooks'][number]>(LIST_DEAD, [NAMED_MAX]);
  const stuck = await pool.query<Operations['stuckAccounts'][number]>(LIST_STUCK, [NAMED_MAX]);
  return {
    ...work,
    applying: applying.rows,
    differing: differing.rows,
    deadWebhooks: dead.rows,
    remittances: await countOpenRemittances(pool),
    stuckAccounts: stuck.rows,
  };
}
