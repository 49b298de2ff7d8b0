import { type Customer, type LineOfStatement, readStatement, type UnitPrice } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { formatUsageMonth, RequestError, STATEMENT_LINE_KINDS, type UsageMonth } from '@hopsmeter/usage';
import { z } from 'zod';
import {
  CURRENCY,
  creditsSchema,
  currencySchema,
  exactSchema,
  formatCents,
  formatCredits,
  formatExact,
  moneySchema,
} from '../../contract/amounts.ts';
import { monthText } from '../../contract/month.ts';
import { accountIdSchema } from '../../contract/parameters.ts';
import { answer, NOT_FOUND_RESPONSE, PROBLEM_RESPONSES } from '../../contract/problems.ts';
import { monthParameter } from './month-params.ts';
import { describeSummary, summaryShape } from './schemas.ts';
import type { StatementsDeps } from './statements-deps.ts';

const paramsSchema = z.strictObject({
  account: accountIdSchema,
  month: monthParameter,
});

const unitPriceSchema = z
  .object({
    price: exactSchema.meta({ description: 'USD for `priceQuantity` units' }),
    priceQuantity: exactSchema.meta({ description: 'Units that the price is for', examples: ['720.000000000000'] }),
    quantity: exactSchema.meta({ description: 'How much of the quantity of the line has this price' }),
  })
  .meta({ id: 'UnitPrice' });

const addressText = (description: string, example: string) =>
  z
    .string()
    .nullable()
    .meta({ description: `${description}; lines are separated by \`\\n\``, examples: [example] });

const customerSchema = z
  .object({
    name: z
      .string()
      .nullable()
      .meta({ examples: ['Ada Lovelace'] }),
    email: z
      .string()
      .nullable()
      .meta({ examples: ['ada@example.com'] }),
    billingAddress: addressText(
      'Company and address; null when none was given',
      'Analytical Engines Ltd\n12 St. James’s Square\nLondon SW1Y 4LE',
    ),
  })
  .meta({ id: 'Customer' });

const lineSchema = z
  .object({
    position: z
      .int()
      .min(1)
      .meta({ examples: [1] }),
    kind: z.enum(STATEMENT_LINE_KINDS).meta({
      description:
        '`usage` of the month at list prices; `late_usage` of a closed month; `re_rating`: what a later price makes ' +
        'of usage that closed months billed; `model_effect`: what tiers, packages and included quantities make of a ' +
        'month of the whole account',
    }),
    usageMonth: monthText.meta({ description: 'The month of the usage: this one, or the closed one that is adjusted' }),
    meter: z.string().meta({ examples: ['cpu_hours'] }),
    user: z
      .string()
      .nullable()
      .meta({ description: 'Who used it; null for a model effect', examples: ['auth0|507f1f77'] }),
    labels: z
      .object({
        user: z
          .string()
          .optional()
          .meta({ description: 'Name, or else e-mail address', examples: ['Ada Lovelace'] }),
      })
      .meta({ description: 'What people call the ids of the line, where it is known; for display only' }),
    quantity: exactSchema.nullable().meta({ description: "In the meter's unit; null where no quantity changes" }),
    unitPrices: z.array(unitPriceSchema).meta({
      description: `The list prices of the quantity, the earliest first: more than one when the price changed in the
          month; empty where no quantity changes`,
    }),
    amount: moneySchema,
    amountExact: exactSchema,
    credits: creditsSchema,
    original: z
      .object({
        account: z.string().meta({ examples: ['auth0|507f1f77'] }),
        month: monthText,
        number: z.int().meta({ examples: [42] }),
      })
      .nullable()
      .meta({
        description: `The statement that is adjusted; null for lines of the month itself, and
            where the usage month never had a statement`,
      }),
  })
  .meta({ id: 'StatementLine' });

const answerSchema = z
  .object({
    accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }),
    issuer: addressText(
      'Name and address of whoever issues it; null when none was set',
      'Example Cloud AB\nStorgatan 1\n111 22 Stockholm',
    ),
    customer: customerSchema.meta({ description: 'The account owner, whom it is addressed to' }),
    ...summaryShape,
    currency: currencySchema,
    lines: z.array(lineSchema),
  })
  .meta({ id: 'Statement' });

const description = `What an account's month comes to. While the month is open this is a draft, computed as of now; once
it is closed, the final statement: the same answer for ever. Issuer and customer of a draft are those of now, of a final
statement those of the day on which it was closed.

\`amount\` of the lines adds up to \`total\` (cents by largest remainder), \`amountExact\` to \`totalExact\`. Usage that
came after its month was closed, and what later prices change of it, stands on the next open month's statement and names
the one that it adjusts.`;

/** `GET /v1/statements/{account}/{month}` */
export function addReadStatement(app: HttpApp, { pool, issuer }: StatementsDeps): void {
  const schema = {
    operationId: 'readStatement',
    summary: "Read an account's statement of a month",
    description,
    tags: ['Statements'],
    params: paramsSchema,
    querystring: z.strictObject({}),
    response: { ...answer('The statement', answerSchema), ...NOT_FOUND_RESPONSE, ...PROBLEM_RESPONSES },
  };
  app.get('/v1/statements/:account/:month', { schema, config: { access: 'own-account' } }, async ({ params }) => {
    const { account, month } = params;
    const statement = await readStatement(pool, account, month, issuer);
    if (statement === undefined) throw new RequestError('NOT_FOUND', 'no such account, or no statement of that month');
    return {
      accountOwnerId: account,
      issuer: statement.issuer ?? null,
      customer: describeCustomer(statement.customer),
      ...describeSummary(statement),
      currency: CURRENCY,
      lines: statement.lines.map((line) => describeLine(account, line)),
    };
  });
}

function describeCustomer({ name, email, billingAddress }: Customer) {
  return { name: name ?? null, email: email ?? null, billingAddress: billingAddress ?? null };
}

function describeLine(account: string, line: LineOfStatement) {
  const { position, kind, meter, userId, userName, quantity, unitPrices, amount, amountExact, credits } = line;
  return {
    position,
    kind,
    usageMonth: formatUsageMonth(line.usageMonth),
    meter,
    user: userId ?? null,
    labels: userName === undefined ? {} : { user: userName },
    quantity: quantity === undefined ? null : formatExact(quantity),
    unitPrices: unitPrices.map(describeUnitPrice),
    amount: formatCents(amount),
    amountExact: formatExact(amountExact),
    credits: formatCredits(credits),
    original: describeOriginal(account, line.usageMonth, line.original?.number),
  };
}

function describeUnitPrice({ price, priceQuantity, quantity }: UnitPrice) {
  return { price: formatExact(price), priceQuantity: formatExact(priceQuantity), quantity: formatExact(quantity) };
}

function describeOriginal(account: string, month: UsageMonth, number: number | undefined) {
  return number === undefined ? null : { account, month: formatUsageMonth(month), number };
}
