import { answerJson, type Health, startAnsweringServer } from './answering-server.ts';

export type ServedProject = {
  readonly id: number;
  readonly name: string;
  readonly namespace: string;
  readonly owner: string;
  readonly created: string;
};

export type HopsworksOptions = {
  /** Asked at each request. */
  readonly projects: () => readonly ServedProject[];
  readonly now: () => number;
  readonly health: () => Health;
};

/** The part of the Hopsworks REST API that lists projects. */
export function startHopsworks({ projects, now, health }: HopsworksOptions) {
  return startAnsweringServer({
    now,
    health,
    answer(request, response) {
      const url = new URL(request.url ?? '/', 'http://hopsworks');
      if (request.headers.authorization !== 'ApiKey of-the-test') {
        response.writeHead(401).end();
        return;
      }
      const id = /\/admin\/projects\/(\d+)$/.exec(url.pathname)?.[1];
      const items = projects().map(({ owner, ...project }) => ({ ...project, creator: { email: owner } }));
      if (id === undefined) {
        const offset = Number(url.searchParams.get('offset') ?? 0);
        answerJson(response, { count: items.length, items: offset === 0 ? items : [] });
        return;
      }
      const item = items.find((project) => project.id === Number(id));
      if (item !== undefined) answerJson(response, item);
      else {
        response.writeHead(404, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ errorCode: 150_004, errorMsg: "Project wasn't found." }));
      }
    },
  });
}
