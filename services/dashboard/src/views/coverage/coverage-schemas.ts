import * as z from 'zod/mini';

/** The worst first, as the api has them. */
export const STATES = ['missing', 'unchecked', 'short', 'over', 'unreported', 'complete', 'none'] as const;

export type CoverageState = (typeof STATES)[number];

const cellSchema = z.object({
  hour: z.string(),
  state: z.enum(STATES),
  counted: z.string(),
  reported: z.nullable(z.string()),
  parked: z.string(),
  overlappingUsage: z.string(),
  sources: z.array(z.object({ sourcePath: z.string(), state: z.enum(STATES), reason: z.nullable(z.string()) })),
});

/** A cluster's hour. */
export type CoverageCell = z.output<typeof cellSchema>;

const clusterSchema = z.object({
  clusterId: z.string(),
  clusterName: z.string(),
  cells: z.array(cellSchema),
});

export type ClusterCoverage = z.output<typeof clusterSchema>;

/** `GET /v1/coverage` */
export const coverageSchema = z.object({
  checkedAt: z.nullable(z.string()),
  clusters: z.array(clusterSchema),
});
