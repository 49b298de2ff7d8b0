import { z } from 'zod';

/**
 * What OpenCost's `/allocation/compute` answers, as far as metering reads it. Every number may be null: OpenCost writes
 * NaN and Infinity so. Costs are not read: prices are ours.
 */

const number = z.number().nullish();

/** OpenCost writes an unset end of a window as the text "null". */
const time = z.string().nullish();

const text = z.string().nullish();

/** Only there where the question says `includeAggregatedMetadata=true`. */
const labels = z.record(z.string(), z.string()).nullish();

/** One row: what a pod, or all of a namespace, was allocated within the window. */
export const allocationSchema = z.object({
  /** Of a row that adds several up, only what all of them have in common. */
  properties: z
    .object({
      cluster: text,
      node: text,
      namespace: text,
      pod: text,
      container: text,
      /** Of the pod. */
      labels,
      namespaceLabels: labels,
    })
    .nullish(),
  /** In the time zone of the OpenCost server. */
  window: z.object({ start: time, end: time }).nullish(),
  /** The part of the window in which the namespace had pods, in UTC. */
  start: time,
  end: time,
  minutes: number,
  /** The larger of request and usage, over time. */
  cpuCoreHours: number,
  cpuCoreRequestAverage: number,
  cpuCoreUsageAverage: number,
  /** Requested GPUs over time. */
  gpuHours: number,
  /** Bytes over time: 2³⁰ of them for an hour are one GB-hour. */
  ramByteHours: number,
  /** Of the first container alone where a row adds several up: OpenCost does not add these up. */
  gpuAllocation: z
    .object({
      /** `modelName` of NVIDIA's DCGM exporter, such as `NVIDIA H100 80GB HBM3`; empty without the exporter. */
      gpuModel: text,
      /** Whether the container asked for `nvidia.com/gpu.shared`; null where it asked for no GPU. */
      isGPUShared: z.boolean().nullish(),
      /** How busy the GPUs were, from 0 to 1. */
      gpuUsageAverage: number,
      gpuRequestAverage: number,
    })
    .nullish(),
});

export type Allocation = z.infer<typeof allocationSchema>;

/** Rows are read one by one: one that cannot be read must not cost the others. */
const answerSchema = z.object({
  code: z.number(),
  message: z.string().nullish(),
  data: z.array(z.record(z.string(), z.unknown()).nullable()).nullish(),
});

/** Longest part of OpenCost's own message that is passed on. */
const MESSAGE_LENGTH_MAX = 200;

/** The answer holds no allocations. */
export class OpenCostError extends Error {
  /** `ANSWER_FAILED`: OpenCost says it could not compute; `ANSWER_UNREADABLE`: this is no answer of OpenCost. */
  readonly code: 'ANSWER_FAILED' | 'ANSWER_UNREADABLE';
  /** Whether the same question can succeed later. */
  readonly canRetry: boolean;

  constructor(code: OpenCostError['code'], message: string) {
    super(message);
    this.name = 'OpenCostError';
    this.code = code;
    this.canRetry = code === 'ANSWER_FAILED';
  }
}

/** A row before it is read. */
export type NamedRow = { readonly name: string; readonly row: unknown };

/**
 * Takes the rows out of an answer. `data` is null, an empty list or a list of an empty object when nothing ran.
 *
 * @throws OpenCostError when the answer is an error or none at all.
 */
export function readRows(answer: unknown): readonly NamedRow[] {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) throw new OpenCostError('ANSWER_UNREADABLE', 'not an answer of /allocation/compute');
  const { code, message, data } = parsed.data;
  if (code !== 200)
    throw new OpenCostError('ANSWER_FAILED', `code ${code}: ${(message ?? 'no message').slice(0, MESSAGE_LENGTH_MAX)}`);
  return (data ?? []).flatMap((set) => Object.entries(set ?? {}).map(([name, row]) => ({ name, row })));
}
