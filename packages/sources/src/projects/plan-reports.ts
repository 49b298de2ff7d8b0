import type { EventMaker, ProjectEvent } from '@hopsmeter/client';
import { groupBy } from '@hopsmeter/usage';
import { endOfHour } from '../asking/utc-hour.ts';
import type { QuarantinedRow } from '../source.ts';
import { chooseHolders } from './choose-holders.ts';
import { type Fault, findFault, isBefore, isSame } from './find-fault.ts';
import type { UnlistedProject } from './hopsworks-client.ts';
import type { KnownProject, KnownProjects } from './known-projects.ts';
import type { ListedProject } from './listed-project.ts';

/** What Hopsworks said in an hour. */
export type ProjectAnswer = {
  readonly listed: readonly ListedProject[];
  /** What it said of each known project that is not listed, by id. */
  readonly unlisted: ReadonlyMap<number, UnlistedProject>;
  /** Start of the hour that it is now. */
  readonly hour: string;
};

export type ReportPlan = {
  /** In the order of their ids. */
  readonly events: readonly ProjectEvent[];
  readonly quarantined: readonly QuarantinedRow[];
  /** What is known once the events are safe. */
  readonly known: KnownProjects;
};

/**
 * Finds what has to be reported so that hopsmeter knows all projects as they are now. Pure.
 *
 * - The time of a report is the start of the hour, or the creation where that was in this hour. So whoever asks in the
 *   same hour makes the same report, and because the first owner has a project from its creation on, its first hour is
 *   billed however late it was found.
 * - What changes a second time within an hour is reported in the next one: the same id never has another content.
 * - A project has ended when Hopsworks says that this project does not exist, and only then: a list may be empty, short
 *   or that of another Hopsworks. The end is that of the hour in which it was found, so that its last hour is billed.
 */
export function planReports(known: KnownProjects, answer: ProjectAnswer, maker: EventMaker): ReportPlan {
  const { hour } = answer;
  const listed = [...answer.listed, ...[...answer.unlisted.values()].flatMap(projectOf)];
  const knownById = groupBy(known.projects, ({ id }) => String(id));
  const entriesOf = ({ id }: ListedProject) => knownById.get(String(id)) ?? [];
  const holders = chooseHolders(listed, (project) =>
    entriesOf(project).some(({ namespace }) => namespace === project.namespace),
  );
  const plan = createPlan(maker);
  const listedIds = new Set(listed.map(({ id }) => id));
  // The ids of another Hopsworks, or of a database that was set back, say nothing of the projects that are known.
  const isOther = listed.some((project) => entriesOf(project).some((each) => !isSame(each, project)));

  for (const project of listed) {
    const entries = entriesOf(project);
    const fault = findFault(project, { entries, holders, hour });
    if (fault !== undefined) {
      plan.quarantine(project.name, fault);
      plan.keep(entries);
      continue;
    }
    const { namespace = '', owner = '' } = project;
    const entry = entries.find((each) => each.namespace === namespace);
    planPresent(plan, { ...project, namespace, owner }, { entry, isMoved: entries.length > 0, hour });
    for (const left of entries) if (left !== entry) planGone(plan, left, hour);
  }
  for (const entry of known.projects.filter(({ id }) => !listedIds.has(id))) {
    const said = answer.unlisted.get(entry.id);
    if (said?.kind === 'gone' && !isOther) planGone(plan, entry, hour);
    else {
      const detail = said?.kind === 'unknown' ? said.detail : 'Hopsworks is taken for another one';
      plan.quarantine(entry.name, { reason: 'not_listed', detail: `project ${entry.id} is not listed: ${detail}` });
      plan.keep([entry]);
    }
  }
  return plan.finish();
}

type Present = ListedProject & { readonly namespace: string; readonly owner: string };

type Plan = ReturnType<typeof createPlan>;

function createPlan(maker: EventMaker) {
  const events: ProjectEvent[] = [];
  const quarantined: QuarantinedRow[] = [];
  const projects: KnownProject[] = [];
  return {
    keep: (entries: readonly KnownProject[]) => projects.push(...entries),
    quarantine: (name: string, fault: Fault) => quarantined.push({ name, ...fault }),
    report({ id, namespace, name, owner, since }: KnownProject, time: string, endedAt?: string): void {
      const report = { namespace, projectName: name, projectId: id, owner, time, createdAt: since };
      events.push(maker.project(endedAt === undefined ? report : { ...report, endedAt }));
    },
    finish: (): ReportPlan => ({
      events: events.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      quarantined,
      known: {
        projects: projects.toSorted((a, b) => a.id - b.id || (a.namespace < b.namespace ? -1 : 1)),
      },
    }),
  };
}

function planPresent(
  plan: Plan,
  { id, namespace, name, owner, createdAt }: Present,
  { entry, isMoved, hour }: { entry: KnownProject | undefined; isMoved: boolean; hour: string },
): void {
  const since = entry?.since ?? (isMoved ? later(hour, createdAt) : createdAt);
  const time = later(hour, since);
  const after = { id, namespace, name, owner, createdAt, since, reportedAt: time };
  if (entry !== undefined) {
    const { goneSince, ...before } = entry;
    const isKnown = before.name === name && before.owner === owner;
    if (isKnown || !isBefore(before.reportedAt, time)) {
      plan.keep([before]);
      return;
    }
  }
  plan.keep([after]);
  plan.report(after, time);
}

/** Waits for the end of the hour in which it was first found to be gone, then reports the end. */
function planGone(plan: Plan, entry: KnownProject, hour: string): void {
  const goneSince = entry.goneSince ?? hour;
  const endedAt = endOfHour(goneSince);
  if (isBefore(hour, endedAt)) plan.keep([{ ...entry, goneSince }]);
  else plan.report(entry, endedAt, endedAt);
}

function projectOf(said: UnlistedProject): readonly ListedProject[] {
  return said.kind === 'there' ? [said.project] : [];
}

function later(a: string, b: string): string {
  return isBefore(a, b) ? b : a;
}
