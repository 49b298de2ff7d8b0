import type { EventProblem } from './errors.ts';
import { EVENT_TYPES, type EventType, type Usage, type UsageEvent } from './event.ts';
import { formatIssues } from './event-issues.ts';
import { type EventOf, envelopeSchema, eventSchemas, eventTypeOf } from './event-schema.ts';
import {
  CLOCK_AHEAD_MAX,
  EVENT_ID_LENGTH_MAX,
  LEDGER_RETENTION,
  LEDGER_RETENTION_DAYS,
  NAME_LENGTH_MAX,
  SOURCE_LENGTH_MAX,
  SUBJECT_LENGTH_MAX,
} from './limits.ts';
import { createMeasure, type Measure } from './measure.ts';
import { isName } from './text.ts';
import { type Micros, parseTime } from './time.ts';

/** What an event is checked against. */
export type ParseContext = {
  /** The cluster whose key posted the event. */
  readonly clusterId: string;
  /** The moment of the check. */
  readonly now: Micros;
};

export type ParsedEvent =
  | { readonly ok: true; readonly event: UsageEvent }
  | { readonly ok: false; readonly id: string | undefined; readonly problems: readonly EventProblem[] };

/** `urn:hopsworks:cluster:` comes before the cluster's id in every source. */
export const CLUSTER_SOURCE_PREFIX = 'urn:hopsworks:cluster:';

/**
 * Reads one CloudEvent in its JSON form: checks it against its schema and the rules of metering and turns it into
 * quantities. Never throws, whatever comes; all problems that can be told at once are told at once.
 */
export function parseEvent(value: unknown, context: ParseContext): ParsedEvent {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(undefined, [{ code: 'NOT_AN_OBJECT', pointer: '', detail: 'expected a JSON object' }]);
  if ('data_base64' in value && value.data_base64 !== null)
    return refuse(value, [{ code: 'UNSUPPORTED_DATA', pointer: '/data_base64', detail: 'send JSON in data' }]);
  const type = eventTypeOf('type' in value ? value.type : undefined);
  if (type === undefined) return refuse(value, unknownType(value));
  return parseTyped(value, type, context);
}

function parseTyped(value: object, type: EventType, context: ParseContext): ParsedEvent {
  switch (type) {
    case 'compute': {
      const parsed = eventSchemas.compute.safeParse(value);
      if (!parsed.success) return refuse(value, formatIssues(parsed.error.issues, value));
      return build(parsed.data, type, context, parsed.data.data, (measure) => measureCompute(parsed.data, measure));
    }
    case 'storage': {
      const parsed = eventSchemas.storage.safeParse(value);
      if (!parsed.success) return refuse(value, formatIssues(parsed.error.issues, value));
      return build(parsed.data, type, context, parsed.data.data, (measure) => measureStorage(parsed.data, measure));
    }
    case 'network': {
      const parsed = eventSchemas.network.safeParse(value);
      if (!parsed.success) return refuse(value, formatIssues(parsed.error.issues, value));
      return build(parsed.data, type, context, parsed.data.data, (measure) =>
        measure.egress(parsed.data.data.egressBytes),
      );
    }
    case 'meter': {
      const parsed = eventSchemas.meter.safeParse(value);
      if (!parsed.success) return refuse(value, formatIssues(parsed.error.issues, value));
      const { meter, quantity } = parsed.data.data;
      return build(parsed.data, type, context, parsed.data.data, (measure) => measure.named(meter, quantity));
    }
  }
}

type Envelope = Pick<EventOf<'meter'>, 'id' | 'source' | 'time' | 'subject'>;

type Place = {
  readonly namespace?: string | null | undefined;
  readonly gpuModel?: string | null | undefined;
  readonly window?: { readonly start: string; readonly end: string } | null | undefined;
};

function build(
  envelope: Envelope,
  type: EventType,
  context: ParseContext,
  place: Place,
  takeMeasures: (measure: Measure) => void,
): ParsedEvent {
  const problems: EventProblem[] = [];
  const name = (text: string, pointer: string, max: number): void => {
    if (!isName(text, max)) problems.push(invalidText(pointer, text, max));
  };
  const subject = envelope.subject ?? undefined;
  const namespace = place.namespace ?? undefined;
  const gpuModel = place.gpuModel ?? undefined;
  name(envelope.id, '/id', EVENT_ID_LENGTH_MAX);
  if (subject !== undefined) name(subject, '/subject', SUBJECT_LENGTH_MAX);
  if (namespace !== undefined) name(namespace, '/data/namespace', NAME_LENGTH_MAX);
  if (gpuModel !== undefined) name(gpuModel, '/data/gpuModel', NAME_LENGTH_MAX);
  if (subject === undefined && namespace === undefined)
    problems.push({ code: 'MISSING_FIELD', pointer: '/subject', detail: 'required when data names no namespace' });
  const sourcePath = readSource(envelope.source, context.clusterId, problems);
  const { start, end } = readTimes(envelope.time ?? undefined, place.window ?? undefined, context.now, problems);
  const usages: Usage[] = [];
  takeMeasures(createMeasure(usages, problems, start, end));
  if (problems.length > 0) return refuse(envelope, problems);
  return { ok: true, event: { id: envelope.id, sourcePath, type, subject, namespace, gpuModel, start, end, usages } };
}

function measureCompute({ data }: EventOf<'compute'>, measure: Measure): void {
  measure.cpu(data.cpuCoreHours);
  measure.gpu(data.gpuHours);
  measure.ram(data.ramByteHours);
}

function measureStorage({ data }: EventOf<'storage'>, measure: Measure): void {
  measure.onlineStorage(data.onlineBytes);
  measure.offlineStorage(data.offlineBytes);
}

/** Returns what follows the cluster in the source. Below a cluster means after `/` or `:`. */
function readSource(source: string, clusterId: string, problems: EventProblem[]): string {
  const own = CLUSTER_SOURCE_PREFIX + clusterId;
  if (source === own) return '';
  if (!isName(source, SOURCE_LENGTH_MAX)) problems.push(invalidText('/source', source, SOURCE_LENGTH_MAX));
  else if (!source.startsWith(`${own}/`) && !source.startsWith(`${own}:`))
    problems.push({ code: 'FOREIGN_SOURCE', pointer: '/source', detail: `expected ${own} or a source below it` });
  return source.slice(own.length);
}

function readTimes(
  time: string | undefined,
  window: { readonly start: string; readonly end: string } | undefined,
  now: Micros,
  problems: EventProblem[],
): { start: Micros; end: Micros } {
  const at = time === undefined ? undefined : readTime(time, '/time', now, problems);
  if (window === undefined) {
    if (time === undefined)
      problems.push({ code: 'MISSING_FIELD', pointer: '/time', detail: 'an event without a window needs its time' });
    if (at !== undefined) refuseOld(at, '/time', now, problems);
    return { start: at ?? 0, end: at ?? 0 };
  }
  const start = readTime(window.start, '/data/window/start', now, problems);
  const end = readTime(window.end, '/data/window/end', now, problems);
  if (start === undefined || end === undefined) return { start: 0, end: 0 };
  if (end <= start)
    problems.push({ code: 'INVALID_WINDOW', pointer: '/data/window', detail: 'the end must be after the start' });
  refuseOld(start, '/data/window/start', now, problems);
  return { start, end };
}

function readTime(text: string, pointer: string, now: Micros, problems: EventProblem[]): Micros | undefined {
  const micros = parseTime(text);
  if (micros === undefined) {
    problems.push({ code: 'INVALID_TIME', pointer, detail: 'expected RFC 3339 such as 2026-11-22T13:00:00Z' });
    return undefined;
  }
  if (micros > now + CLOCK_AHEAD_MAX)
    problems.push({ code: 'TIME_IN_FUTURE', pointer, detail: 'more than 5 minutes ahead of our clock' });
  return micros;
}

function refuseOld(start: Micros, pointer: string, now: Micros, problems: EventProblem[]): void {
  if (start < now - LEDGER_RETENTION)
    problems.push({ code: 'TIME_TOO_OLD', pointer, detail: `older than ${LEDGER_RETENTION_DAYS} days` });
}

function invalidText(pointer: string, text: string, max: number): EventProblem {
  const detail =
    text.length > max
      ? `${text.length} characters, at most ${max} are allowed`
      : 'must not be empty nor hold control characters or lone surrogates';
  return { code: 'INVALID_TEXT', pointer, detail };
}

function unknownType(value: object): EventProblem[] {
  const parsed = envelopeSchema.safeParse(value);
  if (!parsed.success) return formatIssues(parsed.error.issues, value);
  const detail = `expected one of ${Object.values(EVENT_TYPES).join(', ')}`;
  return [{ code: 'UNKNOWN_EVENT_TYPE', pointer: '/type', detail }];
}

function refuse(value: object | undefined, problems: readonly EventProblem[]): ParsedEvent {
  const id = value !== undefined && 'id' in value && typeof value.id === 'string' ? value.id : undefined;
  // An id that is not text we would store is not echoed either.
  return { ok: false, id: id !== undefined && isName(id, EVENT_ID_LENGTH_MAX) ? id : undefined, problems };
}
