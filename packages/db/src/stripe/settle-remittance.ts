import { formatTime, MICROS_PER_MS, type Micros } from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';
import type { ClaimedRemittance } from './claim-remittances.ts';

/**
 * What came of an attempt to send a remittance.
 *
 * - `taken`: Stripe has it, from this attempt or an earlier one
 * - `not_taken`: this attempt did not arrive or was turned away for the moment
 * - `unknown`: it may have arrived; `isAnswered` when Stripe answered with an error of its own
 * - `refused`: Stripe will never take it as it is
 */
export type RemittanceOutcome =
  | { readonly kind: 'taken' }
  | { readonly kind: 'not_taken'; readonly detail: string; readonly retryAfterMs: number }
  | {
      readonly kind: 'unknown';
      readonly detail: string;
      readonly retryAfterMs: number;
      readonly isAnswered: boolean;
    }
  | { readonly kind: 'refused'; readonly detail: string };

/** Enough of what Stripe says to find the cause. */
const DETAIL_LENGTH_MAX = 500;

/**
 * That Stripe has it is a proof whenever it comes, also after the lease has passed. Parameters: $1 id, $2 present time.
 * Locks: the row.
 */
const SETTLE_TAKEN = `
update hopsmeter.stripe_remittances
set status = 'sent', sent_at = $2::timestamptz, next_attempt_at = null, last_error = null
where id = $1::uuid and status in ('pending', 'uncertain')
`;

/**
 * Anything else counts only while nobody else has taken the row meanwhile: attempts are numbered. An attempt that
 * certainly did not arrive leaves no doubt behind that was not there before. A refusal after an attempt that may have
 * arrived says nothing about that one: a person decides.
 *
 * Parameters: $1 id, $2 number of the attempt, $3 outcome, $4 detail, $5 when to try again, $6 `uncertain_since` as it
 * was before the attempt or NULL, $7 whether Stripe answered. Locks: the row.
 */
const SETTLE_OTHERWISE = `
update hopsmeter.stripe_remittances
set status = case when $3 <> 'refused' then status when $6::timestamptz is null then 'rejected' else 'uncertain' end,
  next_attempt_at = case when $3 <> 'refused' then $5::timestamptz end,
  uncertain_since = case when $3 = 'unknown' then uncertain_since else $6::timestamptz end,
  key_number = key_number + case when $7::boolean then 1 else 0 end,
  last_error = $4
where id = $1::uuid and attempts = $2::integer and status = 'pending'
`;

/** Writes what came of an attempt. @returns false when somebody else has the remittance in hand or settled it. */
export async function settleRemittance(
  pool: Pool,
  { id, attempt, earlierAttempt }: Pick<ClaimedRemittance, 'id' | 'attempt' | 'earlierAttempt'>,
  outcome: RemittanceOutcome,
  now: Micros,
): Promise<boolean> {
  if (outcome.kind === 'taken') return (await pool.query(SETTLE_TAKEN, [id, formatTime(now)])).rowCount === 1;
  const next = outcome.kind === 'refused' ? now : now + Math.ceil(outcome.retryAfterMs) * MICROS_PER_MS;
  const isAnswered = outcome.kind === 'unknown' && outcome.isAnswered;
  const detail = outcome.detail.slice(0, DETAIL_LENGTH_MAX).toWellFormed().replaceAll('\0', '');
  const parameters = [id, attempt, outcome.kind, detail, formatTime(next), earlierAttempt ?? null, isAnswered];
  return (await pool.query(SETTLE_OTHERWISE, parameters)).rowCount === 1;
}
