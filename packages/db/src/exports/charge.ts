import type { Quantity, StatementLineKind, UsageMonth } from '@hopsmeter/usage';

/** The account that a charge is billed to, in the month of an export. */
export type ChargedAccount = {
  readonly id: string;
  /** Name, or else e-mail address. */
  readonly name: string | null;
  /** USD that one credit costs: as the final statement says, else by the account's card on the month's last day. */
  readonly creditUsd: Quantity;
  /** Number of the month's final statement; undefined while the month is open. */
  readonly invoiceNumber: number | undefined;
};

/** Who used something, and where. */
export type ChargedUser = {
  readonly userId: string;
  readonly userName: string | null;
  readonly clusterId: string;
  readonly clusterName: string;
  /** Null outside of any project. */
  readonly projectId: string | null;
  readonly projectNamespace: string | null;
  /** What the price comes from. */
  readonly rateId: string | null;
  readonly priceOverrideId: string | null;
};

/** How much was used and at which price: cost = round(quantity × price ÷ priceQuantity, 12). */
export type ChargedUsage = {
  readonly quantity: Quantity;
  readonly price: Quantity;
  readonly priceQuantity: Quantity;
  /** The price of the rate card for the same quantity; the account's own price where that replaces it. */
  readonly listPrice: Quantity;
};

/**
 * A part of an account's month. All charges of a month add up to its statement's exact total, and without the model
 * effects to its totals at list prices, to the last digit.
 */
export type Charge = {
  readonly account: ChargedAccount;
  /** What it is for, as on the statement. */
  readonly kind: StatementLineKind;
  /**
   * First day of what it is for and the day after the last, `2026-11-22`: a usage day, or the month of a model effect.
   */
  readonly from: string;
  readonly to: string;
  readonly usageMonth: UsageMonth;
  readonly meter: string;
  /** The unit of a quantity of the meter, and what it measures. */
  readonly unit: string;
  readonly description: string;
  /** USD; negative for a credit. */
  readonly cost: Quantity;
  /** Whether the month of the usage has a final statement of its own that this one corrects. */
  readonly isCorrection: boolean;
  /** The line of the final statement that it is part of, from 1. */
  readonly linePosition: number | undefined;
  /** Undefined for a model effect, which is of the whole account. */
  readonly user: ChargedUser | undefined;
  /** Undefined where no quantity is charged. */
  readonly usage: ChargedUsage | undefined;
};
