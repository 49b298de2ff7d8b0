import { formatMonth } from '../../format/date.ts';
import { parseDecimal } from '../../format/decimal.ts';
import { formatCount } from '../../format/quantity.ts';
import { Money } from '../../parts/money.tsx';
import { ForecastAccounts } from './forecast-accounts.tsx';
import type { Forecast } from './price-schemas.ts';
import { describeDays } from './validity.ts';

/** What a change of prices would do: to usage that is recorded, and to a month like the last one. */
export function ForecastText({ forecast }: { readonly forecast: Forecast }) {
  const { isReRated, firstDay, endDay, month } = forecast;
  return (
    <div className="forecast">
      <p>
        It affects usage {describeDays(firstDay, endDay)}.{' '}
        {isReRated ? null : 'No recorded usage changes: those days are in the future.'}
      </p>
      {isReRated ? <Recorded forecast={forecast} /> : null}
      {month === null ? null : <Month month={month} />}
    </div>
  );
}

function Recorded({ forecast: { total, accounts, accountCount } }: { readonly forecast: Forecast }) {
  const rows = accounts.map(({ oldCost, newCost, difference, ...account }) => ({
    ...account,
    before: oldCost,
    after: newCost,
    difference,
  }));
  return (
    <>
      <dl className="facts">
        <dt>Recorded usage</dt>
        <dd>
          <Money amount={total.oldCost} /> now, <Money amount={total.newCost} /> afterwards
        </dd>
        <dt>Difference</dt>
        <dd className="forecast-difference">
          <Money amount={total.difference} />
        </dd>
        <dt>Closed months</dt>
        <dd>
          {parseDecimal(total.adjustment) === 0n ? (
            'No closed month is affected.'
          ) : (
            <>
              <Money amount={total.adjustment} /> of it is booked in the open month, as an adjustment
            </>
          )}
        </dd>
        {parseDecimal(total.modelEffect) === 0n ? null : (
          <>
            <dt>Tiers and packages</dt>
            <dd>
              <Money amount={total.modelEffect} /> besides, on statements
            </dd>
          </>
        )}
      </dl>
      <ForecastAccounts caption="Recorded usage by account" rows={rows} count={accountCount} hasAdjustments />
    </>
  );
}

function Month({ month }: { readonly month: NonNullable<Forecast['month']> }) {
  const { usageMonth, pricedAs, total, accounts, accountCount } = month;
  const rows = accounts.map(({ oldBill, newBill, billDifference, ...account }) => ({
    ...account,
    before: oldBill,
    after: newBill,
    difference: billDifference,
  }));
  return (
    <>
      <dl className="facts">
        <dt>A month of usage</dt>
        <dd>
          {accountCount === 0 ? (
            `No account would have paid a different amount for its usage in ${formatMonth(usageMonth)}.`
          ) : (
            <>
              The usage of {formatMonth(usageMonth)} would cost {formatCount(accountCount)}{' '}
              {accountCount === 1 ? 'account' : 'accounts'} <Money amount={total.oldBill} /> without the change and{' '}
              <Money amount={total.newBill} /> with it
              {pricedAs === usageMonth ? '' : `, at the prices of ${formatMonth(pricedAs)}`}
            </>
          )}
        </dd>
        <dt>Difference</dt>
        <dd className="forecast-difference">
          <Money amount={total.billDifference} />
        </dd>
      </dl>
      <ForecastAccounts caption={`Usage of ${formatMonth(usageMonth)} by account`} rows={rows} count={accountCount} />
    </>
  );
}
