import type { DeliveryOutcome, TakenDelivery } from '@hopsmeter/db';
import { toStorableText } from '@hopsmeter/usage';
import { messageOf } from './alert-message.ts';
import { retryDelayOf } from './retry-delay.ts';
import { SEND_TIMEOUT_MS, type SendOptions, sendWebhook } from './send-webhook.ts';

/** Attempts at the same time. Each waits for a receiver most of its time and holds no connection to the database. */
const CONCURRENT_MAX = 20;

/** Longer than an attempt can take, with what the database may need to note its outcome. */
const LEASE_MS = SEND_TIMEOUT_MS + 50_000;

/** What went wrong, as the list of deliveries shows it. */
const ERROR_LENGTH_MAX = 500;

export type DeliverySettings = SendOptions & {
  /** What the secrets of all endpoints are derived from; at least 32 characters. */
  readonly signingKey: string;
};

export type DeliveryStore = {
  take(choice: { readonly limit: number; readonly leaseMs: number }): Promise<readonly TakenDelivery[]>;
  settle(delivery: TakenDelivery, outcome: DeliveryOutcome): Promise<void>;
};

export type DeliverOptions = {
  readonly store: DeliveryStore;
  readonly settings: DeliverySettings;
  /** Told of every attempt. */
  readonly onOutcome: (delivery: TakenDelivery, outcome: DeliveryOutcome) => void;
};

/**
 * Attempts every delivery that is due, some at a time, until none is left. At least once: whoever is killed between
 * sending and noting it leaves a lease behind that ends, and the message is sent again under the same id.
 *
 * On abort it takes no more and ends the attempts in hand, which is a matter of seconds.
 *
 * @throws what the store throws: at once where it gives none, after all others where it does not take an outcome. Such
 * deliveries come again when their leases end.
 */
export async function deliverDue({ store, settings, onOutcome }: DeliverOptions, signal: AbortSignal): Promise<void> {
  const failures: unknown[] = [];
  while (!signal.aborted) {
    const taken = await store.take({ limit: CONCURRENT_MAX, leaseMs: LEASE_MS });
    // None, not fewer than asked for: of several workers each may get a part, and one of them has to go on.
    if (taken.length === 0) break;
    const settled = await Promise.allSettled(
      taken.map(async (delivery) => {
        const outcome = await attempt(delivery, settings);
        await store.settle(delivery, outcome);
        onOutcome(delivery, outcome);
      }),
    );
    failures.push(...settled.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])));
  }
  if (failures.length > 0) throw new AggregateError(failures, 'outcomes of deliveries could not be noted');
}

async function attempt(delivery: TakenDelivery, settings: DeliverySettings): Promise<DeliveryOutcome> {
  try {
    const status = await sendWebhook(delivery.url, messageOf(delivery, settings.signingKey, Date.now()), settings);
    if (status >= 200 && status < 300) return { kind: 'delivered', status };
    return failed(delivery, status, describeStatus(status));
  } catch (error) {
    // Whatever it is, a fault of ours too: it counts as an attempt, so it comes again later and ends some day.
    return failed(delivery, undefined, error instanceof Error ? error.message : String(error));
  }
}

function failed({ attempt }: TakenDelivery, status: number | undefined, error: string): DeliveryOutcome {
  const text = toStorableText(error).slice(0, ERROR_LENGTH_MAX);
  return { kind: 'failed', status, error: text, retryInMs: retryDelayOf(attempt, Math.random()) };
}

function describeStatus(status: number): string {
  return status >= 300 && status < 400 ? `answered ${status}; redirects are not followed` : `answered ${status}`;
}
