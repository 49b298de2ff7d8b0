/**
 * What comparing reads of hopsmeter: metered usage only, because imported days are the application's numbers themselves. By the
 * day of the usage, whenever it is booked. Parameters: days as dates, $1 first and $2 the one after the last.
 */

export const LIST_OUR_USERS = `
select distinct user_id as "userId" from hopsmeter.usage_daily
where usage_date >= $1::date and usage_date < $2::date
`;

/** When each cluster's first usage began. What lies before $1 is asked for only as far as that there is some. */
export const READ_METERED_SINCE = `
select
  clusters.id as "clusterId",
  case
    when exists (
      select from hopsmeter.usage_daily
      where hopsworks_cluster_id = clusters.id and usage_date < $1::date
    ) then $1::text
    else (
      select to_char(min(first_event_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24')
      from hopsmeter.usage_daily
      where hopsworks_cluster_id = clusters.id and usage_date >= $1::date and usage_date < $2::date
    )
  end as since
from hopsmeter.hopsworks_clusters as clusters
`;

/** The rollup of the users $3, with the price of each row; of several, that of the first booking. */
export const READ_OUR_USAGE = `
select
  user_id as "userId", usage_date::text as "date", hopsworks_cluster_id as "clusterId",
  account_owner_id as "accountOwnerId", project_id as "projectId", meter,
  sum(quantity)::text as quantity, sum(cost)::text as cost,
  (array_agg(price order by booked_on))[1]::text as price,
  (array_agg(price_quantity order by booked_on))[1]::text as "priceQuantity"
from hopsmeter.usage_daily
where usage_date >= $1::date and usage_date < $2::date and user_id = any($3::text[])
group by user_id, usage_date, hopsworks_cluster_id, account_owner_id, project_id, meter
`;

export const READ_OUR_PEOPLE =
  'select id as "userId", coalesce(name, email) as name from hopsmeter.users where id = any($1::text[])';

/**
 * The ledger of the users $3 by hour, namespace and meter, user by user in the order of $3. An hour is the one in which windows begin on that day;
 * `hours` is how long the windows were on it, so that a stored quantity divided by it is a size. What a reversal takes back
 * is taken back of both.
 *
 * A cursor: a month of a user is some thousand rows, and no more than a page of them is in memory.
 */
export const OPEN_PARTS = `
declare comparison_parts no scroll cursor for
select
  events.user_id as "userId", usage_date::text as "date",
  extract(hour from begin_at at time zone 'UTC')::integer as hour,
  events.hopsworks_cluster_id as "clusterId", events.project_id as "projectId", projects.namespace,
  account_owner_id as "accountOwnerId", used.meter, sum(used.quantity)::text as quantity,
  sum(extract(epoch from end_at - begin_at) * case adjustment when 'reversal' then -1 else 1 end)::text as seconds
from hopsmeter.usage_events as events
cross join lateral (
  select
    greatest(window_started_at, usage_date::timestamp at time zone 'UTC') as begin_at,
    least(window_ended_at, (usage_date + 1)::timestamp at time zone 'UTC') as end_at
) as on_day
cross join lateral unnest(meters, quantities) as used (meter, quantity)
left join hopsmeter.projects as projects on projects.id = events.project_id
where usage_date >= $1::date and usage_date < $2::date and events.user_id = any($3::text[])
group by 1, 2, 3, 4, 5, 6, 7, 8
having sum(used.quantity) <> 0
order by array_position($3::text[], events.user_id), 2, 3, 4, 6, 7, 8
`;

export const PART_ROWS = 5_000;

export const TAKE_PARTS = `fetch forward ${PART_ROWS} from comparison_parts`;

export const CLOSE_PARTS = 'close comparison_parts';
