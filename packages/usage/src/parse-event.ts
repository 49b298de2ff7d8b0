import type { EventProblem } from './errors.ts';
import { EVENT_TYPES, type EventType, type ReportedEvent, type Usage, type UsageType } from './event.ts';
import { checkName, checkUserId, checkWords, readSource, readTimes } from './event-fields.ts';
import { formatIssues, PROBLEMS_MAX } from './event-issues.ts';
import { type EventOf, envelopeSchema, eventSchemas, eventTypeOf } from './event-schema.ts';
import { EVENT_ID_LENGTH_MAX, NAME_LENGTH_MAX } from './limits.ts';
import { createMeasure, type Measure } from './measure.ts';
import { readCorrection, readManifest } from './parse-deferred.ts';
import { readProjectReport } from './parse-project.ts';
import { isName } from './text.ts';
import type { Micros } from './time.ts';

/** What an event is checked against. */
export type ParseContext = {
  /** The cluster whose key posted the event. */
  readonly clusterId: string;
  /** The moment of the check. */
  readonly now: Micros;
};

export type ParsedEvent =
  | { readonly ok: true; readonly event: ReportedEvent }
  | { readonly ok: false; readonly id: string | undefined; readonly problems: readonly EventProblem[] };

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
    case 'correction': {
      const parsed = eventSchemas.correction.safeParse(value);
      if (!parsed.success) return refuse(value, formatIssues(parsed.error.issues, value));
      return check(value, (problems) => readCorrection(parsed.data, context, problems));
    }
    case 'manifest': {
      const parsed = eventSchemas.manifest.safeParse(value);
      if (!parsed.success) return refuse(value, formatIssues(parsed.error.issues, value));
      return check(value, (problems) => readManifest(parsed.data, context, problems));
    }
    case 'project': {
      const parsed = eventSchemas.project.safeParse(value);
      if (!parsed.success) return refuse(value, formatIssues(parsed.error.issues, value));
      return check(value, (problems) => readProjectReport(parsed.data, context, problems));
    }
  }
}

function check(value: object, read: (problems: EventProblem[]) => ReportedEvent): ParsedEvent {
  const problems: EventProblem[] = [];
  const event = read(problems);
  return problems.length > 0 ? refuse(value, problems.slice(0, PROBLEMS_MAX)) : { ok: true, event };
}

type Envelope = Pick<EventOf<'meter'>, 'id' | 'source' | 'time' | 'subject'>;

type Place = {
  readonly namespace?: string | null | undefined;
  readonly gpuModel?: string | null | undefined;
  readonly window?: { readonly start: string; readonly end: string } | null | undefined;
};

function build(
  envelope: Envelope,
  type: UsageType,
  context: ParseContext,
  place: Place,
  takeMeasures: (measure: Measure) => void,
): ParsedEvent {
  const problems: EventProblem[] = [];
  const subject = envelope.subject ?? undefined;
  const namespace = place.namespace ?? undefined;
  const gpuModel = place.gpuModel ?? undefined;
  checkName(envelope.id, '/id', EVENT_ID_LENGTH_MAX, problems);
  if (subject !== undefined) checkUserId(subject, '/subject', problems);
  if (namespace !== undefined) checkName(namespace, '/data/namespace', NAME_LENGTH_MAX, problems);
  if (gpuModel !== undefined) checkWords(gpuModel, '/data/gpuModel', NAME_LENGTH_MAX, problems);
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
  measure.storage(data.onlineBytes ?? undefined, data.offlineBytes ?? undefined);
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
