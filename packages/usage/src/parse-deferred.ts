import type { EventProblem } from './errors.ts';
import type { CorrectionEvent, ManifestEvent, Usage } from './event.ts';
import { checkName, checkWords, readInstant, readSource, readTimes } from './event-fields.ts';
import type { EventOf } from './event-schema.ts';
import {
  CORRECTION_REASON_LENGTH_MAX,
  EVENT_ID_LENGTH_MAX,
  EVENT_METERS_MAX,
  MISSING_LENGTH_MAX,
  NAME_LENGTH_MAX,
} from './limits.ts';
import { readQuantity } from './measure.ts';
import type { Micros } from './time.ts';

type Context = { readonly clusterId: string; readonly now: Micros };

/** Reads a correction whose form is right; what else is wrong with it goes to `problems`. */
export function readCorrection(
  { id, source, time, data }: EventOf<'correction'>,
  { clusterId, now }: Context,
  problems: EventProblem[],
): CorrectionEvent {
  const reason = data.reason ?? undefined;
  checkName(id, '/id', EVENT_ID_LENGTH_MAX, problems);
  checkName(data.replaces, '/data/replaces', EVENT_ID_LENGTH_MAX, problems);
  if (data.replaces === id)
    problems.push({ code: 'REPLACES_ITSELF', pointer: '/data/replaces', detail: 'expected the id of another event' });
  if (reason !== undefined) checkName(reason, '/data/reason', CORRECTION_REASON_LENGTH_MAX, problems);
  const sourcePath = readSource(source, clusterId, problems);
  const correctedAt = readInstant(time ?? undefined, 'of several corrections the latest counts', now, problems);
  const usages = readCorrected(data.quantities ?? {}, '/data/quantities', problems);
  return { id, sourcePath, type: 'correction', replaces: data.replaces, correctedAt, usages, reason };
}

/** Reads a manifest whose form is right; what else is wrong with it goes to `problems`. */
export function readManifest(
  { id, source, time, data }: EventOf<'manifest'>,
  { clusterId, now }: Context,
  problems: EventProblem[],
): ManifestEvent {
  checkName(id, '/id', EVENT_ID_LENGTH_MAX, problems);
  const sourcePath = readSource(source, clusterId, problems);
  const { start, end } = readTimes(time ?? undefined, data.window, now, problems);
  if (!Number.isSafeInteger(data.eventCount) || data.eventCount < 0)
    problems.push({ code: 'INVALID_COUNT', pointer: '/data/eventCount', detail: 'expected a whole number from 0' });
  const sums = readQuantities(data.sums ?? {}, '/data/sums', problems);
  const missing = data.missing ?? undefined;
  if (missing !== undefined) {
    checkWords(missing, '/data/missing', MISSING_LENGTH_MAX, problems);
    const detail = 'a window that is missing has no usage that could be compared';
    if (data.eventCount > 0) problems.push({ code: 'MISSING_WITH_USAGE', pointer: '/data/eventCount', detail });
    if (sums.length > 0) problems.push({ code: 'MISSING_WITH_USAGE', pointer: '/data/sums', detail });
  }
  // `+ 0`: the JSON number -0 is 0.
  return { id, sourcePath, type: 'manifest', start, end, eventCount: data.eventCount + 0, sums, missing };
}

/** The new content of an event by the name of the meter, without zeros; what is wrong with it goes to `problems`. */
export function readCorrected(
  values: Readonly<Record<string, number | string>>,
  pointer: string,
  problems: EventProblem[],
): readonly Usage[] {
  return readQuantities(values, pointer, problems).filter(({ quantity }) => quantity !== '0');
}

/** Quantities by the name of their meter, in the order of the names: how JSON orders them is no content. */
function readQuantities(
  values: Readonly<Record<string, number | string>>,
  place: string,
  problems: EventProblem[],
): readonly Usage[] {
  const entries = Object.entries(values);
  if (entries.length > EVENT_METERS_MAX) {
    const detail = `${entries.length} meters, at most ${EVENT_METERS_MAX} are allowed`;
    problems.push({ code: 'TOO_MANY_METERS', pointer: place, detail });
    return [];
  }
  const usages: Usage[] = [];
  for (const [meter, value] of entries.sort(([a], [b]) => (a < b ? -1 : 1))) {
    const pointer = `${place}/${meter.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1')}`;
    checkName(meter, pointer, NAME_LENGTH_MAX, problems);
    const quantity = readQuantity(value, pointer, problems);
    if (quantity !== undefined) usages.push({ meter, quantity });
  }
  return usages;
}
