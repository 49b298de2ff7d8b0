import { loadDemo, type PreparedDemo, prepareDemo } from '@hopsmeter/demo';
import { createQueueInspector } from '@hopsmeter/queue';
import { MICROS_PER_MS } from '@hopsmeter/usage';
import { z } from 'zod';
import { type Pipeline, SERVICE_ROLE_KEY, startPipeline } from '../../harness/pipeline.ts';
import { one } from '../../harness/world.ts';
import { addHostileDirectory } from './hostile.ts';
import { addMoney, type Money } from './money.ts';

/** The pipeline with the demo in it, everything posted through ingest, and what a page must be able to show. */
export type DemoStack = Stack & {
  readonly demo: PreparedDemo;
  readonly money: Money;
};

/** The pipeline with an api that serves the page and lets anyone sign in as any user. */
export type Stack = {
  readonly pipeline: Pipeline;
  /** Where the page is. */
  readonly url: string;
  /** Every line that the api wrote, from the least important on. */
  readonly apiLog: readonly string[];
  /** Asks the api with the key that may do everything. @throws when the answer is no success. */
  ask(path: string, method?: string, body?: unknown): Promise<unknown>;
  close(): Promise<void>;
};

/** As the api is told it. */
const STATEMENT_ISSUER = 'Example Cloud AB|Storgatan 1|111 22 Stockholm';

/** Only the api has it: no worker sends anything to the webhooks that a test creates. */
const WEBHOOK_SIGNING_KEY = Buffer.alloc(32, 7).toString('base64');

export type StackOptions = {
  readonly workers?: number;
  /** URL of an application's database, to compare with. */
  readonly applicationUrl?: string | undefined;
};

/** Starts the pipeline, without anything in it. `services/dashboard/dist` must be built. */
export async function startStack({ workers = 1, applicationUrl }: StackOptions = {}): Promise<Stack> {
  const apiLog: string[] = [];
  const pipeline = await startPipeline({
    workers,
    ingests: workers === 0 ? 0 : 1,
    apis: 1,
    apiSettings: {
      ...{ API_DEVELOPMENT_SIGN_IN: 'true', LOG_LEVEL: 'trace', STATEMENT_ISSUER, WEBHOOK_SIGNING_KEY },
      ...(applicationUrl === undefined ? {} : { DIRECTORY_SOURCE_URL: applicationUrl }),
    },
    onApiLine: (line) => apiLog.push(line),
  });
  const { url } = one(pipeline.apis);
  return {
    pipeline,
    url,
    apiLog,
    async ask(path, method = 'GET', body) {
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${SERVICE_ROLE_KEY}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return z.json().parse(JSON.parse(text));
    },
    close: pipeline.close,
  };
}

/**
 * Starts the pipeline with the demo, and money that moved in every way.
 *
 * @param isHostile also with names that attack whoever shows them. Without them pictures of the page can be shown
 * around.
 */
export async function startDemoStack({
  isHostile = false,
  applicationUrl,
}: Pick<StackOptions, 'applicationUrl'> & { readonly isHostile?: boolean } = {}): Promise<DemoStack> {
  const stack = await startStack({ applicationUrl });
  const { pipeline } = stack;
  const { pool, directory } = pipeline;
  const queue = createQueueInspector({
    redisUrl: pipeline.redis.url,
    logger: { info: silent, warn: silent, error: silent },
  });
  try {
    const now = Date.now();
    const demo = await prepareDemo({ pool, directory, now: now * MICROS_PER_MS });
    if (demo === undefined) throw new Error('the database is not empty');
    const hostile = isHostile ? await addHostileDirectory(pool) : undefined;
    const { recorded } = await loadDemo(demo, {
      pool,
      ingestUrl: one(pipeline.ingests).url,
      signal: new AbortController().signal,
      isQueueEmpty: async () => {
        const { waiting, active, delayed } = await queue.inspect();
        return waiting + active + delayed === 0;
      },
      onProgress: silent,
    });
    const money = await addMoney({ ...stack, demo, hostile, recorded, now });
    return { ...stack, demo, money };
  } catch (error) {
    await pipeline.close();
    throw error;
  } finally {
    await queue.close();
  }
}

const silent = (): void => undefined;
