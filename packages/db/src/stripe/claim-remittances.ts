import { formatTime } from '@hopsmeter/usage';
import type { Pool } from '../connection/pool.ts';
import { instantText } from '../sql/instant.ts';
import type { RemittanceClock } from './plan-remittances.ts';
import { stampOf } from './stamp.ts';

/**
 * How long a worker has a remittance for itself: longer than a call with its timeout and one repetition of it takes. It
 * is for order, not for safety: should two workers send the same remittance, Stripe takes one.
 */
const LEASE_SECONDS = 120;

/**
 * How long after the first attempt the same identifier is still refused by Stripe as a copy: at least 24 hours, less
 * one for clocks that differ and a call that was begun and came late.
 */
const SAME_IDENTIFIER_HOURS = 23;

/**
 * Takes remittances to send them. Whoever takes one has to assume that it arrives, so that is written before the call.
 *
 * Guarantees
 * - Each is taken by one worker; one that died leaves it to the others after {@link LEASE_SECONDS}.
 * - One that may have reached Stripe longer than {@link SAME_IDENTIFIER_HOURS} hours ago is not sent again: by then a
 *   copy could be counted. It becomes `uncertain`, for a person to decide.
 * - The time that Stripe is told is chosen anew until an attempt may have arrived, and stays the same from then on. A
 *   month that has become too old meanwhile makes it `too_old`.
 *
 * Parameters: $1 present time, $2 hours that a month's invoice stays open at Stripe, $3 most rows. Locks: the rows.
 */
const CLAIM_REMITTANCES = `
with due as materialized (
  select * from hopsmeter.stripe_remittances
  where status = 'pending' and next_attempt_at <= $1::timestamptz
  order by next_attempt_at, id
  limit $3
  for update skip locked
),
judged as (
  select
    id, uncertain_since as earlier_attempt,
    coalesce(uncertain_since <= $1::timestamptz - interval '${SAME_IDENTIFIER_HOURS} hours', false) as is_late,
    case when uncertain_since is not null then stamped_at
      else ${stampOf('due', { now: '$1::timestamptz', graceHours: '$2::integer' })} end as stamp
  from due
),
decided as (
  select *, case when is_late then 'uncertain' when stamp is null then 'too_old' else 'pending' end as decision
    from judged
)
update hopsmeter.stripe_remittances as remittance
set status = decision,
  stamped_at = stamp,
  attempts = attempts + case when decision = 'pending' then 1 else 0 end,
  next_attempt_at = case when decision = 'pending' then $1::timestamptz + interval '${LEASE_SECONDS} seconds' end,
  uncertain_since = case when decision = 'pending' then coalesce(uncertain_since, $1::timestamptz)
    else uncertain_since end
from decided
where remittance.id = decided.id
returning
  remittance.id, identifier, stripe_customer_id as "stripeCustomerId", event_name as "eventName", value::text,
  extract(epoch from stamped_at)::bigint::text as timestamp, attempts, key_number as "keyNumber", status,
  ${instantText('decided.earlier_attempt')} as "earlierAttempt"
`;

/** A remittance in hand. */
export type ClaimedRemittance = {
  readonly id: string;
  readonly identifier: string;
  readonly stripeCustomerId: string;
  readonly eventName: string;
  /** Thousandths of the meter's unit, a whole number. */
  readonly value: string;
  /** The time that Stripe is told, in seconds since 1970. */
  readonly timestamp: number;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  readonly keyNumber: number;
  /** When the first earlier attempt began that may have reached Stripe, RFC 3339; undefined when none may have. */
  readonly earlierAttempt: string | undefined;
};

/** What was taken: to send, and how many a person has to decide about from now on. */
export type RemittanceClaim = {
  readonly remittances: readonly ClaimedRemittance[];
  readonly setAside: number;
};

type Row = Omit<ClaimedRemittance, 'timestamp' | 'attempt' | 'earlierAttempt'> & {
  readonly timestamp: string | null;
  readonly attempts: number;
  readonly status: string;
  readonly earlierAttempt: string | null;
};

/** Takes at most `limit` with {@link CLAIM_REMITTANCES}. */
export async function claimRemittances(
  pool: Pool,
  { now, monthGraceHours }: RemittanceClock,
  limit: number,
): Promise<RemittanceClaim> {
  const { rows } = await pool.query<Row>(CLAIM_REMITTANCES, [formatTime(now), monthGraceHours, limit]);
  const taken = rows.filter(({ status }) => status === 'pending');
  return { remittances: taken.map(toRemittance), setAside: rows.length - taken.length };
}

function toRemittance({ timestamp, attempts, earlierAttempt, status: _, ...row }: Row): ClaimedRemittance {
  if (timestamp === null) throw new Error('a remittance to be sent has no time');
  return {
    ...row,
    timestamp: Number(timestamp),
    attempt: attempts,
    earlierAttempt: earlierAttempt ?? undefined,
  };
}
