import { changePrices, type Pool, previewPriceChange, readAccountNames } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { changed } from '../../contract/change-responses.ts';
import { reasonField } from '../../contract/fields.ts';
import { monthField } from '../../contract/month.ts';
import { changeField } from './change-field.ts';
import { describeForecast, forecastSchema, toldAccounts } from './forecast-answers.ts';
import { priceChangeSchema } from './schemas.ts';

/** As many tiers as terms may have, with the longest numbers, and the longest reason. */
const BODY_BYTES_MAX = 32_768;

const bodySchema = z
  .strictObject({
    change: changeField,
    reason: reasonField.optional().meta({ description: 'Why; kept in the audit log. Only a dry run needs none' }),
    dryRun: z.boolean().default(false).meta({ description: 'Dry run: say what would happen and change nothing' }),
    forecastMonth: monthField(
      'Of a dry run: the month whose usage shows what the change costs; for a change of future days the last one ' +
        'that has ended, when not given',
    ).optional(),
    fingerprint: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional()
      .meta({
        examples: ['5f0c4c1b9c580a3f6a6f2b1d8d1c9f6e2b7a4a528f3d5f0b6f1f7a100f8a2f5e'],
        description: 'Of the dry run; a change that reaches back needs it',
      }),
  })
  .superRefine(({ dryRun, reason, forecastMonth }, context) => {
    if (dryRun) return;
    if (reason === undefined) {
      const message = 'expected a reason, because this is no dry run';
      context.addIssue({ code: 'custom', path: ['reason'], message, params: { code: 'MISSING_FIELD' } });
    }
    if (forecastMonth === undefined) return;
    const message = 'expected only with dryRun: what is applied has no forecast';
    context.addIssue({ code: 'custom', path: ['forecastMonth'], message, params: { code: 'UNKNOWN_FIELD' } });
  });

const answerSchema = z
  .object({
    dryRun: z.boolean(),
    priceChange: priceChangeSchema.nullable().meta({ description: 'Null for a dry run' }),
    forecast: forecastSchema.nullable().meta({ description: 'What would happen; null when it is applied' }),
  })
  .meta({ id: 'PriceChanged' });

const description = `A dry run answers, by account, the cost at list prices of the usage concerned before and after; and
in \`month\` what the usage of a month would cost once the change is in force. Applying
a change that reaches back to today or before needs the \`fingerprint\` of a dry run and is refused as STALE_DRY_RUN
when prices or closed months are not what they were then. From the answer on, new usage has the new price; what is
recorded already is re-rated by the workers, in parts, while the change is \`applying\`. Closed months never change:
what the new price makes of them is booked in the open month.`;

/** `POST /v1/price-changes` */
export function addChangePrices(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'changePrices',
    summary: 'Change a price, or forecast its effect',
    description,
    tags: ['Prices'],
    body: bodySchema,
    response: changed(
      'What changed, or would',
      answerSchema,
      'UNKNOWN_REFERENCE',
      'INVALID_VALIDITY',
      'DRY_RUN_REQUIRED',
      'STALE_DRY_RUN',
      'OVERLAPPING_VALIDITY',
      'RATE_GAP',
    ),
  };
  app.post('/v1/price-changes', { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } }, async (request) => {
    const { change, reason, dryRun, fingerprint, forecastMonth } = request.body;
    if (dryRun || reason === undefined) {
      const preview = await previewPriceChange(pool, change, forecastMonth);
      const names = await readAccountNames(pool, toldAccounts(preview));
      return { dryRun, priceChange: null, forecast: describeForecast(preview, names) };
    }
    const wanted = { change, reason, fingerprint };
    return {
      dryRun,
      priceChange: await changePrices(pool, changeOf(request), wanted),
      forecast: null,
    };
  });
}
