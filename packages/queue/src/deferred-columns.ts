import type { DeferredEvent, EventType, ProjectEvent, UsageEvent } from '@hopsmeter/usage';
import { asArray, asObject, asOptionalText, asText, ColumnsError, type Fields } from './column-values.ts';

/** What a correction, a manifest or a project says beside the columns that it shares with usage. */
export type DeferredDetails = CorrectionDetails | ManifestDetails | ProjectDetails;

type CorrectionDetails = { readonly replaces: string; readonly reason: string | null };
type ManifestDetails = { readonly eventCount: number; readonly missing?: string };
type ProjectDetails = Pick<ProjectEvent, 'projectName' | 'projectId' | 'owner' | 'createdAt'> & {
  readonly endedAt: number | null;
};

/** A row of the columns that all types share. */
export type CommonEvent = Omit<UsageEvent, 'type'> & { readonly type: EventType };

/** A correction and a project have the window of an instant, their time. */
export function toCommon(event: DeferredEvent): CommonEvent {
  const { id, sourcePath } = event;
  const common = { id, sourcePath, subject: undefined, namespace: undefined, gpuModel: undefined };
  switch (event.type) {
    case 'correction': {
      const { type, correctedAt, usages } = event;
      return { ...common, type, start: correctedAt, end: correctedAt, usages };
    }
    case 'manifest': {
      const { type, start, end, sums } = event;
      return { ...common, type, start, end, usages: sums };
    }
    case 'project': {
      const { type, namespace, reportedAt } = event;
      return { ...common, type, namespace, start: reportedAt, end: reportedAt, usages: [] };
    }
  }
}

export function detailsOf(event: DeferredEvent): DeferredDetails {
  switch (event.type) {
    case 'correction':
      return { replaces: event.replaces, reason: event.reason ?? null };
    case 'manifest':
      return { eventCount: event.eventCount, ...(event.missing === undefined ? {} : { missing: event.missing }) };
    case 'project': {
      const { projectName, projectId, owner, createdAt, endedAt = null } = event;
      return { projectName, projectId, owner, createdAt, endedAt };
    }
  }
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
  common: Pick<UsageEvent, 'id' | 'sourcePath' | 'namespace' | 'start' | 'end' | 'usages'>,
  details: Fields | undefined,
): DeferredEvent {
  if (details === undefined) throw new ColumnsError(`deferred: nothing about a ${type}`);
  const { id, sourcePath, start, end, usages } = common;
  if (type === 'manifest') {
    const eventCount = asCount(details.eventCount, 'eventCount');
    const missing = asOptionalText(details.missing ?? null, 'missing');
    return { id, sourcePath, type, start, end, eventCount, sums: usages, missing };
  }
  if (type === 'project') {
    if (usages.length > 0) throw new ColumnsError('meters: a project has none');
    return { id, sourcePath, type, ...readProject(common.namespace, details), reportedAt: start };
  }
  const replaces = asText(details.replaces, 'replaces');
  const reason = asOptionalText(details.reason, 'reason');
  return { id, sourcePath, type, replaces, correctedAt: start, usages, reason };
}

function readProject(namespace: string | undefined, details: Fields) {
  const endedAt = details.endedAt == null ? undefined : asTime(details.endedAt, 'endedAt');
  return {
    namespace: asText(namespace, 'namespace'),
    projectName: asText(details.projectName, 'projectName'),
    projectId: asCount(details.projectId, 'projectId'),
    owner: asText(details.owner, 'owner'),
    createdAt: asTime(details.createdAt, 'createdAt'),
    endedAt,
  };
}

function asTime(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new ColumnsError(`${name}: no time`);
  return value;
}

function asCount(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw new ColumnsError(`${name}: no count`);
  return value;
}
