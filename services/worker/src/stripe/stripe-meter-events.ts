import type { ClaimedRemittance, RemittanceOutcome } from '@hopsmeter/db';
import Stripe from 'stripe';
import { retryAfterOf, waitBefore } from './retry-wait.ts';

/** What came of a call; `unauthorized` is not about the remittance: nothing else will get through either. */
export type SendOutcome = RemittanceOutcome | { readonly kind: 'unauthorized'; readonly detail: string };

/** Sends meter events to Stripe. Never throws: whatever happens is an outcome. */
export type StripeMeterEvents = {
  send(remittance: ClaimedRemittance): Promise<SendOutcome>;
};

export type StripeOptions = {
  readonly apiKey: string;
  readonly apiUrl: URL;
  /** Default {@link CALL_TIMEOUT_MS}. */
  readonly timeoutMs?: number | undefined;
};

/** Stripe answers in well under a second. Shorter than what a closing worker is given to finish calls in hand. */
const CALL_TIMEOUT_MS = 15_000;

/** Failures before a connection is made: nothing was sent. */
const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** How Stripe says that it has the identifier already: with 400, and no code in its documentation. */
const COPY = /\balready exists with identifier\b/i;
const COPY_CODE = 'duplicate_meter_event';

/** Creates what sends meter events with Stripe's own package. */
export function createStripeMeterEvents({
  apiKey,
  apiUrl,
  timeoutMs = CALL_TIMEOUT_MS,
}: StripeOptions): StripeMeterEvents {
  const stripe = new Stripe(apiKey, {
    host: apiUrl.hostname,
    port: apiUrl.port === '' ? (apiUrl.protocol === 'https:' ? 443 : 80) : Number(apiUrl.port),
    protocol: apiUrl.protocol === 'https:' ? 'https' : 'http',
    timeout: timeoutMs,
    // Attempts are counted in the database. The package repeats a closed connection once all the same, with the same
    // keys.
    maxNetworkRetries: 0,
    telemetry: false,
    appInfo: { name: 'hopsmeter' },
  });
  return {
    async send(remittance) {
      try {
        await stripe.billing.meterEvents.create(
          {
            event_name: remittance.eventName,
            identifier: remittance.identifier,
            timestamp: remittance.timestamp,
            payload: { stripe_customer_id: remittance.stripeCustomerId, value: remittance.value },
          },
          { idempotencyKey: `${remittance.identifier}-${remittance.keyNumber}` },
        );
        return { kind: 'taken' };
      } catch (error) {
        return outcomeOf(error, remittance);
      }
    },
  };
}

/** Tells what an error of Stripe's package means. What is not known for certain is `unknown`. */
function outcomeOf(error: unknown, { identifier, attempt }: ClaimedRemittance): SendOutcome {
  const detail = error instanceof Error ? error.message : String(error);
  const retryAfterMs = waitBefore(attempt + 1);
  if (error instanceof Stripe.errors.StripeRateLimitError)
    return { kind: 'not_taken', detail, retryAfterMs: Math.max(retryAfterMs, retryAfterOf(error.headers)) };
  if (error instanceof Stripe.errors.StripeAuthenticationError || error instanceof Stripe.errors.StripePermissionError)
    return { kind: 'unauthorized', detail };
  if (error instanceof Stripe.errors.StripeInvalidRequestError) {
    // The identifier is a random one of ours, so the event that is there is this one.
    const isCopy = error.code === COPY_CODE || (COPY.test(detail) && detail.includes(identifier));
    return isCopy ? { kind: 'taken' } : { kind: 'refused', detail };
  }
  if (error instanceof Stripe.errors.StripeConnectionError)
    return NEVER_CONNECTED.has(networkCodeOf(error))
      ? { kind: 'not_taken', detail: `no connection: ${networkCodeOf(error)}`, retryAfterMs }
      : { kind: 'unknown', detail, retryAfterMs, isAnswered: false };
  const isAnswered = error instanceof Stripe.errors.StripeError && error.statusCode !== undefined;
  return { kind: 'unknown', detail: isAnswered ? `${error.statusCode}: ${detail}` : detail, retryAfterMs, isAnswered };
}

/** The package keeps the network's error in `detail`, whatever its types say. */
function networkCodeOf(error: { readonly detail?: unknown }): string {
  const { detail } = error;
  if (typeof detail !== 'object' || detail === null || !('code' in detail)) return '';
  return typeof detail.code === 'string' ? detail.code : '';
}
