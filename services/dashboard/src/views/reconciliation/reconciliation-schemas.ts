import * as z from 'zod/mini';

const reconciliationShape = {
  id: z.string(),
  kind: z.enum(['scheduled', 'requested']),
  requestedBy: z.string(),
  requestedAt: z.string(),
  status: z.enum(['waiting', 'running', 'done']),
  from: z.string(),
  to: z.string(),
  dayCount: z.number(),
  checkedDays: z.number(),
  checkedRows: z.string(),
  differingRows: z.string(),
  differingDays: z.array(z.string()),
  costDifference: z.string(),
  statementDifferenceCount: z.nullable(z.number()),
  finishedAt: z.nullable(z.string()),
};

export const reconciliationSchema = z.object(reconciliationShape);

export type Reconciliation = z.output<typeof reconciliationSchema>;

/** `GET /v1/reconciliations` */
export const reconciliationsSchema = z.object({
  reconciliations: z.array(reconciliationSchema),
  nextCursor: z.optional(z.string()),
});

const differenceShape = {
  kind: z.enum(['missing', 'unexpected', 'usage', 'price']),
  usageDate: z.string(),
  bookedOn: z.string(),
  accountOwnerId: z.string(),
  userId: z.string(),
  clusterId: z.string(),
  projectId: z.nullable(z.string()),
  meter: z.string(),
  ledgerQuantity: z.nullable(z.string()),
  rollupQuantity: z.nullable(z.string()),
  expectedCost: z.nullable(z.string()),
  cost: z.nullable(z.string()),
  isClosed: z.boolean(),
};

const differenceSchema = z.object(differenceShape);

export type Difference = z.output<typeof differenceSchema>;

/** `GET /v1/reconciliations/{id}` */
export const reportSchema = z.object({
  ...reconciliationShape,
  differences: z.array(differenceSchema),
  statementDifferences: z.array(
    z.object({
      difference: z.string(),
      number: z.number(),
      accountOwnerId: z.nullable(z.string()),
      month: z.nullable(z.string()),
    }),
  ),
});

export type Report = z.output<typeof reportSchema>;

/** `POST /v1/reconciliations/{id}/repair` */
export const repairSchema = z.object({
  repairedRows: z.number(),
  closedRows: z.number(),
  unpricedRows: z.number(),
  leftDays: z.number(),
});

export type Repair = z.output<typeof repairSchema>;
