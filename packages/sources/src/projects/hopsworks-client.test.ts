import {
  type FakeHopsworks,
  type HopsworksProject,
  projectOf,
  send,
  startFakeHopsworks,
} from '@hopsmeter/test/support/sources/fake-hopsworks.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHopsworksClient, type HopsworksOptions } from './hopsworks-client.ts';

let fake: FakeHopsworks;

beforeEach(async () => {
  fake = await startFakeHopsworks();
});

afterEach(() => fake.close());

const { signal } = new AbortController();

const clientOf = (changes: Partial<HopsworksOptions> = {}) =>
  createHopsworksClient({ url: `${fake.url}/`, readKey: async () => fake.key, ...changes });

const ADA = { namespace: 'project-1', owner: 'ada@example.com', createdAt: '2026-11-01T08:36:00Z' };

it('lists projects with the namespaces that Hopsworks tells, never derived from names', async () => {
  fake.time = '2026-11-22T13:20:00Z';
  fake.projects = [projectOf(2, { name: 'a_b', namespace: 'a-b-x1' }), projectOf(1, { namespace: null })];
  expect(await clientOf().listProjects(signal)).toEqual({
    projects: [
      { ...ADA, id: 1, name: 'project_1', namespace: undefined },
      { ...ADA, id: 2, name: 'a_b', namespace: 'a-b-x1' },
    ],
    unreadable: [],
    serverTime: Date.UTC(2026, 10, 22, 13, 20),
  });
});

it.each([
  ['divides its list into pages', true],
  ['answers with all of it whatever page is asked for', false],
])('lists each project once from a Hopsworks that %s', async (_, isPaged) => {
  fake.isPaged = isPaged;
  fake.projects = Array.from({ length: 7 }, (__, place) => projectOf(place));
  const { projects } = await clientOf({ pageSize: 3 }).listProjects(signal);
  expect(projects.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

it('reads a list without its number to the end', async () => {
  const all = Array.from({ length: 5 }, (_, place) => projectOf(place));
  fake.intercept = ({ url = '' }, response) => {
    const offset = Number(new URL(url, fake.url).searchParams.get('offset'));
    send(response, 200, all.slice(offset, offset + 2));
    return true;
  };
  expect((await clientOf({ pageSize: 1_000 }).listProjects(signal)).projects).toHaveLength(5);
});

it.each<[string, unknown]>([
  ['a list that is shorter than it says', { items: [projectOf(1)], count: 2 }],
  ['something that is no list', {}],
  ['an error with the status of an answer', { errorCode: 150_001, errorMsg: 'x' }],
])('takes %s for no list', async (_, body) => {
  fake.intercept = (__, response) => {
    send(response, 200, body);
    return true;
  };
  await expect(clientOf().listProjects(signal)).rejects.toMatchObject({ code: 'ANSWER_UNREADABLE' });
});

it('fails when a page fails', async () => {
  fake.projects = Array.from({ length: 4 }, (_, place) => projectOf(place));
  fake.intercept = ({ url = '' }, response) => {
    if (url.includes('offset=0')) return false;
    send(response, 500, { errorMsg: 'Transaction aborted' });
    return true;
  };
  await expect(clientOf({ pageSize: 2 }).listProjects(signal)).rejects.toMatchObject({ code: 'ANSWER_FAILED' });
});

it('knows that a Hopsworks without projects has none', async () => {
  expect((await clientOf().listProjects(signal)).projects).toEqual([]);
  fake.intercept = (_, response) => {
    send(response, 200, { href: 'x', count: 0 });
    return true;
  };
  expect((await clientOf().listProjects(signal)).projects).toEqual([]);
});

it('asks for an owner whom the list does not describe, once for all of their projects', async () => {
  const creator = { href: 'http://hopsworks/hopsworks-api/api/users/10182' };
  fake.users.set('10182', 'grace@example.com');
  fake.projects = [
    projectOf(1, { creator }),
    projectOf(2, { creator }),
    projectOf(3, { creator: { username: 'eve' } }),
  ];
  const { projects } = await clientOf().listProjects(signal);
  expect(projects.map(({ owner }) => owner)).toEqual(['grace@example.com', 'grace@example.com', 'eve']);
  expect(fake.paths.filter((path) => path.includes('/users/'))).toHaveLength(1);
});

it.each<[string | number, string]>([
  ['2025-10-31T08:36:00Z', '2025-10-31T08:36:00Z'],
  ['2025-10-31T08:36:00.120+0200', '2025-10-31T06:36:00.120Z'],
  ['2025-10-31T08:36:00', '2025-10-31T08:36:00Z'],
  [1_761_899_760_000, '2025-10-31T08:36:00Z'],
])('reads the creation %s', async (created, createdAt) => {
  fake.projects = [projectOf(1, { created })];
  expect((await clientOf().listProjects(signal)).projects).toMatchObject([{ createdAt }]);
});

it('says of a project that it cannot read why, and reads the others', async () => {
  const odd = { ...projectOf(1), created: 'last week' } satisfies HopsworksProject;
  fake.projects = [odd, projectOf(2)];
  const { projects, unreadable } = await clientOf().listProjects(signal);
  expect(projects).toHaveLength(1);
  expect(unreadable).toEqual([
    {
      name: 'project_1',
      reason: 'unreadable',
      detail: expect.stringContaining('whose created cannot be read: not a time since 1970'),
    },
  ]);
});

it('reads its key for each question, so that it can be changed without a restart', async () => {
  const client = clientOf();
  await client.listProjects(signal);
  Object.assign(fake, { key: 'another.key' });
  await expect(client.listProjects(signal)).resolves.toMatchObject({ projects: [] });
  await expect(clientOf({ readKey: async () => 'old' }).listProjects(signal)).rejects.toMatchObject({
    code: 'ACCESS_DENIED',
    message: expect.stringContaining('Invalid API key'),
  });
});

it('takes a project for gone only where Hopsworks says that it was not found', async () => {
  fake.projects = [projectOf(1)];
  expect(await clientOf().askForProjects([1, 2], signal)).toEqual([
    { kind: 'there', project: { ...ADA, id: 1, name: 'project_1' } },
    { kind: 'gone' },
  ]);
  const statuses: [number, string][] = [
    [404, '<html>no such page</html>'],
    [404, '{"errorCode":120004,"errorMsg":"Web application exception occurred"}'],
    [400, '{"errorCode":120007}'],
    [403, '{"errorCode":200003}'],
    [500, ''],
    [200, 'null'],
  ];
  for (const [status, body] of statuses) {
    fake.intercept = (_, response) => {
      response.writeHead(status).end(body);
      return true;
    };
    expect(await clientOf().askForProjects([2], signal)).toMatchObject([{ kind: 'unknown' }]);
  }
});
