import * as z from 'zod/mini';

/** `GET /v1/parked` */
export const parkedSchema = z.object({
  parkedEvents: z.array(
    z.object({
      id: z.string(),
      eventId: z.string(),
      sourcePath: z.string(),
      clusterId: z.nullable(z.string()),
      reason: z.string(),
      detail: z.string(),
      status: z.string(),
      parkedAt: z.string(),
      tryCount: z.number(),
      triedAt: z.nullable(z.string()),
      dueAt: z.nullable(z.string()),
      resolvedAt: z.nullable(z.string()),
      resolvedBy: z.nullable(z.string()),
      resolution: z.nullable(z.string()),
      event: z.record(z.string(), z.unknown()),
    }),
  ),
  nextCursor: z.optional(z.string()),
});

export type ParkedEvent = z.output<typeof parkedSchema>['parkedEvents'][number];

/** `GET /v1/namespace-rules` */
export const namespaceRulesSchema = z.object({
  rules: z.array(
    z.object({
      id: z.string(),
      clusterId: z.string(),
      pattern: z.string(),
      userId: z.nullable(z.string()),
      reason: z.string(),
      ignoredCount: z.pipe(z.string(), z.transform(Number)),
    }),
  ),
});

export type NamespaceRule = z.output<typeof namespaceRulesSchema>['rules'][number];

/** `POST /v1/parked/retry` */
export const retrySchema = z.object({ retrying: z.number(), left: z.number() });

/** `POST /v1/parked/release` and `/give-up`: how many it was, under another name each. */
export const decidedSchema = z.union([
  z.pipe(
    z.object({ released: z.number() }),
    z.transform(({ released }) => ({ count: released })),
  ),
  z.pipe(
    z.object({ givenUp: z.number() }),
    z.transform(({ givenUp }) => ({ count: givenUp })),
  ),
]);

export const STATUSES = [
  { value: 'pending', text: 'Waiting' },
  { value: 'counted', text: 'Counted since' },
  { value: 'given_up', text: 'Given up' },
  { value: 'ignored', text: 'Ignored' },
] as const;

export type ParkedStatus = (typeof STATUSES)[number]['value'];
