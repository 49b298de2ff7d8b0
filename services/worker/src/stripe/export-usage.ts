import type { ClaimedRemittance, RemittanceClaim, RemittanceOutcome, RemittancePlan } from '@hopsmeter/db';
import type { SendOutcome, StripeMeterEvents } from './stripe-meter-events.ts';

/** Where remittances are kept. */
export type RemittanceStore = {
  plan(): Promise<RemittancePlan>;
  claim(limit: number): Promise<RemittanceClaim>;
  /** False when somebody else has it in hand or settled it. */
  settle(remittance: ClaimedRemittance, outcome: RemittanceOutcome): Promise<boolean>;
};

export type ExportOptions = {
  readonly store: RemittanceStore;
  readonly meterEvents: StripeMeterEvents;
  /** Told of every attempt. */
  readonly onOutcome: (outcome: SendOutcome, remittance: ClaimedRemittance) => void;
  /** Told how many remittances a person has to decide about from now on, when there are any. */
  readonly onSetAside: (count: number) => void;
};

/** Stripe does not take the key: nothing can be sent, and nobody but a person can change that. */
export class StripeUnauthorizedError extends Error {
  override readonly name = 'StripeUnauthorizedError';
}

/**
 * Calls at the same time. All are of different customers or meters; each takes some 100 ms, so 1,000 remittances take
 * half a minute, far below what Stripe allows.
 */
const CALLS_MAX = 4;

/**
 * Months that one round catches up with for the same customer and meter, at most. Whoever has more is not finished in
 * this round but in a later one.
 */
const PLANS_MAX = 24;

/** When an attempt that met a refused key may be made again: a person has to bring another key first. */
const UNAUTHORIZED_WAIT_MS = 60_000;

/**
 * Plans what has to be sent and sends it, until nothing is due. May be ended anywhere: what was planned and not sent is
 * sent by the next one, what was sent and not written down is sent again and recognised by Stripe as a copy.
 *
 * @throws StripeUnauthorizedError after the calls in hand, without making others; and what the store throws.
 */
export async function exportUsage(options: ExportOptions, signal: AbortSignal): Promise<void> {
  // First what waited: customers and meters that have something under way are not planned for.
  await sendDue(options, signal);
  for (let plans = 0; plans < PLANS_MAX && !signal.aborted; plans++) {
    const planning = options.store.plan();
    // What could be planned is sent, also when some accounts failed.
    await Promise.allSettled([planning]);
    await sendDue(options, signal);
    const { planned, hasMore } = await planning;
    if (planned === 0 || !hasMore) return;
  }
}

/** Sends what is due, without planning anything. @throws like {@link exportUsage}. */
export async function sendDue(
  { store, meterEvents, onOutcome, onSetAside }: ExportOptions,
  signal: AbortSignal,
): Promise<void> {
  const sendOne = async (remittance: ClaimedRemittance): Promise<SendOutcome> => {
    const outcome = await meterEvents.send(remittance);
    onOutcome(outcome, remittance);
    await store.settle(remittance, toRemittanceOutcome(outcome));
    return outcome;
  };
  const failures: unknown[] = [];
  while (!signal.aborted) {
    const { remittances, setAside } = await store.claim(CALLS_MAX);
    if (setAside > 0) onSetAside(setAside);
    if (remittances.length === 0 && setAside === 0) break;
    const settled = await Promise.allSettled(remittances.map(sendOne));
    for (const each of settled) if (each.status === 'rejected') failures.push(each.reason);
    const refusal = settled.find((each) => each.status === 'fulfilled' && each.value.kind === 'unauthorized');
    if (refusal?.status === 'fulfilled' && refusal.value.kind === 'unauthorized')
      throw new StripeUnauthorizedError(`Stripe does not take the key: ${refusal.value.detail}`);
  }
  // Claimed ones are due again when their time as claimed ends, behind the others.
  if (failures.length > 0) throw new AggregateError(failures, 'outcomes of remittances could not be noted');
}

function toRemittanceOutcome(outcome: SendOutcome): RemittanceOutcome {
  if (outcome.kind !== 'unauthorized') return outcome;
  return { kind: 'not_taken', detail: outcome.detail, retryAfterMs: UNAUTHORIZED_WAIT_MS };
}
