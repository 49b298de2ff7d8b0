import type { CostDifference, MonthDifference, MonthForecast, PriceChangePreview } from '@hopsmeter/db';
import { formatUsageMonth } from '@hopsmeter/usage';
import { z } from 'zod';
import { CURRENCY, currencySchema, exactSchema, formatExact } from '../../contract/amounts.ts';
import { monthText } from '../../contract/month.ts';
import { accountNameText, dayText, validToText } from './schemas.ts';

/** Most accounts told in one answer, those with the largest difference; the total is of all. */
const ACCOUNTS_MAX = 1_000;

const accountShape = {
  accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }),
  accountName: accountNameText,
};

const differenceShape = {
  oldCost: exactSchema.meta({ description: 'What the usage concerned costs now' }),
  newCost: exactSchema,
  difference: exactSchema.meta({ description: '`newCost` - `oldCost`' }),
  adjustment: exactSchema.meta({ description: 'What of it becomes adjustments, because it is of closed months' }),
  modelEffect: exactSchema.meta({
    description: 'Additional effect on statements: by how much tiers, packages and included units change the months',
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
      .array(z.object({ ...accountShape, ...monthShape }).meta({ id: 'AccountMonthForecast' }))
      .meta({ description: `Those with the largest difference, at most ${ACCOUNTS_MAX}` }),
  })
  .meta({ id: 'MonthForecast' });

/** What a dry run tells. */
export const forecastSchema = z.object({
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
    .array(z.object({ ...accountShape, ...differenceShape }).meta({ id: 'AccountForecast' }))
    .meta({ description: `Those with the largest difference, at most ${ACCOUNTS_MAX}` }),
  month: monthSchema.nullable().meta({
    description: 'What a month of usage would cost; null for a change of the past when no `forecastMonth` is given',
  }),
});

/** The accounts that {@link describeForecast} tells of a preview. */
export function toldAccounts({ accounts, month }: PriceChangePreview): readonly string[] {
  const told = [...accounts.slice(0, ACCOUNTS_MAX), ...(month?.accounts ?? []).slice(0, ACCOUNTS_MAX)];
  return [...new Set(told.map(({ accountOwnerId }) => accountOwnerId))];
}

type Names = ReadonlyMap<string, string>;

/** Writes a preview as {@link forecastSchema} has it. @param names of the accounts, by id. */
export function describeForecast({ accounts, total, month, ...preview }: PriceChangePreview, names: Names) {
  return {
    ...preview,
    month: month === undefined ? null : describeMonth(month, names),
    currency: CURRENCY,
    total: describeDifference(total),
    accountCount: accounts.length,
    accounts: accounts.slice(0, ACCOUNTS_MAX).map((account) => ({
      accountOwnerId: account.accountOwnerId,
      accountName: names.get(account.accountOwnerId) ?? null,
      ...describeDifference(account),
    })),
  };
}

function describeDifference({ oldCost, newCost, difference, adjustment, modelEffect, changedRows }: CostDifference) {
  return {
    oldCost: formatExact(oldCost),
    newCost: formatExact(newCost),
    difference: formatExact(difference),
    adjustment: formatExact(adjustment),
    modelEffect: formatExact(modelEffect),
    changedRows,
  };
}

function describeMonth({ usageMonth, pricedAs, total, accounts }: MonthForecast, names: Names) {
  return {
    usageMonth: formatUsageMonth(usageMonth),
    pricedAs: formatUsageMonth(pricedAs),
    total: describeMonthDifference(total),
    accountCount: accounts.length,
    accounts: accounts.slice(0, ACCOUNTS_MAX).map((account) => ({
      accountOwnerId: account.accountOwnerId,
      accountName: names.get(account.accountOwnerId) ?? null,
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
