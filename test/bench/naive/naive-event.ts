export const NAIVE_QUEUE = 'naive-events';

/** The part of a load's event that the obvious design looks at. */
export type NaiveEvent = {
  readonly time: string;
  readonly data: { readonly namespace: string; readonly cpuCoreHours: string; readonly ramByteHours: number };
};

/** One row per day and namespace, as a first version would have it: no ledger, no history, floats. */
export const CREATE_NAIVE_TABLE = `
create table naive_usage_daily (
  usage_date date, namespace text, cpu_hours float8, ram_gb_hours float8, cost float8, event_count bigint,
  primary key (usage_date, namespace)
)`;

export const COUNT_NAIVE_EVENT = `
insert into naive_usage_daily as daily
values ($1::timestamptz::date, $2, $3::float8, $4::float8, $3::float8 * 0.35 + $4::float8 * 0.035, 1)
on conflict (usage_date, namespace) do update set
  cpu_hours = daily.cpu_hours + excluded.cpu_hours,
  ram_gb_hours = daily.ram_gb_hours + excluded.ram_gb_hours,
  cost = daily.cost + excluded.cost,
  event_count = daily.event_count + 1`;
