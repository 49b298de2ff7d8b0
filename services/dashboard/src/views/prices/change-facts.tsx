import { Link } from 'wouter';
import { addresses } from '../../address/addresses.ts';
import { meterName } from '../../format/quantity.ts';
import { Time } from '../../parts/day.tsx';
import { Money } from '../../parts/money.tsx';
import type { PriceChange } from './price-schemas.ts';
import { describeDays } from './validity.ts';

/** What a change concerns, what it came to, and who made it why. */
export function ChangeFacts({ change }: { readonly change: PriceChange }) {
  const { accountOwnerId, accountName, meter, firstDay, endDay, costDifference, reason, createdAt, createdBy } = change;
  return (
    <section className="card" aria-label="Facts">
      <dl className="facts">
        <dt>Usage</dt>
        <dd>{describeDays(firstDay, endDay)}</dd>
        <dt>Account</dt>
        <dd>
          {accountOwnerId === null ? (
            'all accounts on the card'
          ) : (
            <Link href={addresses.prices({ account: accountOwnerId })}>{accountName ?? accountOwnerId}</Link>
          )}
        </dd>
        <dt>Meter</dt>
        <dd>{meter === null ? 'all meters' : meterName(meter)}</dd>
        <dt>Difference</dt>
        <dd>
          <Money amount={costDifference} />{' '}
          <span className="quiet">on recorded usage, adjustments of closed months included</span>
        </dd>
        <dt>Reason</dt>
        <dd>{reason}</dd>
        <dt>Changed</dt>
        <dd>
          <Time time={createdAt} /> by {createdBy}
        </dd>
        {change.appliedAt === null ? null : (
          <>
            <dt>Applied</dt>
            <dd>
              <Time time={change.appliedAt} />
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}
