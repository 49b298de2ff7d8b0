import * as z from 'zod/mini';

const problemSchema = z.object({
  code: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.optional(z.string()),
  instance: z.optional(z.string()),
  errors: z.optional(
    z.array(
      z.object({ parameter: z.optional(z.string()), pointer: z.optional(z.string()), detail: z.optional(z.string()) }),
    ),
  ),
});

/** What the api refused or could not do. `code` decides, the texts are for people. */
export class ApiProblem extends Error {
  readonly code: string;
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly title: string;
  readonly detail: string | undefined;
  /** Names the request in the api's logs. */
  readonly instance: string | undefined;
  /** What exactly is wrong with a request, one sentence each. */
  readonly items: readonly string[];
  /** What is wrong with a field of a form, by its name: `reason`. */
  readonly fields: ReadonlyMap<string, string>;

  constructor(
    problem: Pick<ApiProblem, 'code' | 'status' | 'title'> &
      Partial<Pick<ApiProblem, 'detail' | 'instance' | 'items' | 'fields'>>,
  ) {
    super(problem.detail ?? problem.title);
    this.name = 'ApiProblem';
    this.code = problem.code;
    this.status = problem.status;
    this.title = problem.title;
    this.detail = problem.detail;
    this.instance = problem.instance;
    this.items = problem.items ?? [];
    this.fields = problem.fields ?? new Map();
  }

  /** Whether the same request may be answered later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Reads why a request failed; an answer that is no problem, such as a proxy's, still has its status. */
export async function readProblem(response: Response): Promise<ApiProblem> {
  const read = problemSchema.safeParse(await response.json().catch(() => undefined));
  if (read.success) {
    const { errors = [], ...problem } = read.data;
    const items = errors.flatMap(({ parameter, pointer, detail }) =>
      detail === undefined ? [] : [sayItem(parameter ?? pointer, detail)],
    );
    const fields = errors.flatMap(({ pointer, detail }): [string, string][] =>
      pointer === undefined || detail === undefined ? [] : [[nameOf(pointer), detail]],
    );
    return new ApiProblem({ ...problem, items, fields: new Map(fields), status: response.status });
  }
  const title = `The API answered ${response.status}`;
  return new ApiProblem({ code: 'UNKNOWN', status: response.status, title });
}

/** @param place a parameter, or the pointer of a field such as `/reason`. */
function sayItem(place: string | undefined, detail: string): string {
  const name = nameOf(place ?? '');
  return name === '' ? detail : `${name}: ${detail}`;
}

function nameOf(place: string): string {
  return place.replace(/^\//, '');
}

/** There was no answer at all. */
export function noAnswer(): ApiProblem {
  if (!navigator.onLine) {
    const detail = 'This device has no network connection. Nothing was lost; try again when it is back.';
    return new ApiProblem({ code: 'OFFLINE', status: 0, title: 'You are offline', detail });
  }
  const detail = 'Check your connection. Nothing was lost.';
  return new ApiProblem({ code: 'NO_ANSWER', status: 0, title: 'The API is not responding', detail });
}

/** The answer is there, but not what this page understands. */
export function unexpectedAnswer(path: string): ApiProblem {
  const detail = `This page cannot read the answer of ${path}. Reload it: there may be a newer version.`;
  return new ApiProblem({
    code: 'UNEXPECTED_ANSWER',
    status: 200,
    title: 'This page and the API do not match',
    detail,
  });
}
