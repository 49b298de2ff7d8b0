import { formatDecimal, parseDecimal } from '../format/decimal.ts';
import { formatChange } from '../format/money.ts';

export type ChangeProps = {
  /** Decimal texts of USD. */
  readonly now: string;
  readonly before: string;
};

/** How much more or less than before, in percent; its title is the difference in USD. */
export function Change({ now, before }: ChangeProps) {
  const difference = parseDecimal(now) - parseDecimal(before);
  const text = formatChange(now, before) ?? (difference === 0n ? '–' : 'new');
  return (
    <span className="number" title={`${difference > 0n ? '+' : ''}${formatDecimal(difference)} USD`}>
      <span aria-hidden="true">{difference > 0n ? '▲ ' : difference < 0n ? '▼ ' : ''}</span>
      {text}
    </span>
  );
}
