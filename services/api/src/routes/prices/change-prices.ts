import { changePrices, type MonthDifference, type MonthForecast, type Pool, previewPriceChange } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { formatUsageMonth } from '@hopsmeter/usage';
import { z } from 'zod';
import { answerOrNotReady } from '../../billing.ts';
import { CURRENCY, currencySchema, exactSchema, formatExact } from '../../contract/amounts.ts';
import { monthField, monthText } from '../../contract/month.ts';
import { changed } from '../admin/answers.ts';
import { changeOf } from '../admin/change-of.ts';
import { reasonField } from '../admin/fields.ts';
import { dayText, priceChangeSchema, validToText } from './answers.ts';
import { changeField } from './change-field.ts';

/** As many tiers as terms may have, with the longest numbers, and the longest reason. */
const BODY_BYTES_MAX = 32_768;

/** Most accounts told in one answer, those with the largest difference; the total is of all. */
const ACCOUNTS_MAX = 1_000;

const bodySchema = z
  .strictObject({
    change: changeField,
    reason: reasonField,
    dryRun: z.boolean().default(false).meta({ description: 'Tell what would happen and change nothing' }),
    forecastMonth: monthField(
      'Of a dry run: the month whose usage shows what the change costs; for a change of future days the last one that has ended, when not given',
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
  .superRefine(({ dryRun, forecastMonth }, context) => {
    if (dryRun || forecastMonth === undefined) return;
    const message = 'expected only with dryRun: what is applied has no forecast';
    context.addIssue({ code: 'custom', path: ['forecastMonth'], message, params: { code: 'UNKNOWN_FIELD' } });
  });

const differenceShape = {
  oldCost: exactSchema.meta({ description: 'What the usage concerned costs now' }),
  newCost: exactSchema,
  difference: exactSchema.meta({ description: '`newCost` - `oldCost`' }),
  adjustment: exactSchema.meta({ description: 'What of it becomes adjustments, because it is of closed months' }),
  modelEffect: exactSchema.meta({
    description: 'What comes to it on the statements: by how much tiers, packages and included units change the months',
  }),
  changedRows: z
    .int()
    .min(0)
    .meta({ examples: [120], description: 'Rollup rows that change' }),
};

const monthShape = {
  oldCost: exactSchema.meta({ description: 'What the usage costs at the list prices without the change' }),
  newCost: exactSchema.meta({ description: 'What it costs with the change' }),
  difference: exactSchema.meta({ description: '`newCost` - `oldCost`' }),
  modelEffect: exactSchema.meta({ description: 'By how much tiers, packages and included units change it besides' }),
  oldBill: exactSchema.meta({ description: 'What statements have of it without the change, tiers and all included' }),
  newBill: exactSchema.meta({ description: 'What they have with the change' }),
  billDifference: exactSchema.meta({ description: '`newBill` - `oldBill`, which is `difference` + `modelEffect`' }),
};

const monthSchema = z
  .object({
    usageMonth: monthText.meta({ description: 'The month whose usage it is' }),
    pricedAs: monthText.meta({
      description: 'The month whose prices it is given, day by day, without the change and with it',
    }),
    total: z.object(monthShape).meta({ description: 'Over all accounts that pay something else' }),
    accountCount: z
      .int()
      .min(0)
      .meta({ examples: [3] }),
    accounts: z
      .array(
        z
          .object({ accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }), ...monthShape })
          .meta({ id: 'AccountMonthForecast' }),
      )
      .meta({ description: `Those with the largest difference, at most ${ACCOUNTS_MAX}` }),
  })
  .meta({ id: 'MonthForecast' });

const answerSchema = z
  .object({
    dryRun: z.boolean(),
    priceChange: priceChangeSchema.nullable().meta({ description: 'Null for a dry run' }),
    forecast: z
      .object({
        fingerprint: z.string().meta({
          examples: ['5f0c4c1b9c580a3f6a6f2b1d8d1c9f6e2b7a4a528f3d5f0b6f1f7a100f8a2f5e'],
          description: 'Send it to apply what this dry run told',
        }),
        isReRated: z.boolean().meta({ description: 'Whether recorded usage can be concerned' }),
        firstDay: dayText,
        endDay: validToText,
        currency: currencySchema,
        total: z.object(differenceShape).meta({ description: 'Over all accounts' }),
        accountCount: z
          .int()
          .min(0)
          .meta({ examples: [3] }),
        accounts: z
          .array(
            z
              .object({ accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }), ...differenceShape })
              .meta({ id: 'AccountForecast' }),
          )
          .meta({ description: `Those with the largest difference, at most ${ACCOUNTS_MAX}` }),
        month: monthSchema.nullable().meta({
          description:
            'What a month of usage would cost; null for a change of the past when no `forecastMonth` is given',
        }),
      })
      .nullable()
      .meta({ description: 'What would happen; null when it is applied' }),
  })
  .meta({ id: 'PriceChanged' });

const description = `A dry run answers, by account, the cost at list prices of the usage concerned before and after; and in
\`month\` what the usage of a month would cost once the change is in force. Applying
a change that reaches back to today or before needs the \`fingerprint\` of a dry run and is refused as STALE_DRY_RUN when prices
or closed months are not what they were then. From the answer on, new usage has the new price; what is recorded already is
re-rated by the workers, in parts, while the change is \`applying\`. Closed months never change: what the new price makes of
them is booked in the open month.`;

/** `POST /v1/price-changes` */
export function addChangePrices(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'changePrices',
    summary: 'Change a price, or tell what that would do',
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
    if (dryRun) {
      const preview = await answerOrNotReady(previewPriceChange(pool, change, forecastMonth));
      return { dryRun, priceChange: null, forecast: describe(preview) };
    }
    const wanted = { change, reason, fingerprint };
    return {
      dryRun,
      priceChange: await answerOrNotReady(changePrices(pool, changeOf(request), wanted)),
      forecast: null,
    };
  });
}

type Preview = Awaited<ReturnType<typeof previewPriceChange>>;

function describe({ accounts, total, month, ...preview }: Preview) {
  return {
    ...preview,
    month: month === undefined ? null : describeMonth(month),
    currency: CURRENCY,
    total: describeDifference(total),
    accountCount: accounts.length,
    accounts: accounts.slice(0, ACCOUNTS_MAX).map((account) => ({
      accountOwnerId: account.accountOwnerId,
      ...describeDifference(account),
    })),
  };
}

function describeDifference({ oldCost, newCost, difference, adjustment, modelEffect, changedRows }: Preview['total']) {
  return {
    oldCost: formatExact(oldCost),
    newCost: formatExact(newCost),
    difference: formatExact(difference),
    adjustment: formatExact(adjustment),
    modelEffect: formatExact(modelEffect),
    changedRows,
  };
}

function describeMonth({ usageMonth, pricedAs, total, accounts }: MonthForecast) {
  return {
    usageMonth: formatUsageMonth(usageMonth),
    pricedAs: formatUsageMonth(pricedAs),
    total: describeMonthDifference(total),
    accountCount: accounts.length,
    accounts: accounts.slice(0, ACCOUNTS_MAX).map((account) => ({
      accountOwnerId: account.accountOwnerId,
      ...describeMonthDifference(account),
    })),
  };
}

function describeMonthDifference(month: MonthDifference) {
  return {
    oldCost: formatExact(month.oldCost),
    newCost: formatExact(month.newCost),
    difference: formatExact(month.difference),
    modelEffect: formatExact(month.modelEffect),
    oldBill: formatExact(month.oldBill),
    newBill: formatExact(month.newBill),
    billDifference: formatExact(month.billDifference),
  };
}
