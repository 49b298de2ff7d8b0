import { type Cents, ONE, type Quantity } from '@hopsmeter/usage';

/** Percent of a cap at which alerts are raised. */
export const ALERT_THRESHOLDS = [80, 90, 100] as const;

export type AlertThreshold = (typeof ALERT_THRESHOLDS)[number];

const CENT: Quantity = ONE / 100n;

/** The thresholds that spending has reached, compared exactly: 79.999999999999 of 100.00 has reached none. */
export function thresholdsReached(spent: Quantity, cap: Cents): readonly AlertThreshold[] {
  return ALERT_THRESHOLDS.filter((threshold) => spent * 100n >= cap * CENT * BigInt(threshold));
}

/** Percent of a cap in hundredths, rounded towards zero, so that a threshold is never shown before it is reached. */
export function percentOf(spent: Quantity, cap: Cents): bigint {
  return (spent * 10_000n) / (cap * CENT);
}
