import { type CloudEvent, createEventMaker } from '@hopsmeter/client';
import { MICROS_PER_DAY, MICROS_PER_HOUR, type Micros } from '@hopsmeter/usage';
import { EU } from './demo-people.ts';
import { type DemoPeriod, hourWindow } from './demo-period.ts';
import { COMPUTE_PATH } from './hour-events.ts';

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

/** Beside an event that is made as it should be, what is wrong with it; without an id of its own it is that event's. */
function compute(namespace: string, start: Micros, data: Readonly<Record<string, unknown>>, id?: string): CloudEvent {
  const usage = { cpuCoreHours: 1, gpuHours: 0, ramByteHours: 2 ** 31 };
  const event = createEventMaker(EU.id, COMPUTE_PATH).compute({ namespace, window: hourWindow(start), ...usage });
  return { ...event, ...(id === undefined ? {} : { id }), data: { ...event.data, ...data } };
}
