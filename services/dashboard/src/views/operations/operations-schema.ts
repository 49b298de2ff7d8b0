import * as z from 'zod/mini';

/** `GET /v1/operations` */
export const operationsSchema = z.object({
  priceChanges: z.object({
    applying: z.number(),
    oldestCreatedAt: z.nullable(z.string()),
    changes: z.array(z.object({ id: z.string(), reason: z.string() })),
  }),
  reconciliations: z.object({
    unfinished: z.number(),
    oldestRequestedAt: z.nullable(z.string()),
    differing: z.array(z.object({ id: z.string(), dayCount: z.number(), differingRows: z.string() })),
  }),
  webhooks: z.object({
    active: z.number(),
    pendingDeliveries: z.number(),
    oldestPendingAt: z.nullable(z.string()),
    dead: z.array(z.object({ webhookId: z.string(), url: z.string(), deadDeliveries: z.number() })),
  }),
  remittances: z.object({
    pending: z.number(),
    uncertain: z.number(),
    rejected: z.number(),
    tooOld: z.number(),
    stuck: z.array(z.object({ accountOwnerId: z.string(), count: z.number() })),
  }),
});

export type Operations = z.output<typeof operationsSchema>;
