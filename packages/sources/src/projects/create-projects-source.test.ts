import {
  type FakeHopsworks,
  projectOf,
  send,
  startFakeHopsworks,
} from '@hopsmeter/test/support/sources/fake-hopsworks.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createProjectsSource } from './create-projects-source.ts';
import { createHopsworksClient } from './hopsworks-client.ts';
import { type KnownProjects, NO_PROJECTS } from './known-projects.ts';

let fake: FakeHopsworks;
let known: KnownProjects;

beforeEach(async () => {
  fake = await startFakeHopsworks();
  known = NO_PROJECTS;
});

afterEach(() => fake.close());

const { signal } = new AbortController();

const hourOf = (hour: number) => ({ start: `2026-11-22T${hour}:00:00Z`, end: `2026-11-22T${hour + 1}:00:00Z` });

const sourceOf = () =>
  createProjectsSource({
    clusterId: 'c1',
    hopsworks: createHopsworksClient({ url: fake.url, readKey: async () => fake.key }),
  });

/** Asks within an hour, for Hopsworks' clock too. */
async function report(hour: number) {
  fake.time = `2026-11-22T${hour}:25:00Z`;
  const reported = await sourceOf().report(known, hourOf(hour), signal);
  known = reported.known;
  return reported;
}

it('reports a project with its namespace, creation and owner', async () => {
  fake.projects = [projectOf(119, { name: 'a_b', namespace: 'a-b', created: '2026-11-22T13:20:00.000Z' })];
  const { events, quarantined, ignored } = await report(13);
  expect(events).toEqual([
    {
      specversion: '1.0',
      id: 'project/a-b/119/2026-11-22T13:20:00Z',
      source: 'urn:hopsworks:cluster:c1/collector/projects',
      type: 'ai.hopsworks.usage.project.v1',
      time: '2026-11-22T13:20:00Z',
      data: {
        namespace: 'a-b',
        projectName: 'a_b',
        projectId: 119,
        owner: 'ada@example.com',
        createdAt: '2026-11-22T13:20:00Z',
      },
    },
  ]);
  expect([...quarantined, ...ignored]).toEqual([]);
  expect((await report(13)).events).toEqual([]);
  expect(await sourceOf().collect(hourOf(13), signal)).toEqual({ events, quarantined: [], ignored: [] });
});

it('never takes away a project because its list is empty, short, cut off, or of a page that failed', async () => {
  const all = [projectOf(1), projectOf(2)];
  fake.projects = all;
  await report(13);
  const faults: ((response: Parameters<typeof send>[0]) => void)[] = [
    (response) => send(response, 200, { items: [], count: 0 }),
    (response) => send(response, 200, { items: [all[0]], count: 1 }),
    (response) => send(response, 200, { items: [all[0]], count: 2 }),
    (response) => send(response, 500, {}),
    (response) => send(response, 404, { errorCode: 120_004 }),
    (response) => response.writeHead(200, { 'content-length': '900' }).write('{"items":[', () => response.destroy()),
  ];
  for (const [place, fault] of faults.entries()) {
    fake.intercept = ({ url = '' }, response) => {
      // The list, and not what is asked of one project.
      if (url.includes('/projects/')) return false;
      fault(response);
      return true;
    };
    const before = known;
    const events = await report(14 + place).then(
      (reported) => reported.events,
      () => [],
    );
    expect(events).toEqual([]);
    expect(known).toEqual(before);
  }
  fake.intercept = undefined;
  expect((await report(22)).events).toEqual([]);
});

it('ends a project once Hopsworks says itself that it is not there', async () => {
  fake.projects = [projectOf(1), projectOf(2)];
  await report(13);
  fake.projects = [projectOf(2)];
  expect((await report(14)).events).toEqual([]);
  expect((await report(15)).events).toMatchObject([
    { time: '2026-11-22T15:00:00Z', data: { projectId: 1, endedAt: '2026-11-22T15:00:00Z' } },
  ]);
  expect(known.projects.map(({ id }) => id)).toEqual([2]);
});

it('reports nothing for an hour that it is not for Hopsworks', async () => {
  fake.time = '2026-11-22T12:59:00Z';
  await expect(sourceOf().report(known, hourOf(13), signal)).rejects.toMatchObject({ code: 'CLOCK_DIFFERS' });
});
