import { createEventMaker } from '@hopsmeter/client';
import { expect, it } from 'vitest';
import type { UnlistedProject } from './hopsworks-client.ts';
import { type KnownProjects, knownProjectsSchema, NO_PROJECTS } from './known-projects.ts';
import type { ListedProject } from './listed-project.ts';
import { planReports } from './plan-reports.ts';

const maker = createEventMaker('c1', '/collector/projects');

const PROJECT: ListedProject = {
  id: 119,
  name: 'recommender',
  namespace: 'recommender',
  owner: 'ada@example.com',
  createdAt: '2026-11-22T13:20:00Z',
};

const GONE: UnlistedProject = { kind: 'gone' };

/** Plays hours one after the other, the way a collector does: what is known goes through a file in between. */
function play(known: KnownProjects = NO_PROJECTS) {
  let kept = known;
  return (hour: number, listed: readonly ListedProject[], unlisted: Readonly<Record<number, UnlistedProject>> = {}) => {
    const said = new Map(Object.entries(unlisted).map(([id, each]) => [Number(id), each]));
    const plan = planReports(kept, { listed, unlisted: said, hour: `2026-11-22T${hour}:00:00Z` }, maker);
    kept = knownProjectsSchema.parse(JSON.parse(JSON.stringify(plan.known)));
    const reports = plan.events.map(({ time = '', data }) => ({
      who: `${data.projectId} ${data.namespace} ${data.owner}`,
      at: clock(time),
      from: clock(data.createdAt),
      ...(data.endedAt === undefined ? {} : { to: clock(data.endedAt) }),
    }));
    return { reports, faults: plan.quarantined.map(({ name, reason }) => `${name} ${reason}`) };
  };
}

const clock = (time: string) => time.slice(11, -4);

const NOTHING = { reports: [], faults: [] };

it('reports a new project once, from its creation on', () => {
  const next = play();
  expect(next(13, [PROJECT]).reports).toEqual([{ who: '119 recommender ada@example.com', at: '13:20', from: '13:20' }]);
  expect(next(13, [PROJECT])).toEqual(NOTHING);
  expect(next(14, [PROJECT])).toEqual(NOTHING);
});

it('makes the same report whoever asks in the same hour, with or without a memory', () => {
  const plan = (known: KnownProjects, hour: string) =>
    planReports(known, { listed: [PROJECT], unlisted: new Map(), hour }, maker);
  const first = plan(NO_PROJECTS, '2026-11-22T13:00:00Z');
  expect(plan(NO_PROJECTS, '2026-11-22T13:00:00Z')).toEqual(first);
  expect(first.events[0]?.id).toBe('project/recommender/119/2026-11-22T13:20:00Z');
  // Without a memory later: another id, because the owner may be another one by then.
  expect(plan(NO_PROJECTS, '2026-11-22T15:00:00Z').events).toMatchObject([
    { id: 'project/recommender/119/2026-11-22T15:00:00Z', data: { createdAt: '2026-11-22T13:20:00Z' } },
  ]);
});

it('bills the first hour of a project that is found after it, or gets its namespace late', () => {
  const next = play();
  expect(next(13, [{ ...PROJECT, namespace: undefined }])).toEqual({
    reports: [],
    faults: ['recommender namespace_missing'],
  });
  expect(next(14, [PROJECT]).reports).toMatchObject([{ at: '14:00', from: '13:20' }]);
});

it('keeps a project whose namespace or owner is not told for a while', () => {
  const next = play();
  next(13, [PROJECT]);
  expect(next(14, [{ ...PROJECT, namespace: undefined }]).faults).toEqual(['recommender namespace_missing']);
  expect(next(15, [{ ...PROJECT, owner: undefined }]).faults).toEqual(['recommender owner_missing']);
  expect(next(16, [PROJECT])).toEqual(NOTHING);
});

it('reports a new owner and a new name from the hour on', () => {
  const next = play();
  next(13, [PROJECT]);
  const sold = { ...PROJECT, owner: 'grace@example.com' };
  expect(next(14, [sold]).reports).toMatchObject([
    { who: '119 recommender grace@example.com', at: '14:00', from: '13:20' },
  ]);
  expect(next(15, [{ ...sold, name: 'renamed' }]).reports).toMatchObject([{ at: '15:00', from: '13:20' }]);
  expect(next(16, [{ ...sold, name: 'renamed' }])).toEqual(NOTHING);
});

it('never gives an id another content: what changes again within an hour is reported in the next', () => {
  const next = play();
  next(13, [PROJECT]);
  const second = { ...PROJECT, owner: 'grace@example.com' };
  const third = { ...PROJECT, owner: 'eve@example.com' };
  expect(next(13, [second])).toEqual(NOTHING);
  expect(next(14, [second]).reports).toMatchObject([{ who: '119 recommender grace@example.com', at: '14:00' }]);
  expect(next(14, [third])).toEqual(NOTHING);
  expect(next(15, [third]).reports).toMatchObject([{ who: '119 recommender eve@example.com', at: '15:00' }]);
});

it('ends no project because a list is empty, short, or cannot be checked', () => {
  const next = play();
  const other = { ...PROJECT, id: 120, name: 'other', namespace: 'other' };
  next(13, [PROJECT, other]);
  const unknown: UnlistedProject = { kind: 'unknown', detail: 'Hopsworks answered 500' };
  for (const hour of [14, 15, 16])
    expect(next(hour, [], { 119: unknown, 120: unknown })).toEqual({
      reports: [],
      faults: ['recommender not_listed', 'other not_listed'],
    });
  const there = { 119: { kind: 'there', project: PROJECT }, 120: { kind: 'there', project: other } } as const;
  expect(next(17, [], there)).toEqual(NOTHING);
  expect(next(18, [PROJECT, other])).toEqual(NOTHING);
});

it('ends a project that Hopsworks says is gone, with the hour in which that was found', () => {
  const next = play();
  next(13, [PROJECT]);
  expect(next(15, [], { 119: GONE })).toEqual(NOTHING);
  expect(next(15, [], { 119: GONE })).toEqual(NOTHING);
  // The collector was away for an hour.
  expect(next(17, [], { 119: GONE }).reports).toEqual([
    { who: '119 recommender ada@example.com', at: '16:00', from: '13:20', to: '16:00' },
  ]);
  expect(next(18, [])).toEqual(NOTHING);
});

it('ends no project that was gone for a moment only', () => {
  const next = play();
  next(13, [PROJECT]);
  next(14, [], { 119: GONE });
  next(14, [PROJECT]);
  expect(next(15, [PROJECT])).toEqual(NOTHING);
  expect(next(16, [], { 119: GONE })).toEqual(NOTHING);
  expect(next(17, [], { 119: GONE }).reports).toMatchObject([{ to: '17:00' }]);
});

it('reports the next project of a namespace at once, though the one before it is just gone', () => {
  const next = play();
  next(13, [PROJECT]);
  const heir = { ...PROJECT, id: 120, owner: 'grace@example.com', createdAt: '2026-11-22T13:40:00Z' };
  expect(next(13, [heir], { 119: GONE }).reports).toEqual([
    { who: '120 recommender grace@example.com', at: '13:40', from: '13:40' },
  ]);
  expect(next(14, [heir], { 119: GONE }).reports).toEqual([
    { who: '119 recommender ada@example.com', at: '14:00', from: '13:20', to: '14:00' },
  ]);
});

it('leaves a namespace that two projects have at the same time to the one that had it', () => {
  const next = play();
  next(13, [PROJECT]);
  const older = { ...PROJECT, id: 7, name: 'older', createdAt: '2026-01-01T00:00:00Z' };
  expect(next(14, [PROJECT, older])).toEqual({ reports: [], faults: ['older namespace_taken'] });
  expect(play()(13, [PROJECT, older])).toMatchObject({ reports: [{ who: '7 recommender ada@example.com' }] });
});

it('moves a project to another namespace within its time', () => {
  const next = play();
  next(13, [PROJECT]);
  const moved = { ...PROJECT, namespace: 'recommender-2' };
  expect(next(15, [moved]).reports).toEqual([{ who: '119 recommender-2 ada@example.com', at: '15:00', from: '15:00' }]);
  expect(next(16, [moved]).reports).toEqual([
    { who: '119 recommender ada@example.com', at: '16:00', from: '13:20', to: '16:00' },
  ]);
  expect(next(17, [moved])).toEqual(NOTHING);
});

it('changes nothing because of the projects of another Hopsworks', () => {
  const next = play();
  const other = { ...PROJECT, id: 120, name: 'other', namespace: 'other' };
  next(13, [PROJECT, other]);
  const foreign = { ...PROJECT, name: 'foreign', owner: 'eve@example.com', createdAt: '2026-03-01T00:00:00Z' };
  for (const hour of [14, 15, 16])
    expect(next(hour, [foreign], { 120: GONE })).toEqual({
      reports: [],
      faults: ['foreign another_project', 'other not_listed'],
    });
  expect(next(17, [PROJECT, other])).toEqual(NOTHING);
});

it('waits with a project that is created in the future', () => {
  const next = play();
  expect(next(12, [PROJECT]).faults).toEqual(['recommender created_in_future']);
  expect(next(13, [PROJECT]).reports).toHaveLength(1);
});
