import type { StatementSummary } from '@hopsmeter/db';
import { formatUsageMonth } from '@hopsmeter/usage';
import { z } from 'zod';
import {
  creditsSchema,
  exactSchema,
  formatCents,
  formatCredits,
  formatExact,
  moneySchema,
} from '../../contract/amounts.ts';
import { monthText } from '../../contract/month.ts';

/** What a statement and a line of a list of them have in common. */
export const summaryShape = {
  month: monthText,
  status: z.enum(['draft', 'final']).meta({
    description: 'A draft is computed when it is asked for and changes with the usage; a final statement never changes',
  }),
  number: z
    .int()
    .nullable()
    .meta({ description: 'Without gaps over all accounts; null for a draft', examples: [1042] }),
  closedAt: z
    .string()
    .nullable()
    .meta({ description: 'Null for a draft', examples: ['2026-12-03T09:00:00.000000Z'] }),
  total: moneySchema.meta({ description: 'What the lines come to; negative when credits outweigh' }),
  totalExact: exactSchema,
  imported: moneySchema.meta({
    description: 'What of it is imported usage, which another system has billed: nobody is asked for it again',
  }),
  prepaid: moneySchema.meta({
    description:
      'What prepaid grants pay of the rest; of a rest below zero, what goes back to them or is carried forward to ' +
      'the next statements. Of a draft, as of now',
  }),
  amountDue: moneySchema.meta({ description: '`total` - `imported` - `prepaid`; never below zero' }),
  credits: creditsSchema.meta({ description: '`totalExact` in credits; those of the lines add up to it' }),
  creditUsd: exactSchema.meta({ description: "USD of one credit, by the account's card on the last day of the month" }),
};

/** Writes what {@link summaryShape} describes. */
export function describeSummary(statement: StatementSummary) {
  const { month, final, total, totalExact, imported, prepaid, amountDue, credits, creditUsd } = statement;
  return {
    month: formatUsageMonth(month),
    status: final === undefined ? ('draft' as const) : ('final' as const),
    number: final?.number ?? null,
    closedAt: final?.closedAt ?? null,
    total: formatCents(total),
    totalExact: formatExact(totalExact),
    imported: formatCents(imported),
    prepaid: formatCents(prepaid),
    amountDue: formatCents(amountDue),
    credits: formatCredits(credits),
    creditUsd: formatExact(creditUsd),
  };
}
