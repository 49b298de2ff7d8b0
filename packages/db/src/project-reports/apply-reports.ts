import { RequestError } from '@hopsmeter/usage';
import type { AuditedTransaction } from '../audit/in-audited-transaction.ts';
import { moveUsageOfNamespace } from '../directory/namespace-usage.ts';
import { PROJECT_COLUMNS, type ProjectRow } from '../directory/read-project.ts';
import { finiteInstantText, instantText } from '../sql/instant.ts';
import { type KnownPeriod, type PeriodPlan, planPeriods } from './plan-periods.ts';
import { doOverlap, findSpans, type ProjectReport, type Span } from './project-spans.ts';
import type { TakenReport } from './record-report.ts';

const REPORT_COLUMNS = `
  event_key::text as "eventKey", project_number::text as "projectNumber", user_id as "userId",
  ${finiteInstantText('reported_at')} as "reportedAt", ${finiteInstantText('created_at')} as "createdAt",
  ${instantText('ended_at')} as "endedAt"
`;

/** All recorded reports of the namespace $2 of cluster $1. */
const READ_REPORTS = `
select ${REPORT_COLUMNS} from hopsmeter.project_reports where hopsworks_cluster_id = $1::uuid and namespace = $2
`;

/** Whether the report before $1 of the same project says the same. By the index of the namespace. */
const IS_KNOWN = `
select before.user_id = report.user_id and before.created_at = report.created_at
  and before.ended_at is not distinct from report.ended_at as "isKnown"
from hopsmeter.project_reports as report
join hopsmeter.project_reports as before using (hopsworks_cluster_id, namespace, project_number)
where report.event_key = $1::uuid and (before.reported_at, before.event_key) < (report.reported_at, report.event_key)
order by before.reported_at desc, before.event_key desc
limit 1
`;

/** The projects that have, or had, the namespace $2 of cluster $1, one after the other. */
const READ_PROJECTS = `
select ${PROJECT_COLUMNS} from hopsmeter.projects
where hopsworks_cluster_id = $1::uuid and namespace = $2
order by started_at
`;

/** Makes $2 to $3 the period of project $1; NULL where it goes on. */
const SET_PERIOD = `
update hopsmeter.projects set started_at = coalesce($2::timestamptz, '-infinity'), ended_at = $3::timestamptz
where id = $1::uuid
returning ${PROJECT_COLUMNS}
`;

/** Gives the namespace $2 of cluster $1 to $3 from $4 to $5. */
const ADD_PERIOD = `
insert into hopsmeter.projects (hopsworks_cluster_id, namespace, user_id, started_at, ended_at, is_reported)
values ($1::uuid, $2, $3, $4::timestamptz, $5::timestamptz, true)
returning ${PROJECT_COLUMNS}
`;

type Change = { readonly before: ProjectRow | undefined; readonly after: ProjectRow };

/**
 * Makes the projects of a namespace what all recorded reports of it say. Counted usage moves along.
 *
 * Where a person has entered or changed a project in the time of the reported one, that stays. The report then has to
 * say the same as of its own time, and ends the person's project where it says that it ended.
 *
 * @throws RequestError NAMESPACE_TAKEN where it contradicts what a person entered, and what moving usage throws.
 */
export async function applyReports(transaction: AuditedTransaction, report: TakenReport): Promise<void> {
  const { rowsOf } = transaction;
  const place = [report.clusterId, report.namespace];
  const projects = await rowsOf<ProjectRow>(READ_PROJECTS, place);
  const entered = projects.filter(({ isReported }) => !isReported);
  if (entered.length === 0 && (await isKnown(transaction, report))) return;
  const reports = await rowsOf<ProjectReport>(READ_REPORTS, place);
  const own = reports.find(({ eventKey }) => eventKey === report.eventKey);
  const spans = findSpans(reports);
  const span = spans.find(({ projectNumber }) => projectNumber === own?.projectNumber);
  if (own === undefined || span === undefined) throw new Error('the report was not recorded');
  const isEntered = (time: Span): boolean => entered.some((each) => doOverlap(time, each));
  if (isEntered(span)) {
    const ended = compareEntered(own, projects, span);
    if (ended !== undefined)
      await finish(transaction, report, [await setPeriod(transaction, ended, { endedAt: own.endedAt })]);
    return;
  }
  const free = spans.filter((each) => !isEntered(each));
  const known = projects.flatMap((each): KnownPeriod[] => {
    const { startedAt } = each;
    return each.isReported && startedAt !== null && free.some((one) => doOverlap(one, each))
      ? [{ ...each, startedAt }]
      : [];
  });
  const plan = planPeriods(
    known,
    free.flatMap(({ periods }) => periods),
  );
  const byId = new Map(projects.map((each) => [each.id, each]));
  await finish(transaction, report, await makeChanges(transaction, report, plan, byId));
}

async function isKnown({ rowsOf }: AuditedTransaction, { eventKey }: TakenReport): Promise<boolean> {
  return (await rowsOf<{ isKnown: boolean }>(IS_KNOWN, [eventKey]))[0]?.isKnown ?? false;
}

/**
 * Compares a report with what a person entered.
 *
 * @returns the person's project that the report ends; undefined where it says what is known.
 * @throws RequestError NAMESPACE_TAKEN
 */
function compareEntered(
  { userId, reportedAt, endedAt }: ProjectReport,
  projects: readonly ProjectRow[],
  span: Span,
): ProjectRow | undefined {
  const last = projects.filter((each) => doOverlap(span, each)).at(-1);
  if (endedAt !== null) {
    if (last === undefined || last.endedAt !== null) return undefined;
    if (last.userId === userId && (last.startedAt === null || last.startedAt < endedAt)) return last;
    throw contradiction(last, `its cluster says that the project of ${userId} ended at ${endedAt}`);
  }
  const holder = projects.find(
    (each) =>
      (each.startedAt === null || each.startedAt <= reportedAt) && (each.endedAt === null || each.endedAt > reportedAt),
  );
  if (holder?.userId === userId) return undefined;
  throw contradiction(holder ?? last, `its cluster says that it is the project of ${userId} at ${reportedAt}`);
}

function contradiction(project: ProjectRow | undefined, said: string): RequestError {
  const entered = project === undefined ? 'nobody has it' : `a person entered the project ${project.id}`;
  const whose = project === undefined ? '' : ` of ${project.userId}${project.endedAt === null ? '' : ', which ended'}`;
  return new RequestError('NAMESPACE_TAKEN', `${entered}${whose}; ${said}`);
}

async function setPeriod(
  { rowsOf }: AuditedTransaction,
  before: ProjectRow,
  { startedAt = before.startedAt, endedAt }: { readonly startedAt?: string | null; readonly endedAt: string | null },
): Promise<Change> {
  const [after] = await rowsOf<ProjectRow>(SET_PERIOD, [before.id, startedAt, endedAt]);
  if (after === undefined) throw new Error('the project was not changed');
  return { before, after };
}

/** First everything gives way, then everything grows: no two projects overlap in between. */
async function makeChanges(
  transaction: AuditedTransaction,
  { clusterId, namespace }: TakenReport,
  { changed, added }: PeriodPlan,
  projects: ReadonlyMap<string, ProjectRow>,
): Promise<readonly Change[]> {
  const changes: Change[] = [];
  const rows = changed.flatMap(({ before, after }) => {
    const row = projects.get(before.id);
    return row === undefined ? [] : [{ row, before, after }];
  });
  for (const { row, before, after } of rows)
    await setPeriod(transaction, row, {
      startedAt: before.startedAt > after.startedAt ? before.startedAt : after.startedAt,
      endedAt: firstEnd(before.endedAt, after.endedAt),
    });
  for (const { row, after } of rows) changes.push(await setPeriod(transaction, row, after));
  for (const { userId, startedAt, endedAt } of added) {
    const [after] = await transaction.rowsOf<ProjectRow>(ADD_PERIOD, [
      clusterId,
      namespace,
      userId,
      startedAt,
      endedAt,
    ]);
    if (after === undefined) throw new Error('the project was not added');
    changes.push({ before: undefined, after });
  }
  return changes;
}

/** Of two ends; null is after everything. */
function firstEnd(a: string | null, b: string | null): string | null {
  return a === null ? b : b === null || a < b ? a : b;
}

/** Moves the usage of the time in which something changed, and writes down what was changed and why. */
async function finish(
  transaction: AuditedTransaction,
  { clusterId, namespace, eventId }: TakenReport,
  changes: readonly Change[],
): Promise<void> {
  if (changes.length === 0 || clusterId === null) return;
  const periods = changes.flatMap(({ before, after }) => (before === undefined ? [after] : [before, after]));
  const begins = periods.map(({ startedAt }) => startedAt);
  const ends = periods.map(({ endedAt }) => endedAt);
  const moved = await moveUsageOfNamespace(transaction, {
    clusterId,
    namespace,
    from: begins.includes(null) ? null : (begins.sort()[0] ?? null),
    until: ends.includes(null) ? null : (ends.sort().at(-1) ?? null),
  });
  for (const { before, after } of changes)
    await transaction.audit({
      action: 'report_project',
      entity: 'projects',
      entityId: after.id,
      before,
      after: { ...after, ...moved },
      reason: `reported by the cluster: ${eventId}`,
    });
}
