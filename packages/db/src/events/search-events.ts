import { formatUsageDay, parseUsageDay, type UsageDay } from '@hopsmeter/usage';
import { inSnapshot } from '../connection/in-snapshot.ts';
import type { Pool } from '../connection/pool.ts';
import { instantText } from '../sql/instant.ts';
import { roundedQuantity } from '../sql/list-cost.ts';
import { NO_PROJECT } from '../totals/usage-filter.ts';
import { type EventOrigin, formatSource } from './event-source.ts';

/**
 * A page of the ledger's rows of some usage days, the newest usage day first, and of a day the newest window first.
 *
 * Parameters: $1 first usage day, $2 day after the last, $3 account, $4 user, $5 whether outside of any project, $6
 * project, $7 cluster, $8 meter, $9 day on which it is booked, $15 hour in which the window begins; NULL is everything.
 * $10 to $13 usage day, start of the window, key and part of the row before, or all of them NULL, $14 number of rows.
 * When its batch came is looked up by key, for the rows of the page only.
 *
 * The BRIN index of the usage day bounds what is read; the rest is a scan of those days. Measured on 2 busy cores with
 * a ledger of 2,010,000 rows over 30 days, 67,000 a day of 1,000 accounts, median of 7 with the look-ups of {@link
 * searchEvents}: an account's day 24 ms, the first 100 of all accounts 28 ms, the first 100 of an account (2 days) 100
 * ms, 30 days in which nothing is found 324 ms. An index on (account, usage day) would make these look-ups, but 20,000
 * rows, inserted 1,000 at a time in the order of their keys, took 0.29 s with it and 0.19 s without (the best of 27
 * runs each): every event would pay for what people ask now and then.
 */
const SEARCH_EVENTS = `
with page as materialized (
  select * from hopsmeter.usage_events
  where usage_date >= $1::date and usage_date < $2::date
    and ($3::text is null or account_owner_id = $3)
    and ($4::text is null or user_id = $4)
    and ($5::boolean is not true or project_id is null)
    and ($6::uuid is null or project_id = $6)
    and ($7::uuid is null or hopsworks_cluster_id = $7)
    and ($8::text is null or $8 = any (meters))
    and ($9::date is null or coalesce(booked_on, usage_date) = $9)
    and ($15::timestamptz is null
      or (window_started_at >= $15 and window_started_at < $15::timestamptz + interval '1 hour'))
    and ($10::date is null or (usage_date, window_started_at, event_key, part)
      < ($10, $11::timestamptz, $12::uuid, $13::smallint))
  order by usage_date desc, window_started_at desc, event_key desc, part desc
  limit $14::integer
)
select
  page.event_id as id, page.hopsworks_cluster_id as "clusterId", page.source_path as "sourcePath",
  page.event_type as type, page.usage_date::text as "usageDate",
  coalesce(page.booked_on, page.usage_date)::text as "bookedOn", page.account_owner_id as "accountOwnerId",
  page.user_id as "userId", page.project_id as "projectId", page.meters,
  array(
    select ${roundedQuantity('quantity')}::text from unnest(page.quantities) with ordinality as used (quantity, place)
      order by place
  ) as quantities,
  array(
    select trim_scale(quantity)::text from unnest(page.quantities) with ordinality as used (quantity, place)
      order by place
  ) as "exactQuantities",
  ${instantText('page.window_started_at')} as "windowStartedAt",
  ${instantText('page.window_ended_at')} as "windowEndedAt",
  page.adjustment, ${instantText('batches.received_at')} as "receivedAt",
  page.event_key::text as "eventKey", page.part
from page
left join hopsmeter.usage_batches as batches on batches.id = page.usage_batch_id
order by page.usage_date desc, page.window_started_at desc, page.event_key desc, page.part desc
`;

/** Days that one search may look through: they are scanned, see {@link searchEvents}. */
export const EVENT_SEARCH_DAYS_MAX = 31;

/** The last row of a page: the next page begins after it. */
export type LedgerPosition = Pick<LedgerEvent, 'usageDate' | 'windowStartedAt' | 'eventKey' | 'part'>;

export type EventsQuery = {
  /** First usage day and the day after the last, at most {@link EVENT_SEARCH_DAYS_MAX} days. */
  readonly from: UsageDay;
  readonly to: UsageDay;
  readonly accountOwnerId?: string | undefined;
  readonly userId?: string | undefined;
  /** `none` is usage outside of any project. */
  readonly projectId?: string | undefined;
  readonly clusterId?: string | undefined;
  readonly meter?: string | undefined;
  /** Only what is booked on this day: with it a search finds exactly the rows behind a row of the rollup. */
  readonly bookedOn?: UsageDay | undefined;
  /** Only windows that begin within the hour from this moment on. */
  readonly hour?: string | undefined;
  readonly after: LedgerPosition | undefined;
  readonly limit: number;
};

/**
 * A row of the ledger. Times are RFC 3339 in UTC with microseconds; quantities have 12 decimals, exact ones as many as
 * they need.
 */
export type LedgerEvent = EventOrigin & {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly usageDate: string;
  readonly bookedOn: string;
  readonly accountOwnerId: string;
  readonly userId: string;
  readonly projectId: string | null;
  readonly meters: readonly { readonly meter: string; readonly quantity: string; readonly quantityExact: string }[];
  readonly windowStartedAt: string;
  readonly windowEndedAt: string;
  readonly adjustment: 'reversal' | 'correction' | 'move' | null;
  /** When the first request of its batch came; null when the batch is forgotten. */
  readonly receivedAt: string | null;
  readonly eventKey: string;
  readonly part: number;
};

type Row = Omit<LedgerEvent, 'source' | 'meters'> & {
  readonly meters: readonly string[];
  readonly quantities: readonly string[];
  readonly exactQuantities: readonly string[];
};

/**
 * Searches the ledger with {@link SEARCH_EVENTS}, in one snapshot: looks through the newest day, then twice as many
 * days before it and so on until the page is full. So the first page of a busy account costs a day, and no day is read
 * twice.
 */
export function searchEvents(pool: Pool, query: EventsQuery): Promise<readonly LedgerEvent[]> {
  const { from, after, limit } = query;
  return inSnapshot(pool, async ({ rowsOf }) => {
    const found: LedgerEvent[] = [];
    let end = after === undefined ? query.to : Math.min(query.to, dayAfter(after.usageDate));
    for (let days = 1; end > from && found.length < limit; days *= 2) {
      const start = Math.max(from, end - days);
      const parameters = parametersOf(query, start, end, limit - found.length);
      found.push(...(await rowsOf<Row>(SEARCH_EVENTS, parameters)).map(toLedgerEvent));
      end = start;
    }
    return found;
  });
}

function parametersOf(query: EventsQuery, start: UsageDay, end: UsageDay, limit: number): unknown[] {
  const { accountOwnerId, userId, projectId, clusterId, meter, bookedOn, hour, after } = query;
  const isOutside = projectId === NO_PROJECT;
  return [
    formatUsageDay(start),
    formatUsageDay(end),
    accountOwnerId ?? null,
    userId ?? null,
    isOutside,
    isOutside ? null : (projectId ?? null),
    clusterId ?? null,
    meter ?? null,
    bookedOn === undefined ? null : formatUsageDay(bookedOn),
    after?.usageDate ?? null,
    after?.windowStartedAt ?? null,
    after?.eventKey ?? null,
    after?.part ?? null,
    limit,
    hour ?? null,
  ];
}

function toLedgerEvent({ meters, quantities, exactQuantities, ...row }: Row): LedgerEvent {
  const metered = meters.map((meter, place) => ({
    meter,
    quantity: quantities[place] ?? '',
    quantityExact: exactQuantities[place] ?? '',
  }));
  return { ...row, source: formatSource(row), meters: metered };
}

function dayAfter(text: string): UsageDay {
  const day = parseUsageDay(text);
  if (day === undefined) throw new RangeError(`${text} is no day`);
  return day + 1;
}
