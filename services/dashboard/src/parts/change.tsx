import { formatDecimal, parseDecimal } from '../format/decimal.ts';
import { formatChangeSize } from '../format/money.ts';

export type ChangeProps = {
  /** Decimal texts of USD. */
  readonly now: string;
  readonly before: string;
};

/** How much more or less than before, in percent; its title is the difference in USD. */
export function Change({ now, before }: ChangeProps) {
  const difference = parseDecimal(now) - parseDecimal(before);
  const size = formatChangeSize(now, before);
  return (
    <span className="number" title={`${difference > 0n ? '+' : ''}${formatDecimal(difference)} USD`}>
      {difference === 0n ? null : <Direction isUp={difference > 0n} />}
      {size ?? (difference === 0n ? '–' : 'new')}
    </span>
  );
}

/** An arrow, and a word for those who do not see it. */
function Direction({ isUp }: { readonly isUp: boolean }) {
  return (
    <>
      <span aria-hidden="true">{isUp ? '▲ ' : '▼ '}</span>
      <span className="visually-hidden">{isUp ? 'up ' : 'down '}</span>
    </>
  );
}
