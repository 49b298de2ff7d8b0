import { formatMoney, formatMoneyCompact } from '../format/money.ts';

/** How a chart writes its amounts, which are decimal text. */
export type AmountFormat = {
  readonly write: (amount: string) => string;
  /** For the axis, where there is little room. */
  readonly writeShort: (amount: string) => string;
};

export const MONEY: AmountFormat = { write: formatMoney, writeShort: formatMoneyCompact };
