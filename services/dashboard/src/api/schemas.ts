import * as z from 'zod/mini';

/** How fresh an answer is. */
export const freshnessSchema = z.object({ recordedAt: z.nullable(z.string()), receivedAt: z.nullable(z.string()) });

export type Freshness = z.output<typeof freshnessSchema>;

/** Money twice: with cents, and exactly. */
const exactMoneySchema = z.object({ total: z.string(), totalExact: z.string() });

/** An account and what its month costs. */
export const accountSchema = z.object({
  id: z.string(),
  name: z.nullable(z.string()),
  email: z.nullable(z.string()),
  memberCount: z.number(),
  total: z.string(),
  totalExact: z.string(),
  credits: z.string(),
  previous: exactMoneySchema,
  samePeriod: exactMoneySchema,
  projected: z.nullable(z.object({ total: z.string() })),
});

export type Account = z.output<typeof accountSchema>;

/** `GET /v1/accounts` */
export const accountsSchema = z.object({
  month: z.string(),
  total: z.string(),
  credits: z.string(),
  previous: z.object({ total: z.string() }),
  samePeriod: z.object({ total: z.string() }),
  projected: z.nullable(z.object({ total: z.string() })),
  accounts: z.array(accountSchema),
  nextCursor: z.optional(z.string()),
  freshness: freshnessSchema,
});

export const totalsGroupSchema = z.object({
  key: z.object({
    day: z.optional(z.string()),
    account: z.optional(z.string()),
    user: z.optional(z.string()),
    project: z.optional(z.nullable(z.string())),
    cluster: z.optional(z.string()),
    meter: z.optional(z.string()),
  }),
  labels: z.optional(
    z.object({
      account: z.optional(z.string()),
      user: z.optional(z.string()),
      project: z.optional(z.string()),
      cluster: z.optional(z.string()),
    }),
  ),
  isReported: z.optional(z.boolean()),
  quantity: z.optional(z.string()),
  cost: z.string(),
  costExact: z.string(),
});

export type TotalsGroup = z.output<typeof totalsGroupSchema>;

/** `GET /v1/totals` and `GET /v1/accounts/{id}/totals` */
export const totalsSchema = z.object({
  from: z.string(),
  to: z.string(),
  total: z.string(),
  totalExact: z.string(),
  groups: z.array(totalsGroupSchema),
  freshness: freshnessSchema,
});

/** `GET /v1/usage-daily` */
export const usageDailySchema = z.object({
  rows: z.array(
    z.object({
      usageDate: z.string(),
      bookedOn: z.string(),
      accountOwnerId: z.string(),
      userId: z.string(),
      clusterId: z.string(),
      projectId: z.nullable(z.string()),
      meter: z.string(),
      quantity: z.string(),
      quantityExact: z.string(),
      price: z.string(),
      priceQuantity: z.string(),
      priceAdjustment: z.string(),
      costExact: z.string(),
      eventCount: z.string(),
      labels: z.object({
        account: z.optional(z.string()),
        user: z.optional(z.string()),
        project: z.optional(z.string()),
        cluster: z.optional(z.string()),
      }),
    }),
  ),
  nextCursor: z.optional(z.string()),
  freshness: freshnessSchema,
});

/** A row of the rollup. */
export type UsageDailyRow = z.output<typeof usageDailySchema>['rows'][number];

/** `GET /v1/pipeline` */
export const pipelineSchema = z.object({
  events: z.number(),
  counted: z.number(),
  duplicates: z.number(),
  parked: z.number(),
  parkedPending: z.number(),
  parkedGivenUp: z.number(),
  parkedByReason: z.record(z.string(), z.number()),
  health: z.object({
    queue: z.nullable(
      z.object({
        waitingJobs: z.number(),
        activeJobs: z.number(),
        missingJobs: z.number(),
        isPaused: z.boolean(),
        oldestWaitingAt: z.nullable(z.string()),
        measuredAt: z.string(),
        isCurrent: z.boolean(),
      }),
    ),
    unexplainedDifference: z.nullable(z.string()),
    reconciledAt: z.nullable(z.string()),
    missingClusterHours: z.number(),
    missingClusters: z.number(),
    oldestParkedAt: z.nullable(z.string()),
  }),
  freshness: freshnessSchema,
});

export type Pipeline = z.output<typeof pipelineSchema>;

/** `GET /v1/me` */
export const meSchema = z.object({
  id: z.nullable(z.string()),
  kind: z.enum(['staff', 'owner', 'member']),
  name: z.nullable(z.string()),
  permissions: z.array(z.string()),
});

export type Me = z.output<typeof meSchema>;
