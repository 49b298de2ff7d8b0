import type * as z from 'zod/mini';
import type { accountsSchema } from '../../api/schemas.ts';
import { addMonths, formatMonth } from '../../format/date.ts';
import { formatChange } from '../../format/money.ts';
import { Change } from '../../parts/change.tsx';
import { Figure } from '../../parts/figure.tsx';
import { Money } from '../../parts/money.tsx';
import { Quantity } from '../../parts/quantity.tsx';

export type FiguresProps = { readonly month: string; readonly accounts: z.output<typeof accountsSchema> };

/** The month in four numbers. */
export function Figures({ month, accounts }: FiguresProps) {
  const { total, credits, samePeriod, previous, projected } = accounts;
  const before = formatMonth(addMonths(month, -1));
  return (
    <dl className="cards">
      <Figure name="So far this month" note={<InCredits credits={credits} />}>
        <Money amount={total} />
      </Figure>
      <Figure name="Against last month" note={<SamePeriod before={before} amount={samePeriod.total} />}>
        <Change now={total} before={samePeriod.total} />
      </Figure>
      <Figure
        name="Projected month end"
        note={
          projected === null ? (
            'known once the first day has ended'
          ) : (
            <>
              <ChangeText now={projected.total} before={previous.total} /> against all of {before}
            </>
          )
        }
      >
        {projected === null ? '–' : <Money amount={projected.total} />}
      </Figure>
      <Figure name={before} note="the whole month">
        <Money amount={previous.total} />
      </Figure>
    </dl>
  );
}

function InCredits({ credits }: { readonly credits: string }) {
  return (
    <>
      all accounts, at list prices; <Quantity quantity={credits} /> credits
    </>
  );
}

function ChangeText({ now, before }: { readonly now: string; readonly before: string }) {
  return <span className="number">{formatChange(now, before) ?? 'nothing to compare'}</span>;
}

function SamePeriod({ before, amount }: { readonly before: string; readonly amount: string }) {
  return (
    <>
      <Money amount={amount} /> on the same days of {before}
    </>
  );
}
