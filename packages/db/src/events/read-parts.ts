import type { Query } from '../connection/query.ts';
import { instantText } from '../sql/instant.ts';
import { roundedQuantity } from '../sql/list-cost.ts';

/**
 * What an event books: its rows of the ledger in the order in which they were booked, each of its meters with the row
 * of the rollup that it was added to, that row's price version, and the statement that the day of booking belongs to.
 *
 * Guarantees: the event's own cost is its quantity as it is shown × price ÷ priceQuantity, rounded once, half away from
 * zero, to 12 decimals: a division of whole numbers (`div`), because NUMERIC's quotient is rounded itself and rounding
 * it again could go the wrong way.
 *
 * Parameters: $1 event key, $2 the only account whose rows are read, or NULL. Every look-up is by key.
 */
const READ_PARTS = `
select
  ledger.part, ledger.usage_date::text as "usageDate",
  coalesce(ledger.booked_on, ledger.usage_date)::text as "bookedOn",
  ledger.adjustment, ledger.account_owner_id as "accountOwnerId", ledger.user_id as "userId",
  ledger.project_id as "projectId", ledger.hopsworks_cluster_id as "clusterId",
  (
    select jsonb_build_object('number', bill.number, 'closedAt', ${instantText('bill.closed_at')})
    from hopsmeter.statements as bill
    where bill.account_owner_id = ledger.account_owner_id
      and bill.month = date_trunc('month', coalesce(ledger.booked_on, ledger.usage_date)::timestamp)::date
  ) as statement,
  (
    select late.number from hopsmeter.statements as late
    where late.account_owner_id = ledger.account_owner_id and ledger.booked_on is not null
      and late.month = date_trunc('month', ledger.usage_date::timestamp)::date
  ) as "usageStatementNumber",
  (
    select coalesce(jsonb_agg(jsonb_build_object(
      'meter', used.meter,
      'quantity', ${roundedQuantity('used.quantity')}::text,
      'quantityExact', trim_scale(used.quantity)::text,
      'costExact', (
        sign(used.quantity)
          * div(
            2 * abs(${roundedQuantity('used.quantity')}) * daily.price * 1000000000000 + daily.price_quantity,
            2 * daily.price_quantity
          )
          * 0.000000000001
      )::numeric(38, 12)::text,
      'rollup', case when daily.id is not null then jsonb_build_object(
        'quantity', ${roundedQuantity('daily.quantity')}::text, 'costExact', daily.cost::text,
        'priceAdjustment', daily.price_adjustment::text, 'eventCount', daily.event_count::text
      ) end,
      'price', case when daily.id is not null then jsonb_build_object(
        'price', daily.price::text, 'priceQuantity', daily.price_quantity::text,
        'rate', case when rates.id is not null then jsonb_build_object(
          'id', rates.id, 'rateCardId', cards.id, 'rateCardName', cards.name, 'validFrom', rates.valid_from::text
        ) end,
        'override', case when own.id is not null then jsonb_build_object(
          'id', own.id, 'kind', own.kind, 'discountPercent', own.discount_percent::text,
          'validFrom', own.valid_from::text, 'validTo', own.valid_to::text
        ) end
      ) end
    ) order by used.place), '[]')
    from unnest(ledger.meters, ledger.quantities) with ordinality as used (meter, quantity, place)
    left join hopsmeter.usage_daily as daily on daily.account_owner_id = ledger.account_owner_id
      and daily.booked_on = coalesce(ledger.booked_on, ledger.usage_date) and daily.user_id = ledger.user_id
      and daily.hopsworks_cluster_id = ledger.hopsworks_cluster_id
      and daily.project_id is not distinct from ledger.project_id and daily.meter = used.meter
      and daily.usage_date = ledger.usage_date
    left join hopsmeter.rates on rates.id = daily.rate_id
    left join hopsmeter.rate_cards as cards on cards.id = rates.rate_card_id
    left join hopsmeter.price_overrides as own on own.id = daily.price_override_id
  ) as bookings
from hopsmeter.usage_events as ledger
where ledger.event_key = $1::uuid and ($2::text is null or ledger.account_owner_id = $2)
order by ledger.part
`;

/** A row of the ledger and what became of it. Decimals are text with 12 decimals, times RFC 3339 in UTC. */
export type EventPart = {
  /** From 0, in the order in which it was booked. */
  readonly part: number;
  readonly usageDate: string;
  readonly bookedOn: string;
  readonly adjustment: 'reversal' | 'correction' | 'move' | null;
  readonly accountOwnerId: string;
  readonly userId: string;
  readonly projectId: string | null;
  readonly clusterId: string;
  /** The final statement of the month that it is booked in; null while that month is open. */
  readonly statement: { readonly number: number; readonly closedAt: string } | null;
  /** Of what is booked later than it was used: the number of the statement that its own month has. */
  readonly usageStatementNumber: number | null;
  /** One for each meter. */
  readonly bookings: readonly EventBooking[];
};

/** What an event adds to one row of the rollup. Without that row, which is never so while the two agree, null. */
export type EventBooking = {
  readonly meter: string;
  readonly quantity: string;
  readonly quantityExact: string;
  /** The event's own share of the row's cost. */
  readonly costExact: string | null;
  readonly rollup: RollupOfEvent | null;
  readonly price: PriceVersion | null;
};

/** All that was added to a row of the rollup. `priceAdjustment` is part of `costExact`. */
export type RollupOfEvent = {
  readonly quantity: string;
  readonly costExact: string;
  readonly priceAdjustment: string;
  readonly eventCount: string;
};

/** A price and where it comes from. `rate` is null where the account has a price of its own. */
export type PriceVersion = {
  readonly price: string;
  readonly priceQuantity: string;
  readonly rate: {
    readonly id: string;
    readonly rateCardId: string;
    readonly rateCardName: string;
    readonly validFrom: string;
  } | null;
  readonly override: {
    readonly id: string;
    readonly kind: 'price' | 'discount' | 'card';
    readonly discountPercent: string | null;
    readonly validFrom: string;
    readonly validTo: string | null;
  } | null;
};

/** Reads with {@link READ_PARTS}. */
export function readParts(
  { rowsOf }: Query,
  eventKey: string,
  accountOwnerId: string | undefined,
): Promise<readonly EventPart[]> {
  return rowsOf<EventPart>(READ_PARTS, [eventKey, accountOwnerId ?? null]);
}
