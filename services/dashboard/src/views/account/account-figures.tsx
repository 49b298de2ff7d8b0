import { Link } from 'wouter';
import * as z from 'zod/mini';
import { addresses } from '../../address/addresses.ts';
import { useApi } from '../../api/client.ts';
import { totalsSchema } from '../../api/schemas.ts';
import { addMonths, formatMonth, monthOf } from '../../format/date.ts';
import { parseDecimal } from '../../format/decimal.ts';
import { Change } from '../../parts/change.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Money } from '../../parts/money.tsx';
import { Quantity } from '../../parts/quantity.tsx';
import { type AccountFacts, type StatementSummary, summarySchema } from './account-schemas.ts';

/** The totals of an account; those over all accounts have credits of the default card. */
export const accountTotalsSchema = z.extend(totalsSchema, { credits: z.string() });

export type AccountFiguresProps = {
  readonly id: string;
  readonly month: string;
  readonly totals: z.output<typeof accountTotalsSchema>;
  /** Undefined while it is loaded. */
  readonly account: AccountFacts | undefined;
};

/** The account's month in numbers: at list prices, as it is billed, before, and as it may end. */
export function AccountFigures({ id, month, totals, account }: AccountFiguresProps) {
  // A month in which nothing was booked may have no statement, and asking for it would be an error.
  const hasUsage = totals.from === `${month}-01` && totals.groups.length > 0;
  const statement = useApi(`/v1/statements/${encodeURIComponent(id)}/${month}`, {}, summarySchema, {
    enabled: hasUsage,
  });
  const billed = hasUsage && !statement.isPlaceholderData ? statement.data : undefined;
  const isLoading = hasUsage && billed === undefined && statement.error === null;
  const unbilled = isLoading
    ? 'loading…'
    : statement.error === null
      ? 'nothing was used'
      : 'the statement could not be loaded';
  const before = addMonths(month, -1);
  return (
    <dl className="cards">
      <Figure
        name="At list prices"
        note={
          <>
            <Quantity quantity={totals.credits} /> credits
          </>
        }
      >
        <Money amount={totals.total} exact={totals.totalExact} />
      </Figure>
      <Figure
        name={billed?.status === 'final' ? 'Billed' : 'To be billed'}
        note={billed === undefined ? unbilled : <Billed id={id} month={month} statement={billed} />}
      >
        {billed === undefined ? '–' : <Money amount={billed.amountDue} />}
      </Figure>
      <Figure
        name="Against the month before"
        note={
          account === undefined ? (
            formatMonth(before)
          ) : (
            <>
              <Money amount={account.samePeriod.total} exact={account.samePeriod.totalExact} /> on the same days
            </>
          )
        }
      >
        {account === undefined ? '–' : <Change now={account.totalExact} before={account.samePeriod.totalExact} />}
      </Figure>
      {month < monthOf() ? null : (
        <Figure name="Projected month end" note="if usage continues at the average of its full days">
          {account?.projected == null ? '–' : <Money amount={account.projected.total} />}
        </Figure>
      )}
      <Figure
        name={formatMonth(before)}
        note={<Link href={addresses.account(id, { month: before })}>the whole month</Link>}
      >
        {account === undefined ? '–' : <Money amount={account.previous.total} exact={account.previous.totalExact} />}
      </Figure>
    </dl>
  );
}

type BilledProps = { readonly id: string; readonly month: string; readonly statement: StatementSummary };

function Billed({ id, month, statement: { status, number, total, totalExact, prepaid } }: BilledProps) {
  return (
    <>
      <Link href={addresses.statement(id, month)}>
        {status === 'final' ? `Statement ${number}` : 'Draft statement'}
      </Link>
      : <Money amount={total} exact={totalExact} />
      {parseDecimal(prepaid) > 0n ? (
        <>
          {' '}
          less <Money amount={prepaid} /> prepaid
        </>
      ) : null}
      {parseDecimal(prepaid) < 0n ? ', kept for later statements' : null}
    </>
  );
}
