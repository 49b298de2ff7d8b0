import { sumDecimals } from '../../format/decimal.ts';
import { formatCount } from '../../format/quantity.ts';
import { Figure } from '../../parts/figure.tsx';
import { Money } from '../../parts/money.tsx';
import { MonthBefore } from './month-before.tsx';
import type { AccountMonth } from './month-schemas.ts';

/** How far closing is, and what the month comes to. */
export function MonthFigures({ accounts }: { readonly accounts: readonly AccountMonth[] }) {
  const count = (state: AccountMonth['state']): number => accounts.filter((account) => account.state === state).length;
  const total = sumDecimals(accounts.map((account) => account.total));
  const previous = sumDecimals(accounts.map((account) => account.previous.total));
  const running = count('running');
  return (
    <dl className="cards">
      <Figure name="Closed" note={`of ${formatCount(accounts.length - count('nothing'))} accounts`}>
        {formatCount(count('closed'))}
      </Figure>
      <Figure
        name={running > 0 ? 'Running' : 'Ready to be closed'}
        note={running > 0 ? 'it can be closed when it has ended' : undefined}
      >
        {formatCount(running > 0 ? running : count('ready'))}
      </Figure>
      <Figure name="Refused for now" note="something waits, or has to be done before">
        {formatCount(count('refused'))}
      </Figure>
      <Figure name="Total" note={<MonthBefore now={total} before={previous} />}>
        <Money amount={total} />
      </Figure>
    </dl>
  );
}
