import type { CloudEvent } from '@hopsmeter/client';
import { CLUSTER_SOURCE_PREFIX, EVENT_TYPES, MICROS_PER_DAY, MICROS_PER_HOUR, type Micros } from '@hopsmeter/usage';
import { EU } from './demo-people.ts';
import { type DemoPeriod, formatHour, hourWindow } from './demo-period.ts';

/** How many of {@link buildOddities} are refused, parked and counted. */
export const ODDITIES = { refused: 5, parked: { unknown_namespace: 2, implausible: 1, conflict: 1 } } as const;

/** Events as they come in real life: some that nobody can count yet, some that no one should have sent. */
export function buildOddities(period: DemoPeriod): readonly CloudEvent[] {
  const start = period.start + 2 * MICROS_PER_DAY + 9 * MICROS_PER_HOUR;
  const next = start + MICROS_PER_HOUR;
  const window = hourWindow(start);
  return [
    // A namespace that somebody made by hand: parked until there is a project for it.
    compute('left-over-tests', start, {}),
    compute('left-over-tests', next, {}),
    // 2,048 cores in one hour: parked until a person has looked at it.
    compute('routing', start, { cpuCoreHours: 2_048 }, 'collector-fault/routing'),
    // Another quantity under the identity of an event that is counted: parked, so that nobody pays twice or too little.
    compute('pricing', start, { cpuCoreHours: 99 }),
    // Refused at the door, each for a reason of its own.
    compute('pricing', start, { cpuCoreHours: -1 }, 'refused/negative'),
    compute('pricing', start, { cpuCoreHours: '2,5' }, 'refused/not-a-decimal'),
    compute('pricing', start, { window: { start: window.end, end: window.start } }, 'refused/backwards'),
    compute('pricing', start, { window: hourWindow(Date.UTC(2199, 0) * 1_000) }, 'refused/future'),
    { ...compute('pricing', start, {}, 'refused/type'), type: 'ai.hopsworks.usage.compute.v0' },
  ];
}

function compute(
  namespace: string,
  start: Micros,
  data: Readonly<Record<string, unknown>>,
  id = `opencost/${namespace}/${hourWindow(start).start}/${hourWindow(start).end}`,
): CloudEvent {
  return {
    specversion: '1.0',
    id,
    source: CLUSTER_SOURCE_PREFIX + EU.id,
    type: EVENT_TYPES.compute,
    time: formatHour(start + MICROS_PER_HOUR),
    data: { namespace, window: hourWindow(start), cpuCoreHours: 1, gpuHours: 0, ramByteHours: 2 ** 31, ...data },
  };
}
