import { type Pool, readOperations } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { listed } from '../../contract/change-responses.ts';

const countSchema = z
  .int()
  .min(0)
  .meta({ examples: [0] });
const timeSchema = z
  .string()
  .nullable()
  .meta({ examples: ['2026-11-22T14:05:00.123456Z'] });
const idSchema = z.string().meta({ examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] });

const answerSchema = z
  .object({
    priceChanges: z
      .object({
        applying: countSchema,
        oldestCreatedAt: timeSchema,
        changes: z
          .array(z.object({ id: idSchema, reason: z.string().meta({ examples: ['new contract'] }) }))
          .meta({ description: 'The oldest of them, at most 20' }),
      })
      .meta({ description: 'Changes of prices whose usage is being re-rated' }),
    reconciliations: z
      .object({
        unfinished: countSchema,
        oldestRequestedAt: timeSchema,
        differing: z
          .array(
            z.object({
              id: idSchema,
              dayCount: countSchema,
              differingRows: z.string().meta({ examples: ['2'] }),
            }),
          )
          .meta({ description: 'Comparisons that found differences on days that were not compared again since' }),
      })
      .meta({ description: 'Comparisons of the ledger with the rollup' }),
    webhooks: z
      .object({
        active: countSchema,
        pendingDeliveries: countSchema,
        oldestPendingAt: timeSchema,
        dead: z
          .array(
            z.object({
              webhookId: idSchema,
              url: z.string().meta({ examples: ['https://hooks.example.com/billing'] }),
              deadDeliveries: countSchema,
            }),
          )
          .meta({ description: 'Active webhooks with deliveries that were given up, the most first; at most 20' }),
      })
      .meta({ description: 'Alerts on their way' }),
    remittances: z
      .object({
        pending: countSchema,
        uncertain: countSchema,
        rejected: countSchema,
        tooOld: countSchema,
        stuck: z
          .array(z.object({ accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }), count: countSchema }))
          .meta({ description: 'Accounts whose meter events wait for a person, the most first; at most 20' }),
      })
      .meta({ description: 'Meter events that Stripe does not have yet, by status' }),
  })
  .meta({ id: 'Operations' });

const description = `What is under way beside recording and what waits for somebody: changes of prices that are
applied, comparisons of the ledger, deliveries of alerts and what Stripe was not told. \`GET /v1/pipeline\` tells how
recording is.`;

/** `GET /v1/operations` */
export function addReadOperations(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'readOperations',
    summary: 'Read what is under way and what waits for somebody',
    description,
    tags: ['Pipeline'],
    querystring: z.strictObject({}),
    response: listed('What is under way', answerSchema),
  };
  app.get('/v1/operations', { schema, config: { access: 'staff' } }, async () => {
    const found = await readOperations(pool);
    const { pending, uncertain, rejected, too_old: tooOld } = found.remittances;
    return {
      priceChanges: {
        applying: found.applyingChanges,
        oldestCreatedAt: found.oldestChangeAt,
        changes: [...found.applying],
      },
      reconciliations: {
        unfinished: found.openReconciliations,
        oldestRequestedAt: found.oldestReconciliationAt,
        differing: [...found.differing],
      },
      webhooks: {
        active: found.activeWebhooks,
        pendingDeliveries: found.pendingDeliveries,
        oldestPendingAt: found.oldestDeliveryAt,
        dead: [...found.deadWebhooks],
      },
      remittances: { pending, uncertain, rejected, tooOld, stuck: [...found.stuckAccounts] },
    };
  });
}
