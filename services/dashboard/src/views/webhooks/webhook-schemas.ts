import * as z from 'zod/mini';

export const webhookSchema = z.object({
  id: z.string(),
  url: z.string(),
  accountOwnerId: z.nullable(z.string()),
  createdAt: z.string(),
  disabledAt: z.nullable(z.string()),
});

export type Webhook = z.output<typeof webhookSchema>;

/** `GET /v1/webhooks` */
export const webhooksSchema = z.object({ webhooks: z.array(webhookSchema), nextCursor: z.optional(z.string()) });

/** `POST /v1/webhooks` */
export const createdWebhookSchema = z.object({ webhook: webhookSchema, secret: z.string() });

export const deliverySchema = z.object({
  id: z.string(),
  alertId: z.string(),
  status: z.enum(['pending', 'delivered', 'dead']),
  attempts: z.number(),
  createdAt: z.string(),
  lastAttemptAt: z.nullable(z.string()),
  nextAttemptAt: z.nullable(z.string()),
  lastStatus: z.nullable(z.number()),
  lastError: z.nullable(z.string()),
});

export type Delivery = z.output<typeof deliverySchema>;

/** `GET /v1/webhooks/{id}/deliveries` */
export const deliveriesSchema = z.object({
  deliveries: z.array(deliverySchema),
  nextCursor: z.optional(z.string()),
});
