import { type Micros, RequestError } from '@hopsmeter/usage';

/**
 * A guard against a runaway sender, not a price plan: about what one ingest process and its Postgres take in all. A
 * cluster of 1,000 namespaces reports 3,000 events an hour.
 */
export const KEY_EVENTS_PER_SECOND = 100_000;

/**
 * Half of what one process can answer at all, so that one sender of single events cannot take the others' turns. A
 * client of ours sends batches and stays below ten.
 */
export const KEY_REQUESTS_PER_SECOND = 10_000;

/**
 * What a key did not use in the last seconds it may use at once: senders come in bursts, at the full hour for example.
 */
const BURST_SECONDS = 5;

/** What one key may still do, and when it was last used. */
export type KeyAllowance = { requests: number; events: number; refilledAt: number; usedAt: Micros; isNoted: boolean };

/** A key and when it was last used. */
export type KeyUse = { readonly keyId: string; readonly usedAt: Micros };

export type KeyLimits = {
  /**
   * Lets a request of a key in, to be called before its body is read.
   *
   * @param usedAt the moment, kept as the key's last use, also when the request is refused.
   * @throws RequestError RATE_LIMITED, with the time after which the key may send again.
   */
  admit(keyId: string, usedAt: Micros): KeyAllowance;
  /**
   * Looks again, after a wait: requests that were let in together are charged one after the other.
   *
   * @throws RequestError RATE_LIMITED when no events are left.
   */
  check(allowance: KeyAllowance): void;
  /**
   * Takes a request's events off the allowance. How many there are is known only when they are read: an allowance that
   * is not used up lets a whole request in and may go below zero; the next request waits until that is paid back.
   */
  charge(allowance: KeyAllowance, eventCount: number): void;
  /** The uses that were not taken yet, one for each key. */
  takeUses(): KeyUse[];
};

export type KeyLimitsOptions = {
  /** Default {@link KEY_EVENTS_PER_SECOND}. */
  readonly eventsPerSecond?: number | undefined;
  /** Default {@link KEY_REQUESTS_PER_SECOND}. */
  readonly requestsPerSecond?: number | undefined;
};

/**
 * Token buckets in memory, for events and for requests of each key. Costs one look-up and some arithmetic for a request
 * (0.1 µs). Each process limits for itself.
 */
export function createKeyLimits({
  eventsPerSecond = KEY_EVENTS_PER_SECOND,
  requestsPerSecond = KEY_REQUESTS_PER_SECOND,
}: KeyLimitsOptions = {}): KeyLimits {
  // Only keys in force get here, and those that are not used leave again.
  const allowances = new Map<string, KeyAllowance>();
  const requestsMax = requestsPerSecond * BURST_SECONDS;
  const eventsMax = eventsPerSecond * BURST_SECONDS;

  const refill = (allowance: KeyAllowance, now: number): void => {
    const seconds = (now - allowance.refilledAt) / 1_000;
    allowance.refilledAt = now;
    allowance.requests = Math.min(requestsMax, allowance.requests + seconds * requestsPerSecond);
    allowance.events = Math.min(eventsMax, allowance.events + seconds * eventsPerSecond);
  };

  const add = (keyId: string, now: number): KeyAllowance => {
    const added = { requests: requestsMax, events: eventsMax, refilledAt: now, usedAt: 0, isNoted: false };
    allowances.set(keyId, added);
    return added;
  };

  const check = (allowance: KeyAllowance): void => {
    refill(allowance, performance.now());
    if (allowance.events <= 0) throw refuse('events', eventsPerSecond, 1 - allowance.events);
  };

  return {
    check,
    admit(keyId, usedAt) {
      const now = performance.now();
      const allowance = allowances.get(keyId) ?? add(keyId, now);
      allowance.usedAt = usedAt;
      allowance.isNoted = false;
      check(allowance);
      if (allowance.requests < 1) throw refuse('requests', requestsPerSecond, 1 - allowance.requests);
      allowance.requests -= 1;
      return allowance;
    },
    charge(allowance, eventCount) {
      allowance.events -= eventCount;
    },
    takeUses() {
      const now = performance.now();
      const uses: KeyUse[] = [];
      for (const [keyId, allowance] of allowances) {
        refill(allowance, now);
        if (!allowance.isNoted) uses.push({ keyId, usedAt: allowance.usedAt });
        // Nothing is left to remember about a key that has its whole allowance again.
        else if (allowance.requests === requestsMax && allowance.events === eventsMax) allowances.delete(keyId);
        allowance.isNoted = true;
      }
      return uses;
    },
  };
}

function refuse(what: string, perSecond: number, missing: number): RequestError {
  // A header holds whole seconds, and 0 would mean at once.
  const retryAfterSeconds = Math.max(1, missing / perSecond);
  return new RequestError('RATE_LIMITED', `this key may send ${perSecond} ${what} a second`, { retryAfterSeconds });
}
