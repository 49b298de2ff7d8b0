import type { CloudEvent } from '@hopsmeter/client';
import type { QuarantinedRow } from '@hopsmeter/sources';
import { EVENT_TYPES, MICROS_PER_DAY, MICROS_PER_HOUR, type Micros } from '@hopsmeter/usage';
import { EU } from './demo-people.ts';
import { type DemoPeriod, demoPeriodOf, formatHour } from './demo-period.ts';
import type { EventBatch } from './event-batch.ts';
import { hourEvents } from './hour-events.ts';
import { buildOddities } from './oddities.ts';
import { collectSamples } from './opencost-samples.ts';

/** Within what ingest takes (5,000) and large enough that a request costs little per event. */
const BATCH_EVENTS = 1_000;

/** Every so many batches, the cluster did not get its answer and sends the whole batch again. */
const RESEND_BATCH_EVERY = 16;

/** Every so many events, one is sent a second time in the end, alone among others. */
const RESEND_EVENT_EVERY = 400;

/** The demo's data set as of an hour. */
export type Demo = {
  readonly period: DemoPeriod;
  /** Every event in the order of the hours, as clusters send it; some batches twice, the late events missing. */
  batches(): Iterable<EventBatch>;
  /**
   * What must come after all that was recorded: late events, single events again, events that are refused or parked.
   * One of them says something else under a known identity; which of the two is counted must not be chance.
   */
  lateBatches(): Iterable<EventBatch>;
  /** Rows of OpenCost that became no events, with the hour they are about. */
  readonly quarantined: readonly (QuarantinedRow & { readonly hour: string })[];
};

/**
 * Builds the data set. It depends on the hour of `asOf` alone, and an event on its own hour alone. So a load that
 * was interrupted can be begun anew at any time and sends the same events again.
 */
export async function createDemo(asOf: Micros): Promise<Demo> {
  const period = demoPeriodOf(asOf);
  const samples = await collectSamples(period.end);
  const collected = new Map(samples.map((hour) => [hour.start, hour]));

  /** The events of one hour; namespaces that OpenCost answered for come from its answer. */
  const eventsOf = (start: Micros): readonly CloudEvent[] => {
    const sample = collected.get(start);
    if (sample === undefined) return hourEvents(start);
    const named = new Set([
      ...sample.events.flatMap(({ data }) => ('namespace' in data ? [data.namespace] : [])),
      ...sample.quarantined.map(({ namespace }) => namespace),
    ]);
    const isAnswered = ({ source, type, data }: CloudEvent): boolean =>
      type === EVENT_TYPES.compute && clusterIdOf({ source }) === EU.id && named.has(String(data.namespace));
    return [...hourEvents(start).filter((event) => !isAnswered(event)), ...sample.events];
  };

  function* eventsInOrder(): Iterable<{ readonly event: CloudEvent; readonly isLate: boolean }> {
    for (let start = period.start; start < period.end; start += MICROS_PER_HOUR)
      for (const event of eventsOf(start)) yield { event, isLate: isLate(event, start, period) };
  }

  return {
    period,
    batches: () => resendSome(groupByCluster(onTime(eventsInOrder()))),
    lateBatches: () => groupByCluster(lateEvents(eventsInOrder(), period)),
    quarantined: samples.flatMap(({ start, quarantined }) =>
      quarantined.map((row) => ({ ...row, hour: formatHour(start) })),
    ),
  };
}

/** One project's collector was cut off for two days of the past month and delivered when it came back. */
function isLate({ data, source }: CloudEvent, start: Micros, period: DemoPeriod): boolean {
  const day = (start - period.start) / MICROS_PER_DAY;
  return day >= 9 && day < 11 && data.namespace === 'demand-forecast' && clusterIdOf({ source }) === EU.id;
}

type OrderedEvents = Iterable<{ readonly event: CloudEvent; readonly isLate: boolean }>;

function* onTime(events: OrderedEvents): Iterable<CloudEvent> {
  for (const { event, isLate } of events) if (!isLate) yield event;
}

function* lateEvents(events: OrderedEvents, period: DemoPeriod): Iterable<CloudEvent> {
  let count = 0;
  for (const { event, isLate } of events) if (isLate || ++count % RESEND_EVENT_EVERY === 0) yield event;
  yield* buildOddities(period);
}

/** Requests are made with the key of one cluster, so each cluster fills batches of its own. */
function* groupByCluster(events: Iterable<CloudEvent>): Iterable<EventBatch> {
  const open = new Map<string, CloudEvent[]>();
  for (const event of events) {
    const clusterId = clusterIdOf(event);
    const batch = open.get(clusterId) ?? [];
    open.set(clusterId, batch);
    batch.push(event);
    if (batch.length < BATCH_EVENTS) continue;
    open.delete(clusterId);
    yield { clusterId, events: batch };
  }
  for (const [clusterId, batch] of open) yield { clusterId, events: batch };
}

function* resendSome(batches: Iterable<EventBatch>): Iterable<EventBatch> {
  let count = 0;
  for (const batch of batches) {
    yield batch;
    if (++count % RESEND_BATCH_EVERY === 0) yield batch;
  }
}

/** `urn:hopsworks:cluster:<id>/notebooks` → `<id>`. */
function clusterIdOf({ source }: Pick<CloudEvent, 'source'>): string {
  return source.split(/[:/]/)[3] ?? '';
}
