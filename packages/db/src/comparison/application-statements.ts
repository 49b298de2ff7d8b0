import { instantText } from '../sql/instant.ts';

/**
 * What comparing reads of the application database. Parameters: days as dates, $1 first and $2 the one after the last.
 */

export const LIST_APPLICATION_USERS = `
select distinct user_id::text as "userId" from public.usage_daily
where date >= $1::date and date < $2::date and user_id is not null
`;

/** What is true of all users: on which days some row was reported to Stripe, and whether anybody has egress. */
export const READ_APPLICATION_DAYS = `
select
  date::text as "date", bool_or(coalesce(reported_to_stripe, false)) as "isReported",
  bool_or(coalesce(network_egress_gb, 0) <> 0) as "hasEgress"
from public.usage_daily where date >= $1::date and date < $2::date group by date
`;

/** The days of the users $3. */
export const READ_APPLICATION_USAGE = `
select
  user_id::text as "userId", date::text as "date",
  account_owner_id::text as "accountOwnerId", hopsworks_cluster_id::text as "clusterId",
  opencost_cpu_hours::text as "cpuHours", opencost_gpu_hours::text as "gpuHours",
  opencost_ram_gb_hours::text as "ramGbHours",
  online_storage_gb::text as "onlineStorageGb", offline_storage_gb::text as "offlineStorageGb",
  network_egress_gb::text as "networkEgressGb", total_cost::text as "totalCost",
  coalesce(reported_to_stripe, false) as "isReportedToStripe"
from public.usage_daily
where date >= $1::date and date < $2::date and user_id::text = any($3::text[])
`;

/** The users $1. */
export const READ_APPLICATION_PEOPLE = `
select id::text as "userId", account_owner_id::text as "accountOwnerId", coalesce(name, email)::text as name
from public.users where id::text = any($1::text[])
`;

/** The namespaces of the users $1. */
export const READ_APPLICATION_NAMESPACES = `
select user_id::text as "userId", namespace::text, ${instantText('created_at::timestamptz')} as "createdAt"
from public.user_projects where user_id::text = any($1::text[]) and namespace is not null
`;
