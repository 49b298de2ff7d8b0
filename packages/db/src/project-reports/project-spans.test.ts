import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planPeriods } from './plan-periods.ts';
import { findSpans, type ProjectReport } from './project-spans.ts';

const HOURS = 24;
const at = (hour: number): string => `2026-11-22T${String(hour).padStart(2, '0')}:00:00.000000Z`;

type Told = { project: number; user: number; created: number; reported: number; ended: number | null };

const told: fc.Arbitrary<Told> = fc
  .record({
    project: fc.integer({ min: 0, max: 2 }),
    user: fc.integer({ min: 0, max: 2 }),
    times: fc.uniqueArray(fc.integer({ min: 0, max: HOURS - 1 }), { minLength: 3, maxLength: 3 }),
    isEnded: fc.boolean(),
  })
  .map(({ project, user, times, isEnded }) => {
    const [created = 0, ended = 0, reported = 0] = times.toSorted((a, b) => a - b);
    return { project, user, created, reported, ended: isEnded ? ended : null };
  });

/** No two at one time. */
const reports = fc.uniqueArray(told, { selector: ({ reported }) => reported, maxLength: 8 });

function toReport({ project, user, created, reported, ended }: Told): ProjectReport {
  return {
    eventKey: `${reported}`,
    projectNumber: `${project}`,
    userId: `user ${user}`,
    reportedAt: at(reported),
    createdAt: at(created),
    endedAt: ended === null ? null : at(ended),
  };
}

/** Whose the namespace is in an hour, asked anew for each hour. */
function holderIn(all: readonly Told[], hour: number): string | undefined {
  const latest = (project: number) =>
    all.filter((each) => each.project === project).reduce((a, b) => (a.reported > b.reported ? a : b));
  const begun = [...new Set(all.map(({ project }) => project))]
    .map(latest)
    .filter(({ created }) => created <= hour)
    .sort((a, b) => b.created - a.created || b.reported - a.reported);
  const [current] = begun;
  if (current === undefined || (current.ended !== null && current.ended <= hour)) return undefined;
  const ofProject = all.filter(({ project }) => project === current.project);
  const known = ofProject.filter(({ reported }) => reported <= hour);
  const named =
    known.length > 0
      ? known.reduce((a, b) => (a.reported > b.reported ? a : b))
      : ofProject.reduce((a, b) => (a.reported < b.reported ? a : b));
  return `user ${named.user}`;
}

describe('the projects of a namespace', () => {
  it('are those that its reports say in every hour, in whatever order they come', () => {
    fc.assert(
      fc.property(
        reports.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, shuffled]) => {
          const spans = findSpans(shuffled.map(toReport));
          expect(spans).toEqual(findSpans(all.map(toReport)));
          const periods = spans.flatMap((span) => span.periods);
          for (let hour = 0; hour < HOURS; hour++) {
            const holders = periods.filter(
              ({ startedAt, endedAt }) => startedAt <= at(hour) && (endedAt === null || endedAt > at(hour)),
            );
            expect(holders.map(({ userId }) => userId)).toEqual([holderIn(all, hour) ?? []].flat());
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a plan', () => {
  const period = (userId: string, from: number, until: number | null) => ({
    userId,
    startedAt: at(from),
    endedAt: until === null ? null : at(until),
  });

  it('leaves what is so already, changes what is a part of it, and adds the rest', () => {
    const known = [
      { id: '1', ...period('a', 1, 3) },
      { id: '2', ...period('b', 3, null) },
    ];
    const wanted = [period('a', 1, 3), period('b', 5, null), period('c', 3, 5)];
    expect(planPeriods(known, wanted)).toEqual({
      changed: [{ before: known[1], after: wanted[1] }],
      added: [wanted[2]],
    });
  });

  it('is refused when a project would have nothing left', () => {
    expect(() => planPeriods([{ id: '1', ...period('a', 1, 3) }], [period('b', 1, 3)])).toThrow('nothing left');
  });
});
