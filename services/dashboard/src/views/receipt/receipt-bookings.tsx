import { Link } from 'wouter';
import { addresses, type Query } from '../../address/addresses.ts';
import { addDays } from '../../format/date.ts';
import { formatDecimal, parseDecimal } from '../../format/decimal.ts';
import { exactMoney } from '../../format/money.ts';
import { exactQuantity, formatCount, meterName } from '../../format/quantity.ts';
import { Copyable } from '../../parts/copyable.tsx';
import { Day } from '../../parts/day.tsx';
import type { Booking, Part } from './receipt-schemas.ts';
import { Step } from './step.tsx';

export type ReceiptBookingsProps = { readonly clusterId: string | null; readonly parts: readonly Part[] };

/** The event's rows of the ledger, and what each adds to the rollup at which price. */
export function ReceiptBookings({ clusterId, parts }: ReceiptBookingsProps) {
  return (
    <Step title="Booked and priced">
      {parts.map((part) => (
        <div className="receipt-part" key={part.part}>
          <h3>
            {parts.length > 1 ? `Row ${part.part + 1} of the ledger: ` : 'Row of the ledger: '}
            <Day day={part.usageDate} />
            {part.bookedOn === part.usageDate ? null : (
              <>
                , booked on <Day day={part.bookedOn} />
              </>
            )}
          </h3>
          <p>{part.why}</p>
          {part.bookings.length === 0 ? <p className="quiet">It used nothing on this day.</p> : null}
          <div className="receipt-bookings">
            {part.bookings.map((booking) => (
              <BookingFacts key={booking.meter} part={part} clusterId={clusterId} booking={booking} />
            ))}
          </div>
        </div>
      ))}
    </Step>
  );
}

type BookingFactsProps = {
  readonly part: Part;
  readonly clusterId: string | null;
  readonly booking: Booking;
};

/** One meter: from the ledger to the row of the rollup, its price and the cost. */
function BookingFacts({ part, clusterId, booking: { meter, quantity, costExact, rollup, price } }: BookingFactsProps) {
  return (
    <div className="receipt-booking">
      <h4>{meterName(meter)}</h4>
      <dl className="facts">
        <dt>In the ledger</dt>
        <dd className="receipt-exact">{exactQuantity(quantity, meter)}</dd>
        <dt>Row of the rollup</dt>
        <dd>
          {rollup === null ? (
            'none: another row took it back'
          ) : (
            <>
              <Link href={addresses.events(eventsOf(part, clusterId, meter))} className="receipt-exact">
                {exactQuantity(rollup.quantity, meter)}
              </Link>{' '}
              of {formatCount(BigInt(rollup.eventCount))} {rollup.eventCount === '1' ? 'event' : 'events'}, in all{' '}
              <span className="receipt-exact">{exactMoney(rollup.costExact)}</span>
              {parseDecimal(rollup.priceAdjustment) === 0n ? null : (
                <>
                  , of which <span className="receipt-exact">{exactMoney(rollup.priceAdjustment)}</span> is due to a
                  price change
                </>
              )}
            </>
          )}
        </dd>
        <dt>Price</dt>
        <dd>
          {price === null ? '–' : price.sentence}
          {price === null ? null : <PriceIds price={price} />}
        </dd>
        <dt>Cost</dt>
        <dd>
          {costExact === null ? '–' : <strong className="receipt-exact">{exactMoney(costExact)}</strong>}
          {price === null ? null : (
            <span className="receipt-note quiet">
              {plain(quantity)} × {plain(price.price)}
              {parseDecimal(price.priceQuantity) === parseDecimal('1') ? '' : ` ÷ ${plain(price.priceQuantity)}`}
            </span>
          )}
        </dd>
      </dl>
    </div>
  );
}

function PriceIds({ price: { rate, override } }: { readonly price: NonNullable<Booking['price']> }) {
  return (
    <span className="receipt-note quiet">
      {rate === null ? null : (
        <>
          rate <Copyable text={rate.id} name="rate id" />
        </>
      )}
      {override === null ? null : (
        <>
          {' '}
          own price <Copyable text={override.id} name="id of the account's own price" />
        </>
      )}
    </span>
  );
}

/** Without zeros at the end. */
function plain(text: string): string {
  return formatDecimal(parseDecimal(text));
}

function eventsOf(part: Part, clusterId: string | null, meter: string): Query {
  return {
    account: part.accountOwnerId,
    user: part.userId,
    project: part.projectId ?? 'none',
    cluster: clusterId ?? undefined,
    meter,
    from: part.usageDate,
    to: addDays(part.usageDate, 1),
    bookedOn: part.bookedOn,
  };
}
