import type { Micros, PlausibleLimits } from '@hopsmeter/usage';
import { type GpuPart, WHOLE_GPU } from './compute-sums.ts';

/** Why a row is not billed until a person has looked at it. */
export const QUARANTINE_REASONS = [
  /** The row is no object or a field has the wrong type. */
  'unreadable_row',
  /** The row's name is not one that Kubernetes allows for a namespace, or differs from the namespace inside it. */
  'not_a_namespace',
  /** The row is about another cluster than the one that is collected: one OpenCost may answer for several. */
  'other_cluster',
  /** The row does not say which cluster it is about, or adds several up. */
  'missing_cluster',
  /** The answer holds the row twice, or the namespace both as a whole and by its pods. */
  'repeated_namespace',
  /** The row is about another window than the one asked for. */
  'other_window',
  /** A number that is billed or that proves the row is null or missing. */
  'missing_number',
  'negative_number',
  'end_before_start',
  /** The row says it ran before or after the window. */
  'outside_window',
  'minutes_exceed_window',
  /** More cores or GPUs than the cluster may have, or a GPU that is busy and not counted. */
  'implausible',
  /** The GPU is shared, and nobody has said how to divide it. */
  'shared_gpu',
  /** The row adds the GPUs of a namespace up and names the model of one of them. */
  'summed_gpus',
  /** Nobody has said what the GPU model is billed as. */
  'unknown_gpu_model',
] as const;

export type QuarantineReason = (typeof QUARANTINE_REASONS)[number];

/** What is wrong with a row: for a program and for a person. */
export type Fault = { readonly reason: QuarantineReason; readonly detail: string };

/** The window that was asked for. */
export type Span = { readonly start: Micros; readonly end: Micros };

/** What a GPU that somebody named is billed as; `undefined`: nobody has said. */
export type GpuNaming = (reported: string) => NamedGpu | undefined;

export type NamedGpu = {
  /** Short: `H100`. */
  readonly model: string;
  /** What of a GPU one of them is, where the name is that of a slice (MIG). */
  readonly part: GpuPart;
};

export const nameAsReported: GpuNaming = (model) => ({ model, part: WHOLE_GPU });

/** What rows are judged by. */
export type RowRules = {
  readonly span: Span;
  /** What OpenCost calls the cluster that is collected. */
  readonly clusterName: string;
  readonly limits: PlausibleLimits;
  /** Into how many shares a GPU is divided that containers share. */
  readonly gpuShares: number | undefined;
  readonly nameGpu: GpuNaming;
  readonly isProject: (namespace: string) => boolean;
  readonly isPerMember: boolean;
};
