import type { AttributionEntry, LedgerRow, PriceEntry, WindowEntry } from '@hopsmeter/db';
import {
  type Attribution,
  type Directory,
  putOnMeters,
  splitByDay,
  type Unattributed,
  type UsageDay,
  type UsageEvent,
} from '@hopsmeter/usage';

/** What counting events means in rows, while it is put together event by event. */
export type EventPlan = {
  readonly directory: Directory;
  readonly ledger: LedgerRow[];
  readonly attributions: {
    readonly values: AttributionEntry[];
    /** By attribution, then by the day on which it is booked; -1 for the usage day itself. */
    readonly places: Map<Attribution, Map<UsageDay, number>>;
  };
  readonly windows: { readonly values: WindowEntry[]; readonly places: Map<number, Map<number, number>> };
  /** By account (empty for all without prices of their own), then by day. */
  readonly prices: { readonly values: PriceEntry[]; readonly accounts: Map<string, Map<UsageDay, Set<string>>> };
};

export function createEventPlan(directory: Directory): EventPlan {
  return {
    directory,
    ledger: [],
    attributions: { values: [], places: new Map() },
    windows: { values: [], places: new Map() },
    prices: { values: [], accounts: new Map() },
  };
}

/** The identity of an event, what it says in short, and its place among those that are recorded together. */
export type EventIdentity = {
  readonly clusterId: string;
  readonly eventKey: string;
  readonly contentHash: bigint;
  /** Place of its batch among those that are recorded together, from 0. */
  readonly batch: number;
  /** Place in its batch, from 0. */
  readonly position: number;
};

/**
 * Adds the rows of an event, attributed and priced. Where anything is in the way, nothing is added and it says what.
 */
export function addEvent(plan: EventPlan, event: UsageEvent, identity: EventIdentity): Unattributed | undefined {
  const { clusterId, eventKey, contentHash, batch, position } = identity;
  const found = plan.directory.attribute(clusterId, event);
  if ('reason' in found) return found;
  const onMeters = putOnMeters(plan.directory, event);
  if ('reason' in onMeters) return onMeters;
  const parts = splitByDay(onMeters);
  for (const { day, usages } of parts) {
    for (const { meter } of usages) {
      const problem = addPrice(plan, found.accountOwnerId, meter, day);
      if (problem !== undefined) return problem;
    }
  }
  const window = placeOfWindow(plan.windows, event);
  for (const [part, { day, usages }] of parts.entries()) {
    plan.ledger.push({
      batch,
      eventKey,
      part,
      day,
      contentHash,
      position,
      attribution: placeOfAttribution(plan, found, day),
      window,
      sourcePath: event.sourcePath,
      eventId: event.id,
      eventType: event.type,
      attributedBy: found.attributedBy,
      usages,
    });
  }
  return undefined;
}

/** Adds the price of a meter on a day; says why not when there is none. */
function addPrice(
  { directory, prices }: EventPlan,
  accountOwnerId: string,
  meter: string,
  day: UsageDay,
): Unattributed | undefined {
  const priceAccount = directory.pricing.hasOverrides(accountOwnerId) ? accountOwnerId : '';
  const days = entryOf(prices.accounts, priceAccount, createMap<UsageDay, Set<string>>);
  const known = days.get(day);
  if (known?.has(meter)) return undefined;
  if (!directory.hasMeter(meter)) return { reason: 'unknown_meter', detail: `${meter} is not a registered meter` };
  const price = directory.pricing.priceOf(accountOwnerId, meter, day);
  if (price === undefined) return { reason: 'no_rate', detail: `${meter} has no price on that day` };
  prices.values.push({ day, accountOwnerId: priceAccount === '' ? undefined : priceAccount, price });
  if (known === undefined) days.set(day, new Set([meter]));
  else known.add(meter);
  return undefined;
}

function placeOfAttribution({ attributions, directory }: EventPlan, found: Attribution, day: UsageDay): number {
  const bookedOn = directory.bookedOn(found.accountOwnerId, day);
  const places = entryOf(attributions.places, found, createMap<UsageDay, number>);
  const known = places.get(bookedOn ?? ON_USAGE_DAY);
  if (known !== undefined) return known;
  places.set(bookedOn ?? ON_USAGE_DAY, attributions.values.length);
  return attributions.values.push({ ...found, bookedOn }) - 1;
}

const ON_USAGE_DAY = -1;

function createMap<K, V>(): Map<K, V> {
  return new Map();
}

function entryOf<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}

/** Two levels of numbers: as a text, start and end together would cost more than everything else about a window. */
function placeOfWindow({ values, places }: EventPlan['windows'], { start, end }: WindowEntry): number {
  let ends = places.get(start);
  if (ends === undefined) {
    ends = new Map();
    places.set(start, ends);
  }
  const known = ends.get(end);
  if (known !== undefined) return known;
  ends.set(end, values.length);
  return values.push({ start, end }) - 1;
}
