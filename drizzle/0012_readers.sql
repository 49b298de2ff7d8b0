-- What others may read with SQL beside usage_daily_by_user: an application's pages, psql. docs/moving-in.md says which
-- rights they are given for it. Nobody writes through these views, because they group.

-- What an account owner sees: the whole team, a row a day. total_cost_exact is not rounded: a sum of days is rounded
-- once, at its end, and is then the amount of the statement at list prices.
CREATE VIEW hopsmeter.usage_daily_by_account AS
SELECT
  date,
  account_owner_id,
  team.user_count,
  team.cpu_hours,
  team.gpu_hours,
  team.ram_gb_hours,
  team.online_storage_gb,
  team.offline_storage_gb,
  team.network_egress_gb,
  round(costs.cost, 2)::numeric(10, 2) AS total_cost,
  costs.cost AS total_cost_exact
FROM (
  SELECT
    date,
    account_owner_id,
    count(*)::integer AS user_count,
    sum(cpu_hours) AS cpu_hours,
    sum(gpu_hours) AS gpu_hours,
    sum(ram_gb_hours) AS ram_gb_hours,
    sum(online_storage_gb) AS online_storage_gb,
    sum(offline_storage_gb) AS offline_storage_gb,
    sum(network_egress_gb) AS network_egress_gb
  FROM hopsmeter.usage_daily_by_user
  GROUP BY date, account_owner_id
) AS team
JOIN (SELECT booked_on AS date, account_owner_id, cost FROM hopsmeter.account_day_costs) AS costs
  USING (date, account_owner_id)
WHERE pg_catalog.has_function_privilege('hopsmeter.reads_totals()', 'execute');
