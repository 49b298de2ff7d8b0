import type { PlausibleLimits } from '@hopsmeter/usage';
import type { NamespaceOptions } from '../namespaces/choose-namespaces.ts';

/** Scrapes and what Prometheus makes of them come some minutes late. */
export const DELAY_MS = 10 * 60_000;

/** What compute is billed by, whoever is asked for it. */
export type ComputeOptions = NamespaceOptions & {
  /** The cluster's id in hopsmeter. */
  readonly clusterId: string;
  /** How long after its end an hour is asked for; default: 10 minutes. */
  readonly delayMs?: number;
  /** Names of GPU models by what the DCGM exporter calls them; they win over the built-in ones. */
  readonly gpuModels?: Readonly<Record<string, string>>;
  /** Into how many shares every shared GPU is divided; without it, what uses shared GPUs is quarantined. */
  readonly gpuShares?: number;
  /** Whether there is an event for each user, by the label `user` of pods. */
  readonly isPerMember?: boolean;
  /** How much of the cluster is plausible. */
  readonly limits?: PlausibleLimits;
  readonly now?: () => number;
};
