/** What a cluster said of a project. Moments are RFC 3339 with six decimals, so they are compared as texts. */
export type ProjectReport = {
  readonly eventKey: string;
  /** The number that Hopsworks gave the project. */
  readonly projectNumber: string;
  readonly userId: string;
  readonly reportedAt: string;
  readonly createdAt: string;
  readonly endedAt: string | null;
};

/** A time; null: it goes on. */
export type Span = { readonly startedAt: string; readonly endedAt: string | null };

/** A time in which a user has a namespace. */
export type ReportedPeriod = Span & { readonly userId: string };

/** A project of a namespace: from its creation to its end, or to the creation of the next one. */
export type ProjectSpan = Span & {
  readonly projectNumber: string;
  /** Whose it was, one after the other. */
  readonly periods: readonly ReportedPeriod[];
};

/**
 * The projects of a namespace as all reports of it say, one after the other. The same reports make the same projects,
 * in whatever order they came.
 *
 * Of a project the latest report says when it was created and when it ended. Its first owner had it from its creation,
 * each other one from the time of the first report that names them.
 */
export function findSpans(reports: readonly ProjectReport[]): readonly ProjectSpan[] {
  const byProject = new Map<string, ProjectReport[]>();
  for (const report of reports.toSorted(compareReports))
    byProject.set(report.projectNumber, [...(byProject.get(report.projectNumber) ?? []), report]);
  const projects = [...byProject.values()]
    .flatMap((ofProject) => {
      const latest = ofProject.at(-1);
      return latest === undefined ? [] : [{ latest, reports: ofProject }];
    })
    .sort((a, b) => compare(a.latest.createdAt, b.latest.createdAt) || compareReports(a.latest, b.latest));
  return projects.map(({ latest, reports: ofProject }, place) => {
    const { projectNumber, createdAt: startedAt } = latest;
    const endedAt = earlierEnd(latest.endedAt, projects[place + 1]?.latest.createdAt ?? null);
    return { projectNumber, startedAt, endedAt, periods: findPeriods(ofProject, { startedAt, endedAt }) };
  });
}

/** Whether two times have a moment in common. */
export function doOverlap(a: Span, b: { readonly startedAt: string | null; readonly endedAt: string | null }): boolean {
  return (
    (b.startedAt === null || a.endedAt === null || b.startedAt < a.endedAt) &&
    (b.endedAt === null || b.endedAt > a.startedAt)
  );
}

/** What of the owners one after the other lies in the project's time. */
function findPeriods(reports: readonly ProjectReport[], { startedAt, endedAt }: Span): readonly ReportedPeriod[] {
  const owners = reports.filter(({ userId }, place) => userId !== reports[place - 1]?.userId);
  return owners
    .map(({ userId, reportedAt }, place) => ({
      userId,
      startedAt: place === 0 || reportedAt < startedAt ? startedAt : reportedAt,
      endedAt: earlierEnd(owners[place + 1]?.reportedAt ?? null, endedAt),
    }))
    .filter((period) => period.endedAt === null || period.endedAt > period.startedAt);
}

function compareReports(a: ProjectReport, b: ProjectReport): number {
  return compare(a.reportedAt, b.reportedAt) || compare(a.eventKey, b.eventKey);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Of two ends; null is after everything. */
function earlierEnd(a: string | null, b: string | null): string | null {
  return a === null ? b : b === null || a < b ? a : b;
}
