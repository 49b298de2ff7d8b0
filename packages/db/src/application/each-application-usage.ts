import type { ApplicationUsage } from '@hopsmeter/usage';
import { inApplication } from './in-application.ts';

/** Days to read: from `from` up to, but not including, `to`; without them all rows, also those without a day. */
export type ApplicationDays = { readonly from: string; readonly to: string };

/** Rows in memory at a time: some MB, with what they say of namespaces. */
const PAGE_ROWS = 2_000;

/**
 * In the order of day and user. A cursor, because the application's key begins with the user: page by page with a
 * condition Postgres would sort the table for each page. It ends with the transaction, so it runs on a pooler.
 */
const OPEN_USAGE = `
declare application_usage no scroll cursor for
select
  user_id::text as "userId", date::text as "date",
  (count(*) over (partition by date, user_id::text collate "C"))::integer as "rowCount",
  account_owner_id::text as "accountOwnerId", hopsworks_cluster_id::text as "clusterId",
  opencost_cpu_hours::text as "cpuHours", opencost_gpu_hours::text as "gpuHours",
  opencost_ram_gb_hours::text as "ramGbHours",
  online_storage_gb::text as "onlineStorageGb", offline_storage_gb::text as "offlineStorageGb",
  network_egress_gb::text as "networkEgressGb", total_cost::text as "totalCost",
  project_breakdown::text as "projectBreakdown"
from public.usage_daily
where $1::text is null or (date >= $1::date and date < $2::date)
order by date, user_id::text collate "C"
`;

const COUNT_USAGE = `
select count(*)::integer as total from public.usage_daily
where $1::text is null or (date >= $1::date and date < $2::date)
`;

const TAKE_PAGE = `fetch forward ${PAGE_ROWS} from application_usage`;

/**
 * Reads the usage of the application database, ordered by day and user, all of one moment. Holds a connection and a
 * snapshot of it until the last page is taken.
 *
 * @param take called with up to {@link PAGE_ROWS} rows and the number of all rows, and awaited before the next ones are
 * read.
 * @throws ApplicationDatabaseError, or what `take` throws.
 */
export function eachApplicationUsage(
  url: string,
  days: ApplicationDays | undefined,
  take: (rows: readonly ApplicationUsage[], total: number) => Promise<void>,
): Promise<void> {
  return inApplication(url, ['usage_daily'], async ({ rowsOf }) => {
    const parameters = [days?.from ?? null, days?.to ?? null];
    const [counted] = await rowsOf<{ total: number }>(COUNT_USAGE, parameters);
    await rowsOf(OPEN_USAGE, parameters);
    let rows: readonly ApplicationUsage[];
    do {
      rows = await rowsOf<ApplicationUsage>(TAKE_PAGE);
      if (rows.length > 0) await take(rows, counted?.total ?? 0);
    } while (rows.length === PAGE_ROWS);
  });
}
