import { z } from 'zod';
import { CliError } from '../cli-error.ts';

/** The api answers in milliseconds; this long is an api that is not well. */
const ANSWER_TIMEOUT_MS = 30_000;

/** More accounts than this do not fit on a screen. */
const ACCOUNTS_SHOWN_MAX = 20;

const money = z.string().regex(/^-?\d+\.\d{2}$/);

const accountsSchema = z.object({
  total: money,
  accounts: z.array(
    z.object({ id: z.string(), name: z.string().nullable(), email: z.string().nullable(), total: money }),
  ),
  nextCursor: z.string().nullish(),
});

const count = z.int().min(0);

const pipelineSchema = z.object({
  events: count,
  counted: count,
  duplicates: count,
  parked: count,
  parkedByReason: z.record(z.string(), count),
});

/** The accounts of a month: the largest ones, and the total of all. */
export type AccountsOfMonth = z.infer<typeof accountsSchema>;

/** What became of every event. */
export type PipelineCounts = Pick<z.infer<typeof pipelineSchema>, 'events' | 'counted' | 'duplicates' | 'parked'>;

export type Pipeline = z.infer<typeof pipelineSchema>;

export type ApiClient = {
  /** @param month `2026-11` */
  listAccounts(month: string): Promise<AccountsOfMonth>;
  readPipeline(): Promise<Pipeline>;
};

/** Asks the real api, as anybody would. */
export function createApiClient(url: string, serviceRoleKey: string): ApiClient {
  const get = async <T>(path: string, schema: z.ZodType<T>): Promise<T> => {
    const response = await fetch(url + path, {
      headers: { authorization: `Bearer ${serviceRoleKey}`, accept: 'application/json' },
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    const text = await response.text();
    if (!response.ok) throw new CliError(`The api answers ${response.status} to ${path}: ${text.slice(0, 300)}`);
    return schema.parse(JSON.parse(text));
  };
  return {
    listAccounts: (month) => get(`/v1/accounts?month=${month}&limit=${ACCOUNTS_SHOWN_MAX}`, accountsSchema),
    readPipeline: () => get('/v1/pipeline', pipelineSchema),
  };
}
