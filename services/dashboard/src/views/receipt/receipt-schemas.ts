import * as z from 'zod/mini';
import { freshnessSchema } from '../../api/schemas.ts';

const text = z.string();
const openText = z.nullable(z.string());
const quantitiesSchema = z.array(z.object({ meter: text, quantity: text }));

const attributionSchema = z.object({
  accountOwnerId: text,
  accountName: openText,
  userId: text,
  userName: openText,
  projectId: openText,
  attributedBy: z.enum(['subject', 'alias', 'namespace', 'rule', 'import']),
  rule: text,
  project: z.nullable(z.object({ namespace: text, startedAt: openText, endedAt: openText })),
  ownership: z.nullable(z.object({ accountOwnerId: text, startedAt: openText, endedAt: openText })),
  isCurrent: z.boolean(),
});

export type Attribution = z.output<typeof attributionSchema>;

const bookingSchema = z.object({
  meter: text,
  quantity: text,
  costExact: openText,
  rollup: z.nullable(
    z.object({
      usageDate: text,
      bookedOn: text,
      accountOwnerId: text,
      userId: text,
      clusterId: text,
      projectId: openText,
      meter: text,
      quantity: text,
      costExact: text,
      priceAdjustment: text,
      eventCount: text,
    }),
  ),
  price: z.nullable(
    z.object({
      price: text,
      priceQuantity: text,
      rate: z.nullable(z.object({ id: text })),
      override: z.nullable(z.object({ id: text })),
      sentence: text,
    }),
  ),
});

export type Booking = z.output<typeof bookingSchema>;

const partSchema = z.object({
  part: z.number(),
  usageDate: text,
  bookedOn: text,
  adjustment: z.nullable(z.enum(['reversal', 'correction', 'move'])),
  accountOwnerId: text,
  userId: text,
  projectId: openText,
  why: text,
  bookings: z.array(bookingSchema),
  statement: z.object({
    accountOwnerId: text,
    month: text,
    status: z.enum(['final', 'open']),
    number: z.nullable(z.number()),
    closedAt: openText,
  }),
});

export type Part = z.output<typeof partSchema>;

const correctionSchema = z.object({
  id: text,
  replaces: openText,
  status: z.enum(['in_force', 'superseded', 'parked', 'given_up']),
  correctedAt: openText,
  appliedAt: openText,
  quantities: quantitiesSchema,
  reason: openText,
});

export type Correction = z.output<typeof correctionSchema>;

const parkedSchema = z.object({
  id: text,
  reason: text,
  detail: openText,
  status: z.enum(['pending', 'counted', 'given_up', 'ignored']),
  parkedAt: text,
  tryCount: z.number(),
  resolvedAt: openText,
  resolution: openText,
});

export type ParkedCopy = z.output<typeof parkedSchema>;

const receivedSchema = z.object({
  receivedAt: text,
  recordedAt: text,
  requestId: openText,
  clusterKey: z.nullable(z.object({ id: text, prefix: text })),
  batch: z.object({ id: text, position: z.number(), eventCount: z.number() }),
});

export type Received = z.output<typeof receivedSchema>;

const saidSchema = z.object({
  subject: openText,
  namespace: openText,
  quantities: quantitiesSchema,
  replaces: openText,
  reason: openText,
});

export type Said = z.output<typeof saidSchema>;

/** `GET /v1/receipt` */
export const receiptSchema = z.object({
  event: z.object({
    id: text,
    source: openText,
    clusterId: openText,
    clusterName: openText,
    type: openText,
    windowStartedAt: openText,
    windowEndedAt: openText,
  }),
  verdict: z.object({
    code: z.enum(['counted', 'corrected', 'voided', 'superseded', 'parked', 'ignored', 'given_up', 'recorded']),
    sentence: text,
    conflictCount: z.number(),
    equalCopyCount: z.number(),
  }),
  received: z.nullable(receivedSchema),
  said: z.nullable(saidSchema),
  attributions: z.array(attributionSchema),
  parts: z.array(partSchema),
  totals: z.array(z.object({ meter: text, quantity: text, costExact: text })),
  costExact: text,
  corrections: z.object({ rootId: openText, chain: z.array(correctionSchema) }),
  parked: z.array(parkedSchema),
  freshness: freshnessSchema,
});

export type Receipt = z.output<typeof receiptSchema>;
