import {
  type InfiniteData,
  keepPreviousData,
  type QueryKey,
  type UseInfiniteQueryResult,
  type UseMutationResult,
  type UseQueryResult,
  useInfiniteQuery,
  useMutation,
  useQueryClient,
  useQuery as useReactQuery,
} from '@tanstack/react-query';
import * as z from 'zod/mini';
import { type Query, withQuery } from '../address/addresses.ts';
import { accessToken, refuseAccessToken } from './access-token.ts';
import { type ApiProblem, noAnswer, readProblem, unexpectedAnswer } from './api-problem.ts';

/** A request that has no answer by then will not get one. */
const TIMEOUT_MS = 30_000;

/** The methods that change something. */
export type ChangeMethod = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export type Sending = {
  readonly method?: 'GET' | ChangeMethod;
  readonly body?: unknown;
  readonly accept?: string;
  readonly signal?: AbortSignal;
  /** Default {@link TIMEOUT_MS}. */
  readonly timeoutMs?: number;
};

/**
 * Asks the api with the access token. The browser keeps answers and asks with their ETag by itself.
 *
 * @throws ApiProblem for every answer that is not a success, and when there is none.
 */
export async function askApi(address: string, sending: Sending = {}): Promise<Response> {
  const { method = 'GET', body, accept = 'application/json', signal, timeoutMs = TIMEOUT_MS } = sending;
  const token = accessToken();
  const timeout = AbortSignal.timeout(timeoutMs);
  let response: Response;
  try {
    response = await fetch(address, {
      method,
      headers: {
        accept,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      // Our token is all that lets us in.
      credentials: 'omit',
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw noAnswer();
  }
  if (response.ok) return response;
  if (response.status === 401) refuseAccessToken();
  throw await readProblem(response);
}

/** Asks the api and reads its answer. @throws ApiProblem */
export async function readApi<S extends z.ZodMiniType>(
  address: string,
  schema: S,
  sending: Sending = {},
): Promise<z.output<S>> {
  const response = await askApi(address, sending);
  const read = schema.safeParse(await response.json().catch(() => undefined));
  if (!read.success) throw unexpectedAnswer(new URL(response.url).pathname);
  return read.data;
}

const schemaNumbers = new WeakMap<object, number>();
let schemaCount = 0;

/**
 * Tells schemas apart in the keys of answers: one that another view read at the same address, with a schema that leaves
 * something out, is another answer.
 */
function numberOf(schema: z.ZodMiniType): number {
  const known = schemaNumbers.get(schema);
  if (known !== undefined) return known;
  schemaCount += 1;
  schemaNumbers.set(schema, schemaCount);
  return schemaCount;
}

export type UseApiOptions = {
  /** False while something that the question needs is not known. */
  readonly enabled?: boolean;
  /** Asked again this often while the page is looked at. */
  readonly refetchMs?: number | undefined;
  /** Of a list: default {@link TIMEOUT_MS}. */
  readonly timeoutMs?: number;
};

/**
 * An answer of the api for a view: `useApi('/v1/accounts', { month }, accountsSchema)`. While the parameters change,
 * the answer to those before is still there (`isPlaceholderData`), so that a table does not jump. The schema is a
 * constant.
 */
export function useApi<S extends z.ZodMiniType>(
  path: string,
  params: Query,
  schema: S,
  { enabled = true, refetchMs }: UseApiOptions = {},
): UseQueryResult<z.output<S>, ApiProblem> {
  const address = withQuery(path, params);
  return useReactQuery<z.output<S>, ApiProblem>({
    queryKey: [path, address, numberOf(schema)],
    queryFn: ({ signal }) => readApi(address, schema, { signal }),
    enabled,
    placeholderData: keepPreviousData,
    ...(refetchMs === undefined ? {} : { refetchInterval: refetchMs }),
  });
}

/** Answers of lists name where the next page begins. */
const pageSchema = z.looseObject({ nextCursor: z.optional(z.string()) });

/**
 * A list of the api, page by page: `data.pages` are the answers so far, `fetchNextPage()` asks for the next one while
 * `hasNextPage`. The list begins anew when the parameters change.
 */
export function useApiPages<S extends z.ZodMiniType>(
  path: string,
  params: Query,
  schema: S,
  { enabled = true, refetchMs, timeoutMs = TIMEOUT_MS }: UseApiOptions = {},
): UseInfiniteQueryResult<InfiniteData<z.output<S>>, ApiProblem> {
  return useInfiniteQuery<z.output<S>, ApiProblem, InfiniteData<z.output<S>>, QueryKey, string | undefined>({
    queryKey: [path, withQuery(path, params), 'pages', numberOf(schema)],
    queryFn: ({ pageParam, signal }) =>
      readApi(withQuery(path, { ...params, cursor: pageParam }), schema, { signal, timeoutMs }),
    initialPageParam: undefined,
    getNextPageParam: (page) => pageSchema.parse(page).nextCursor,
    enabled,
    placeholderData: keepPreviousData,
    ...(refetchMs === undefined ? {} : { refetchInterval: refetchMs }),
  });
}

/**
 * Sends a change: `mutate(body)`. Afterwards every answer below the `touches` paths is asked for again.
 */
export function useSend<S extends z.ZodMiniType, Body>(
  method: ChangeMethod,
  path: string,
  schema: S,
  touches: readonly string[] = [],
): UseMutationResult<z.output<S>, ApiProblem, Body> {
  const client = useQueryClient();
  return useMutation<z.output<S>, ApiProblem, Body>({
    mutationFn: (body) => readApi(path, schema, { method, body }),
    onSuccess: () => Promise.all(touches.map((touched) => client.invalidateQueries({ queryKey: [touched] }))),
  });
}
