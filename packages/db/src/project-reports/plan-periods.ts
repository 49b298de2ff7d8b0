import { RequestError } from '@hopsmeter/usage';
import { doOverlap, type ReportedPeriod } from './project-spans.ts';

/** A project of the directory that follows reports. */
export type KnownPeriod = ReportedPeriod & { readonly id: string };

/** What has to be done so that the directory says what the reports say; what is so already is in none of them. */
export type PeriodPlan = {
  readonly changed: readonly { readonly before: KnownPeriod; readonly after: ReportedPeriod }[];
  readonly added: readonly ReportedPeriod[];
};

/**
 * Finds for each wanted period the known one that becomes it: of the same user with the same begin, or one that it
 * overlaps, so that usage keeps its project.
 *
 * @throws RequestError NAMESPACE_TAKEN when a known period would have nothing left: no project leaves the directory.
 */
export function planPeriods(known: readonly KnownPeriod[], wanted: readonly ReportedPeriod[]): PeriodPlan {
  const left = new Set(known);
  const changed: { before: KnownPeriod; after: ReportedPeriod }[] = [];
  const added: ReportedPeriod[] = [];
  for (const after of wanted) {
    const ofUser = [...left].filter(({ userId }) => userId === after.userId);
    const before =
      ofUser.find(({ startedAt }) => startedAt === after.startedAt) ?? ofUser.find((each) => doOverlap(each, after));
    if (before === undefined) added.push(after);
    else {
      left.delete(before);
      if (before.startedAt !== after.startedAt || before.endedAt !== after.endedAt) changed.push({ before, after });
    }
  }
  const [gone] = left;
  if (gone !== undefined) {
    const since = `of ${gone.userId} since ${gone.startedAt}`;
    throw new RequestError('NAMESPACE_TAKEN', `the project ${gone.id} ${since} would have nothing left`);
  }
  return { changed, added };
}
