import type { DeferredEvent, EventType, UsageEvent } from '@hopsmeter/usage';
import { asArray, asObject, asOptionalText, asText, ColumnsError, type Fields } from './column-values.ts';

/** What a correction or a manifest says beside the columns that it shares with usage. */
export type DeferredDetails = CorrectionDetails | ManifestDetails;

type CorrectionDetails = { readonly replaces: string; readonly reason: string | null };
type ManifestDetails = { readonly eventCount: number };

/** A row of the columns that all types share. */
export type CommonEvent = Omit<UsageEvent, 'type'> & { readonly type: EventType };

/** A correction has the window of an instant, its time. */
export function toCommon(event: DeferredEvent): CommonEvent {
  const { id, sourcePath, type } = event;
  const [start, end, usages] =
    event.type === 'correction'
      ? [event.correctedAt, event.correctedAt, event.usages]
      : [event.start, event.end, event.sums];
  return { id, sourcePath, type, subject: undefined, namespace: undefined, gpuModel: undefined, start, end, usages };
}

export function detailsOf(event: DeferredEvent): DeferredDetails {
  return event.type === 'correction'
    ? { replaces: event.replaces, reason: event.reason ?? null }
    : { eventCount: event.eventCount };
}

/** The details by their row. */
export function readDetails(value: unknown): ReadonlyMap<unknown, Fields> {
  return new Map(
    asArray(value ?? [], 'deferred').map((entry) => {
      const [row, details] = asArray(entry, 'deferred');
      return [row, asObject(details, 'deferred')];
    }),
  );
}

export function toDeferred(
  type: DeferredEvent['type'],
  { id, sourcePath, start, end, usages }: Pick<UsageEvent, 'id' | 'sourcePath' | 'start' | 'end' | 'usages'>,
  details: Fields | undefined,
): DeferredEvent {
  if (details === undefined) throw new ColumnsError(`deferred: nothing about a ${type}`);
  if (type === 'manifest')
    return { id, sourcePath, type, start, end, eventCount: asCount(details.eventCount, 'eventCount'), sums: usages };
  const replaces = asText(details.replaces, 'replaces');
  const reason = asOptionalText(details.reason, 'reason');
  return { id, sourcePath, type, replaces, correctedAt: start, usages, reason };
}

function asCount(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new ColumnsError(`${name}: no count`);
  return value;
}
