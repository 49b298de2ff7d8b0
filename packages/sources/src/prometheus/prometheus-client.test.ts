import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Served, serve } from '@hopsmeter/test/support/sources/serve.ts';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createPrometheusClient } from './prometheus-client.ts';

let served: Served;
let answer: { readonly status: number; readonly body: string };
const questions: { path: string; authorization: string | undefined; body: string }[] = [];

beforeAll(async () => {
  served = await serve(async (request, response) => {
    const { url = '', headers } = request;
    questions.push({ path: url, authorization: headers.authorization, body: await text(request) });
    response.writeHead(answer.status).end(answer.body);
  });
});

afterEach(() => {
  questions.length = 0;
});

afterAll(() => served.close());

const success = (resultType: string, result: unknown, more: object = {}) => ({
  status: 200,
  body: JSON.stringify({ status: 'success', data: { resultType, result }, ...more }),
});

const ask = (tokenFile?: string) =>
  createPrometheusClient({
    url: new URL(`${served.url}/select/0/prometheus/`),
    ...(tokenFile === undefined ? {} : { tokenFile }),
  }).at('up', 1_795_269_600_500, new AbortController().signal);

it('asks by POST below its address, and reads values as texts with their digits', async () => {
  const metric = { namespace: 'churn' };
  answer = success('matrix', [
    {
      metric,
      values: [
        [1_795_269_600.123, '0.30000000000000004'],
        [1_795_269_660, '9007199254740993'],
      ],
    },
  ]);
  expect((await ask()).series).toEqual([
    {
      labels: metric,
      samples: [
        { time: 1_795_269_600_123, value: '0.30000000000000004' },
        { time: 1_795_269_660_000, value: '9007199254740993' },
      ],
    },
  ]);
  expect(questions).toEqual([
    {
      path: '/select/0/prometheus/api/v1/query',
      authorization: undefined,
      body: 'query=up&time=1795269600.5&partial_response=false',
    },
  ]);
});

it('reads its token for each question, because tokens are renewed', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'hopsmeter-token-'));
  const file = join(directory, 'token');
  answer = success('vector', []);
  try {
    await expect(ask(file)).rejects.toMatchObject({ code: 'ACCESS_DENIED', message: expect.stringContaining(file) });
    for (const token of ['first\n', 'second']) {
      await writeFile(file, token);
      await ask(file);
    }
    expect(questions.map(({ authorization }) => authorization)).toEqual(['Bearer first', 'Bearer second']);
  } finally {
    await rm(directory, { recursive: true });
  }
});

it.each([
  ['an error', 422, '{"status":"error","errorType":"execution","error":"no"}', 'ANSWER_FAILED', 'no'],
  [
    'an error with a good status',
    200,
    '{"status":"error","errorType":"timeout","error":"too long"}',
    'ANSWER_FAILED',
    'timeout: too long',
  ],
  ['a refused token', 401, 'Unauthorized', 'ACCESS_DENIED', 'Unauthorized'],
  ['a page', 200, '<html>', 'ANSWER_UNREADABLE', '<html>'],
  [
    'half an answer',
    200,
    '{"status":"success","data":{"resultType":"vector","result":[',
    'ANSWER_UNREADABLE',
    'success',
  ],
  [
    'a histogram',
    200,
    JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [{ metric: {}, histogram: [] }] } }),
    'ANSWER_UNREADABLE',
    '',
  ],
])('says what is wrong with %s', async (_, status, body, code, said) => {
  answer = { status, body };
  await expect(ask()).rejects.toMatchObject({ code, isRetryable: true, message: expect.stringContaining(said) });
});

it('takes no answer of which a part is missing', async () => {
  answer = success('vector', [], { warnings: ['store gateway thanos-store-0 is away'] });
  await expect(ask()).rejects.toMatchObject({ code: 'ANSWER_FAILED', message: expect.stringContaining('in part') });
  answer = success('vector', [], { warnings: ['PromQL info: metric might not be a counter'], infos: ['x'] });
  expect((await ask()).series).toEqual([]);
});
