import type { Pool } from '@hopsmeter/db';
import { insertRows } from '../../harness/application-database/load-application.ts';

/** What hopsmeter has of each day of a user, as the application would have it in a row. */
const READ_DAYS = `
select
  user_id, date::text, max(account_owner_id) filter (where account_owner_id <> user_id) as account_owner_id,
  round(sum(cpu_hours), 4)::text as opencost_cpu_hours, round(sum(gpu_hours), 4)::text as opencost_gpu_hours,
  round(sum(ram_gb_hours), 4)::text as opencost_ram_gb_hours,
  round(sum(online_storage_gb), 4)::text as online_storage_gb,
  round(sum(offline_storage_gb), 4)::text as offline_storage_gb, sum(total_cost)::text as total_cost
from hopsmeter.usage_daily_by_user where date < $1::date + interval '1 month' and date >= $1::date
  group by user_id, date
`;

const READ_USERS = `
select id, email, name, account_owner_id, 'active' as status, 'postpaid' as billing_mode, now() as created_at,
  now() as updated_at
from hopsmeter.users
`;

/**
 * Fills an application's database with a month of hopsmeter's numbers, but with owners that were overwritten, and
 * something that nothing explains.
 */
export async function copyApplication(from: Pool, to: Pool, month: string): Promise<void> {
  await insertRows(to, 'users', (await from.query<object>(READ_USERS)).rows);
  await insertRows(to, 'usage_daily', (await from.query<object>(READ_DAYS, [`${month}-01`])).rows);
  await to.query(`
    update public.usage_daily set account_owner_id = null where account_owner_id is not null;
    update public.usage_daily set opencost_cpu_hours = opencost_cpu_hours + 1.2345
    where date = (select min(date) from public.usage_daily);
  `);
}
