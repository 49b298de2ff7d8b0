import type { LedgerRow, RateEntry, WindowEntry } from '@hopsmeter/db';
import {
  type Attribution,
  type Directory,
  splitByDay,
  type Unattributed,
  type Usage,
  type UsageDay,
  type UsageEvent,
} from '@hopsmeter/usage';

/** What counting events means in rows, while it is put together event by event. */
export type EventPlan = {
  readonly directory: Directory;
  readonly ledger: LedgerRow[];
  readonly attributions: Places<Attribution>;
  readonly windows: { readonly values: WindowEntry[]; readonly places: Map<number, Map<number, number>> };
  readonly rates: { readonly values: RateEntry[]; readonly days: Map<UsageDay, Set<string>> };
};

export function createEventPlan(directory: Directory): EventPlan {
  return {
    directory,
    ledger: [],
    attributions: { values: [], places: new Map() },
    windows: { values: [], places: new Map() },
    rates: { values: [], days: new Map() },
  };
}

/** An event with its identity, and its place among those that are recorded together. */
export type Candidate = {
  readonly clusterId: string;
  readonly event: UsageEvent;
  readonly eventKey: string;
  readonly contentHash: bigint;
  readonly position: number;
};

/** Adds the rows of an event, attributed and priced. Where anything is in the way, nothing is added and it says what. */
export function addEvent(plan: EventPlan, candidate: Candidate): Unattributed | undefined {
  const { clusterId, event, eventKey, contentHash, position } = candidate;
  const found = plan.directory.attribute(clusterId, event);
  if ('reason' in found) return found;
  const parts = splitByDay(event);
  for (const { day, usages } of parts) {
    for (const { meter } of usages) {
      const problem = addRate(plan, plan.directory.meterOf(meter, event.gpuModel), day);
      if (problem !== undefined) return problem;
    }
  }
  const attribution = placeOf(plan.attributions, found);
  const window = placeOfWindow(plan.windows, event);
  for (const [part, { day, usages }] of parts.entries()) {
    plan.ledger.push({
      eventKey,
      part,
      day,
      contentHash,
      position,
      attribution,
      window,
      sourcePath: event.sourcePath,
      eventId: event.id,
      eventType: event.type,
      attributedBy: found.attributedBy,
      usages: event.gpuModel === undefined ? usages : moveToModel(plan.directory, usages, event.gpuModel),
    });
  }
  return undefined;
}

function moveToModel(directory: Directory, usages: readonly Usage[], gpuModel: string): readonly Usage[] {
  return usages.map(({ meter, quantity }) => ({ meter: directory.meterOf(meter, gpuModel), quantity }));
}

/** Adds the rate of a meter on a day; says why not when there is none. */
function addRate({ directory, rates }: EventPlan, meter: string, day: UsageDay): Unattributed | undefined {
  const known = rates.days.get(day);
  if (known?.has(meter)) return undefined;
  if (!directory.hasMeter(meter)) return { reason: 'unknown_meter', detail: `${meter} is not a registered meter` };
  const rate = directory.rateOf(meter, day);
  if (rate === undefined) return { reason: 'no_rate', detail: `${meter} has no price on that day` };
  rates.values.push({ day, rate });
  if (known === undefined) rates.days.set(day, new Set([meter]));
  else known.add(meter);
  return undefined;
}

/** A list in which every value has one place. */
type Places<T> = { readonly values: T[]; readonly places: Map<T, number> };

function placeOf<T>({ values, places }: Places<T>, value: T): number {
  const known = places.get(value);
  if (known !== undefined) return known;
  places.set(value, values.length);
  return values.push(value) - 1;
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
