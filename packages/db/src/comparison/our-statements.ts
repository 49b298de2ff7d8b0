/**
 * What comparing reads of hopsmeter: metered usage only, because imported days are the application's numbers
 * themselves. By the day of the usage, whenever it is booked. Parameters: days as dates, $1 first and $2 the one after
 * the last.
 */

/** Imported usage has meters of its own. */
const IS_METERED = `not starts_with(meter, 'imported_')`;

export const LIST_OUR_USERS = `
select distinct user_id as "userId" from hopsmeter.usage_daily
where usage_date >= $1::date and usage_date < $2::date and ${IS_METERED}
`;

/** The imported days of the users $3. */
export const READ_IMPORTED_DAYS = `
select distinct user_id as "userId", usage_date::text as "date" from hopsmeter.usage_daily
where usage_date >= $1::date and usage_date < $2::date and user_id = any($3::text[]) and not (${IS_METERED})
`;

export const COUNT_IMPORTED_DAYS = `
select count(distinct (user_id, usage_date))::integer as count from hopsmeter.usage_daily
where usage_date >= $1::date and usage_date < $2::date and not (${IS_METERED})
`;

/** When each cluster's first usage began. What lies before $1 is asked for only as far as that there is some. */
export const READ_METERED_SINCE = `
select
  clusters.id as "clusterId",
  case
    when exists (
      select from hopsmeter.usage_daily
      where hopsworks_cluster_id = clusters.id and usage_date < $1::date and ${IS_METERED}
    ) then $1::text
    else (
      select to_char(min(first_event_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24')
      from hopsmeter.usage_daily
      where hopsworks_cluster_id = clusters.id and usage_date >= $1::date and usage_date < $2::date and ${IS_METERED}
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
where usage_date >= $1::date and usage_date < $2::date and user_id = any($3::text[]) and ${IS_METERED}
group by user_id, usage_date, hopsworks_cluster_id, account_owner_id, project_id, meter
`;

export const READ_OUR_PEOPLE =
  'select id as "userId", coalesce(name, email) as name from hopsmeter.users where id = any($1::text[])';

/**
 * The ledger of users $1 on days $2, pair by pair, by hour and namespace, user by user in the order in which they are
 * given. Days lie from $3 up to, but not including, $4.
 *
 * An hour is the one in which windows begin on that day; `seconds` is how long the windows of a meter were on it, so
 * that a stored quantity divided by it is a size. What a reversal takes back is taken back of both.
 *
 * A cursor: a month of a user is some thousand rows, and no more than a page of them is in memory.
 */
export const OPEN_PARTS = `
declare comparison_parts no scroll cursor for
with wanted as materialized (
  select user_id, usage_date, min(place) over (partition by user_id) as place
  from unnest($1::text[], $2::date[]) with ordinality as given (user_id, usage_date, place)
),
by_meter as (
  select
    wanted.place, events.usage_date, date_part('hour', begin_at at time zone 'UTC')::integer as hour,
    hopsworks_cluster_id, project_id, account_owner_id, used.meter, sum(used.quantity) as quantity,
    sum((end_at - begin_at) * case adjustment when 'reversal' then -1 else 1 end) as duration
  from hopsmeter.usage_events as events
  join wanted on wanted.user_id = events.user_id and wanted.usage_date = events.usage_date
  cross join lateral (
    select
      greatest(window_started_at, events.usage_date::timestamp at time zone 'UTC') as begin_at,
      least(window_ended_at, (events.usage_date + 1)::timestamp at time zone 'UTC') as end_at
  ) as on_day
  cross join lateral unnest(meters, quantities) as used (meter, quantity)
  where events.usage_date >= $3::date and events.usage_date < $4::date and ${IS_METERED}
  group by 1, 2, 3, 4, 5, 6, 7
)
select
  ($1::text[])[by_meter.place] as "userId", usage_date::text as "date", hour,
    by_meter.hopsworks_cluster_id as "clusterId",
  project_id as "projectId", projects.namespace, account_owner_id as "accountOwnerId",
  array_agg(meter order by meter) as meters, array_agg(quantity::text order by meter) as quantities,
  array_agg(extract(epoch from duration)::text order by meter) as seconds
from by_meter
left join hopsmeter.projects as projects on projects.id = by_meter.project_id
where quantity <> 0
group by by_meter.place, usage_date, hour, by_meter.hopsworks_cluster_id, project_id, projects.namespace,
  account_owner_id
order by by_meter.place, usage_date, hour, by_meter.hopsworks_cluster_id, projects.namespace, account_owner_id
`;

export const PART_ROWS = 5_000;

export const TAKE_PARTS = `fetch forward ${PART_ROWS} from comparison_parts`;

export const CLOSE_PARTS = 'close comparison_parts';
