import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Served, serve } from './serve.ts';

/** A project as Hopsworks has it. */
export type HopsworksProject = {
  readonly id: number;
  readonly name: string;
  readonly namespace?: string | null;
  readonly created: string | number;
  readonly creator: { readonly email?: string; readonly username?: string; readonly href?: string };
};

export type FakeHopsworks = Served & {
  /** What it has; a test changes it. */
  projects: readonly HopsworksProject[];
  /** E-mail addresses by the id of a user. */
  readonly users: Map<string, string>;
  readonly key: string;
  /** What its clock says; `undefined`: the real time. */
  time: string | undefined;
  /** Answers in its place; returns whether it did. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  /** Whether it divides its list into pages, as newer versions do, or answers with all of it each time. */
  isPaged: boolean;
  /** Paths that were asked for. */
  readonly paths: string[];
};

/** Hopsworks' REST API, as far as projects go: answers, errors and headers as the real one has them. */
export async function startFakeHopsworks(): Promise<FakeHopsworks> {
  const answer = (request: IncomingMessage, response: ServerResponse): unknown => {
    const url = new URL(request.url ?? '', 'http://hopsworks');
    fake.paths.push(`${url.pathname}${url.search}`);
    if (fake.time !== undefined) response.setHeader('date', new Date(fake.time).toUTCString());
    if (fake.intercept?.(request, response)) return undefined;
    if (request.headers.authorization !== `ApiKey ${fake.key}`)
      return send(response, 401, { errorCode: 320_004, usrMsg: 'Invalid API key', errorMsg: 'Unauthorized' });
    const [, id] = /^\/hopsworks-api\/api\/admin\/projects(?:\/(\d+))?$/.exec(url.pathname) ?? [];
    if (url.pathname === '/hopsworks-api/api/admin/projects') return sendList(response, url.searchParams);
    if (id !== undefined) {
      const project = fake.projects.find((each) => each.id === Number(id));
      if (project !== undefined) return send(response, 200, project);
      return send(response, 400, { errorCode: 150_004, usrMsg: `projectId: ${id}`, errorMsg: "Project wasn't found." });
    }
    const [, userId = ''] = /^\/hopsworks-api\/api\/admin\/users\/(\d+)$/.exec(url.pathname) ?? [];
    const email = fake.users.get(userId);
    if (email !== undefined) return send(response, 200, { id: Number(userId), email, username: `user${userId}` });
    return send(response, 404, {
      errorCode: 120_004,
      usrMsg: 'HTTP 404 Not Found',
      errorMsg: 'Web application exception',
    });
  };
  const sendList = (response: ServerResponse, asked: URLSearchParams): void => {
    const { projects, isPaged } = fake;
    const from = isPaged ? Number(asked.get('offset') ?? 0) : 0;
    const items = isPaged ? projects.slice(from, from + Number(asked.get('limit') ?? 1_000)) : projects;
    send(response, 200, { href: `${fake.url}/hopsworks-api/api/admin/projects`, items, count: projects.length });
  };
  const served = await serve(answer);
  const fake: FakeHopsworks = {
    ...served,
    projects: [],
    users: new Map(),
    key: 'hopsworks.key',
    time: undefined,
    intercept: undefined,
    isPaged: true,
    paths: [],
  };
  return fake;
}

export function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** A project of Ada's. */
export function projectOf(id: number, changes: Partial<HopsworksProject> = {}): HopsworksProject {
  return {
    id,
    name: `project_${id}`,
    namespace: `project-${id}`,
    created: '2026-11-01T08:36:00.000Z',
    creator: { email: 'ada@example.com', username: 'ada10000' },
    ...changes,
  };
}
