import { type CloudEvent, createEventMaker } from '@hopsmeter/client';
import { CLUSTER_SOURCE_PREFIX, EVENT_TYPES, METERS, MICROS_PER_HOUR, type Micros } from '@hopsmeter/usage';
import { DEMO_USERS } from './demo-people.ts';
import { formatHour, hourWindow } from './demo-period.ts';
import { DEMO_PROJECTS, type DemoProject, type Rhythm } from './demo-projects.ts';
import { noise } from './noise.ts';

const BYTES_PER_GB = 2 ** 30;
const HOURS_PER_DAY = 24;

/** What follows the cluster in the source of the collector's events about compute. */
export const COMPUTE_PATH = '/collector/compute';

/** Places of the noise: what varies on its own has a number of its own. */
const VARIES = { load: 1, day: 2, gpu: 3, growth: 4, egress: 5, session: 6 } as const;

/** Storage grows by this much of itself a month (of 720 hours). */
const GROWTH_PER_HOUR = 0.06 / 720;

/** One project reports this much of its busy load when nobody works: a server that waits costs memory too. */
const IDLE_LOAD = 0.03;

/** Chance that a member opens a session on a working hour. */
const SESSION_CHANCE = 0.06;

/** What the clusters report of the hour that begins at `start`. */
export function hourEvents(start: Micros): CloudEvent[] {
  const projects = DEMO_PROJECTS.flatMap((project, index) => [
    computeEvent(project, index, start),
    storageEvent(project, index, start),
    ...(project.egressGbPerDay > 0 ? [networkEvent(project, index, start)] : []),
  ]);
  return [...projects, ...sessionEvents(start)];
}

function computeEvent(project: DemoProject, index: number, start: Micros): CloudEvent {
  const hour = start / MICROS_PER_HOUR;
  const load =
    loadOf(project.rhythm, start) * vary(0.5, VARIES.load, index, hour) * vary(0.3, VARIES.day, index, dayOf(start));
  const window = hourWindow(start);
  const gpuHours = gpuHoursOf(project, index, start);
  return createEventMaker(project.cluster.id, COMPUTE_PATH).compute({
    namespace: project.namespace,
    window,
    // Five decimals, as OpenCost rounds.
    cpuCoreHours: round(project.cores * load, 5),
    gpuHours,
    // A process keeps its memory while it waits.
    ramByteHours: round(project.ramGb * BYTES_PER_GB * Math.max(load, 0.08), 3),
    ...(gpuHours > 0 && project.gpuModel !== undefined ? { gpuModel: project.gpuModel } : {}),
  });
}

function storageEvent(project: DemoProject, index: number, start: Micros): CloudEvent {
  const growth = 1 + (start / MICROS_PER_HOUR - GROWTH_EPOCH_HOURS) * GROWTH_PER_HOUR * noise(VARIES.growth, index);
  const window = hourWindow(start);
  return event(project, `storage/${project.namespace}/${window.start}`, EVENT_TYPES.storage, start, {
    namespace: project.namespace,
    window,
    onlineBytes: Math.round(project.onlineGb * BYTES_PER_GB * growth),
    offlineBytes: Math.round(project.offlineGb * BYTES_PER_GB * growth),
  });
}

/** 2026-01-01T00:00:00Z: where growth is measured from, so that it does not depend on the period. */
const GROWTH_EPOCH_HOURS = 490_896;

function networkEvent(project: DemoProject, index: number, start: Micros): CloudEvent {
  const gbPerHour = project.egressGbPerDay / HOURS_PER_DAY;
  const window = hourWindow(start);
  return event(project, `network/${project.namespace}/${window.start}`, EVENT_TYPES.network, start, {
    namespace: project.namespace,
    window,
    egressBytes: Math.round(gbPerHour * BYTES_PER_GB * vary(0.9, VARIES.egress, index, start / MICROS_PER_HOUR)),
  });
}

/** Notebook sessions: here the cluster knows the member, so the event names them, and text keeps the decimals. */
function sessionEvents(start: Micros): CloudEvent[] {
  if (loadOf('workday', start) < 1) return [];
  const hour = start / MICROS_PER_HOUR;
  return DEMO_USERS.flatMap((user, index): CloudEvent[] => {
    const drawn = noise(VARIES.session, index, hour);
    if (drawn >= SESSION_CHANCE) return [];
    const window = hourWindow(start);
    return [
      {
        specversion: '1.0',
        id: `notebook/${user.id}/${window.start}`,
        source: `${CLUSTER_SOURCE_PREFIX}${user.cluster.id}/notebooks`,
        type: EVENT_TYPES.meter,
        time: window.end,
        subject: user.id,
        data: { meter: METERS.cpu, quantity: (0.25 + drawn / SESSION_CHANCE).toFixed(6), window },
      },
    ];
  });
}

function event(
  project: DemoProject,
  id: string,
  type: string,
  start: Micros,
  data: Readonly<Record<string, unknown>>,
): CloudEvent {
  const source = CLUSTER_SOURCE_PREFIX + project.cluster.id;
  return { specversion: '1.0', id, source, type, time: formatHour(start + MICROS_PER_HOUR), data };
}

/** How busy a project of this rhythm is, from 0 to 1. */
function loadOf(rhythm: Rhythm, start: Micros): number {
  const hourOfDay = (start / MICROS_PER_HOUR) % HOURS_PER_DAY;
  switch (rhythm) {
    case 'serving':
      return 0.65 + 0.35 * Math.sin(((hourOfDay - 8) / HOURS_PER_DAY) * 2 * Math.PI);
    case 'workday':
      return isWorkday(start) && hourOfDay >= 7 && hourOfDay < 16 ? 1 : IDLE_LOAD;
    case 'nightly':
      return hourOfDay >= 1 && hourOfDay < 4 ? 1 : IDLE_LOAD;
  }
}

/** GPUs are asked for by the quarter of an hour, for a few hours on some working days. */
function gpuHoursOf({ gpuModel, rhythm }: DemoProject, index: number, start: Micros): number {
  const isTraining = noise(VARIES.gpu, index, dayOf(start)) < 0.4 && loadOf(rhythm, start) === 1;
  if (gpuModel === undefined || !isTraining) return 0;
  return Math.floor(4 * noise(VARIES.gpu, index, start / MICROS_PER_HOUR, 1)) / 4;
}

function dayOf(start: Micros): number {
  return Math.floor(start / MICROS_PER_HOUR / HOURS_PER_DAY);
}

/** 1970-01-01 was a Thursday. */
function isWorkday(start: Micros): boolean {
  const weekday = (dayOf(start) + 4) % 7;
  return weekday >= 1 && weekday <= 5;
}

/** A factor around 1, by at most `spread` up or down. */
function vary(spread: number, ...place: readonly number[]): number {
  return 1 + spread * (2 * noise(...place) - 1);
}

function round(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
