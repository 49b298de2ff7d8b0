import * as z from 'zod/mini';

const problemSchema = z.object({
  code: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.optional(z.string()),
  instance: z.optional(z.string()),
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

  constructor(
    problem: Pick<ApiProblem, 'code' | 'status' | 'title'> & Partial<Pick<ApiProblem, 'detail' | 'instance'>>,
  ) {
    super(problem.detail ?? problem.title);
    this.name = 'ApiProblem';
    this.code = problem.code;
    this.status = problem.status;
    this.title = problem.title;
    this.detail = problem.detail;
    this.instance = problem.instance;
  }

  /** Whether the same request may be answered later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Reads why a request failed; an answer that is no problem, such as a proxy's, still has its status. */
export async function readProblem(response: Response): Promise<ApiProblem> {
  const read = problemSchema.safeParse(await response.json().catch(() => undefined));
  if (read.success) return new ApiProblem({ ...read.data, status: response.status });
  const title = `The api answered ${response.status}`;
  return new ApiProblem({ code: 'UNKNOWN', status: response.status, title });
}

/** There was no answer at all. */
export function noAnswer(): ApiProblem {
  const detail = 'Look at your connection; nothing was lost.';
  return new ApiProblem({ code: 'NO_ANSWER', status: 0, title: 'The api does not answer', detail });
}

/** The answer is there, but not what this page understands. */
export function unexpectedAnswer(path: string): ApiProblem {
  const detail = `The answer of ${path} is not what this page expects. Reload it: there may be a newer one.`;
  return new ApiProblem({
    code: 'UNEXPECTED_ANSWER',
    status: 200,
    title: 'The page does not understand the api',
    detail,
  });
}
