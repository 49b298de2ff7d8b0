import { exactMoney, formatMoney, formatMoneyWhole } from '../format/money.ts';

export type MoneyProps = {
  /** Decimal text of USD, as the api writes it. */
  readonly amount: string;
  /** The exact amount when `amount` is rounded; shown as title. */
  readonly exact?: string | undefined;
  /** Without cents. */
  readonly isWhole?: boolean;
};

/** An amount of USD in the reader's way; its title is the exact amount. */
export function Money({ amount, exact = amount, isWhole = false }: MoneyProps) {
  return (
    <data className="number" value={exact} title={exactMoney(exact)}>
      {isWhole ? formatMoneyWhole(amount) : formatMoney(amount)}
    </data>
  );
}
