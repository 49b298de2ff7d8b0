import type { EventProblem } from './errors.ts';
import type { ProjectEvent } from './event.ts';
import { checkName, checkUserId, readInstant, readSource, readTime } from './event-fields.ts';
import type { EventOf } from './event-schema.ts';
import { EVENT_ID_LENGTH_MAX, NAME_LENGTH_MAX } from './limits.ts';
import type { Micros } from './time.ts';

/** Reads a report of a project whose form is right; what else is wrong with it goes to `problems`. */
export function readProjectReport(
  { id, source, time, data }: EventOf<'project'>,
  { clusterId, now }: { readonly clusterId: string; readonly now: Micros },
  problems: EventProblem[],
): ProjectEvent {
  const { namespace, projectName, projectId, owner } = data;
  checkName(id, '/id', EVENT_ID_LENGTH_MAX, problems);
  checkName(namespace, '/data/namespace', NAME_LENGTH_MAX, problems);
  checkName(projectName, '/data/projectName', NAME_LENGTH_MAX, problems);
  if (!Number.isSafeInteger(projectId) || projectId < 0)
    problems.push({ code: 'INVALID_COUNT', pointer: '/data/projectId', detail: 'expected a whole number from 0' });
  checkUserId(owner, '/data/owner', problems);
  const sourcePath = readSource(source, clusterId, problems);
  const reportedAt = readInstant(time ?? undefined, 'of several reports the latest is about now', now, problems);
  // However long ago: a project is older than the usage that is taken of it. Before 1970 nobody had one, and far before
  // it microseconds are no whole numbers any more.
  const createdAt = readTime(data.createdAt, '/data/createdAt', now, problems);
  if (createdAt !== undefined && createdAt < 0)
    problems.push({ code: 'INVALID_TIME', pointer: '/data/createdAt', detail: 'expected a time from 1970 on' });
  const endedAt = data.endedAt == null ? undefined : readTime(data.endedAt, '/data/endedAt', now, problems);
  if (problems.length === 0) checkOrder({ createdAt: createdAt ?? 0, endedAt, reportedAt }, problems);
  // `+ 0`: the JSON number -0 is 0.
  const project = { namespace, projectName, projectId: projectId + 0, owner };
  return { id, sourcePath, type: 'project', ...project, reportedAt, createdAt: createdAt ?? 0, endedAt };
}

/** Nobody can report what has not happened yet. */
function checkOrder(
  { createdAt, endedAt, reportedAt }: Pick<ProjectEvent, 'createdAt' | 'endedAt' | 'reportedAt'>,
  problems: EventProblem[],
): void {
  const note = (pointer: string, detail: string) => problems.push({ code: 'INVALID_WINDOW', pointer, detail });
  if (createdAt > reportedAt) note('/data/createdAt', 'must not be after the time of the report');
  if (endedAt === undefined) return;
  if (endedAt <= createdAt) note('/data/endedAt', 'must be after createdAt');
  if (endedAt > reportedAt) note('/data/endedAt', 'must not be after the time of the report');
}
