import { z } from 'zod';
import { excerpt } from '../asking/ask.ts';
import { SourceError } from '../source-error.ts';

/** Seconds since the epoch, and the value as a decimal text: `0.5`, `1.2e+09`, `NaN`. */
const sample = z.tuple([z.number(), z.string()]);

const labels = z.record(z.string(), z.string());

const answerSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('success'),
    data: z.discriminatedUnion('resultType', [
      z.object({ resultType: z.literal('vector'), result: z.array(z.object({ metric: labels, value: sample })) }),
      z.object({
        resultType: z.literal('matrix'),
        result: z.array(z.object({ metric: labels, values: z.array(sample) })),
      }),
      z.object({ resultType: z.literal('scalar'), result: sample }),
    ]),
    warnings: z.array(z.string()).nullish(),
  }),
  z.object({ status: z.literal('error'), errorType: z.string().nullish(), error: z.string().nullish() }),
]);

export type Sample = {
  /** In milliseconds since the epoch. */
  readonly time: number;
  /** As Prometheus wrote it. */
  readonly value: string;
};

export type Series = { readonly labels: Readonly<Record<string, string>>; readonly samples: readonly Sample[] };

/** What Prometheus says about how a query was written: its answer is complete. */
const ABOUT_THE_QUERY = /^PromQL /;

/**
 * Reads what the API of Prometheus answers.
 *
 * @throws SourceError ANSWER_FAILED where it says that it failed or that the answer is a part only (as Thanos does when
 * a store is away), ANSWER_UNREADABLE
 */
export function readPrometheusAnswer(text: string, whom: string): readonly Series[] {
  const answer = answerSchema.safeParse(parseJson(text)).data;
  if (answer === undefined)
    throw new SourceError('ANSWER_UNREADABLE', `the answer of ${whom} is none of Prometheus: ${excerpt(text)}`);
  if (answer.status === 'error')
    throw new SourceError('ANSWER_FAILED', `${whom}: ${excerpt(`${answer.errorType}: ${answer.error}`)}`);
  const partial = answer.warnings?.find((warning) => !ABOUT_THE_QUERY.test(warning));
  if (partial !== undefined) throw new SourceError('ANSWER_FAILED', `${whom} answered in part: ${excerpt(partial)}`);
  switch (answer.data.resultType) {
    case 'vector':
      return answer.data.result.map(({ metric, value }) => ({ labels: metric, samples: [readSample(value)] }));
    case 'matrix':
      return answer.data.result.map(({ metric, values }) => ({ labels: metric, samples: values.map(readSample) }));
    case 'scalar':
      return [{ labels: {}, samples: [readSample(answer.data.result)] }];
  }
}

function readSample([seconds, value]: readonly [number, string]): Sample {
  return { time: Math.round(seconds * 1_000), value };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
