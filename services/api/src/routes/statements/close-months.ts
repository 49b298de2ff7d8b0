import { ACCOUNTS_PER_TRANSACTION_MAX, closeMonths } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { formatUsageMonth } from '@hopsmeter/usage';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import {
  CURRENCY,
  currencySchema,
  exactSchema,
  formatCents,
  formatExact,
  moneySchema,
} from '../../contract/amounts.ts';
import { changed } from '../../contract/change-responses.ts';
import { reasonField, userIdField } from '../../contract/fields.ts';
import { monthField, monthText } from '../../contract/month.ts';
import type { StatementsDeps } from './statements-deps.ts';
import { describeWaitingUsage, waitingSchema } from './waiting.ts';

/** As many ids as can be named, of 255 characters each with quotes and a comma, and the other fields. */
const BODY_BYTES_MAX = 32_768;

const bodySchema = z
  .strictObject({
    month: monthField('Calendar month in UTC, which has ended'),
    accountOwnerIds: z
      .array(userIdField('An account'))
      .min(1)
      .max(ACCOUNTS_PER_TRANSACTION_MAX)
      .optional()
      .meta({
        description:
          `The accounts to close, 1 to ${ACCOUNTS_PER_TRANSACTION_MAX}, all or none; every account with something to ` +
          'bill when not given',
      }),
    after: userIdField('`next` of the answer before, to go on where it ended').optional(),
    dryRun: z.boolean().default(false).meta({ description: 'Dry run: say what would happen and change nothing' }),
    acceptWaiting: z.boolean().default(false).meta({
      description: 'Close even though something that may still change the month is waiting; needs a `reason`',
    }),
    reason: reasonField.optional().meta({ description: 'Why; kept in the audit log. `acceptWaiting` needs it' }),
  })
  .superRefine(({ acceptWaiting, reason }, context) => {
    if (!acceptWaiting || reason !== undefined) return;
    const message = 'expected a reason, because acceptWaiting is true';
    context.addIssue({ code: 'custom', path: ['reason'], message, params: { code: 'MISSING_FIELD' } });
  });

const answerSchema = z
  .object({
    dryRun: z.boolean(),
    month: monthText,
    currency: currencySchema,
    closed: z.array(
      z
        .object({
          accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }),
          number: z
            .int()
            .nullable()
            .meta({ examples: [42], description: 'Null for a dry run' }),
          isNew: z.boolean().meta({ description: 'False if the month was already closed' }),
          total: moneySchema,
          totalExact: exactSchema,
          imported: moneySchema,
          prepaid: moneySchema,
          amountDue: moneySchema,
          waiting: waitingSchema.nullable().meta({
            description: 'What waited, and was accepted, when it was closed by this request; null for nothing',
          }),
        })
        .meta({ id: 'ClosedMonth' }),
    ),
    refused: z
      .array(
        z
          .object({
            accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }),
            code: z.string().meta({ examples: ['EARLIER_MONTH_OPEN'] }),
            detail: z.string().meta({ examples: ['2026-10 has usage and is open'] }),
            waiting: waitingSchema
              .nullable()
              .meta({ description: 'What waits of the month, whatever the code is; null for nothing' }),
          })
          .meta({ id: 'RefusedMonth' }),
      )
      .meta({
        description:
          'Accounts that stay open, and why; of named accounts only in a dry run, and only those of which ' +
          'something waits',
      }),
    next: z
      .string()
      .nullable()
      .meta({
        examples: ['auth0|507f1f77'],
        description: 'Send again with this as `after`: there are more accounts. Null at the end',
      }),
  })
  .meta({ id: 'MonthsClosed' });

const description = `Each account gets its final, numbered statement of the month. It never changes again, and there is
no way to reopen a month: whatever comes for it later is booked in the account's next month. Sent again it answers the
same statements. Accounts are closed by id, a thousand a request.

An account of whose month something waits that may still change it (parked events, hours that a cluster did not report,
unexplained differences) is refused as USAGE_WAITING, unless \`acceptWaiting\` is sent with a \`reason\`; the audit log
then shows with the statement what waited, and why it was closed.`;

/** `POST /v1/statements/close` */
export function addCloseMonths(app: HttpApp, { pool, issuer }: StatementsDeps): void {
  const schema = {
    operationId: 'closeMonths',
    summary: 'Close a month, for some accounts or for all',
    description,
    tags: ['Statements'],
    body: bodySchema,
    response: changed(
      'Which accounts are closed, or would be',
      answerSchema,
      'UNKNOWN_REFERENCE',
      'MONTH_NOT_ENDED',
      'MONTH_CLOSED',
      'EARLIER_MONTH_OPEN',
      'PRICE_CHANGE_APPLYING',
      'USAGE_WAITING',
      'AMOUNT_TOO_LARGE',
    ),
  };
  app.post(
    '/v1/statements/close',
    { schema, bodyLimit: BODY_BYTES_MAX, config: { access: 'admin' } },
    async (request) => {
      const { dryRun, acceptWaiting, ...closing } = request.body;
      const wanted = { ...closing, issuer, isDryRun: dryRun, isWaitingAccepted: acceptWaiting };
      const done = await closeMonths(pool, changeOf(request), wanted);
      return {
        dryRun,
        month: formatUsageMonth(closing.month),
        currency: CURRENCY,
        closed: done.closed.map((statement) => ({
          accountOwnerId: statement.accountOwnerId,
          number: dryRun && statement.isNew ? null : statement.number,
          isNew: statement.isNew,
          total: formatCents(statement.total),
          totalExact: formatExact(statement.totalExact),
          imported: formatCents(statement.imported),
          prepaid: formatCents(statement.prepaid),
          amountDue: formatCents(statement.amountDue),
          waiting: describeWaitingUsage(statement.waiting),
        })),
        refused: done.refused.map((refusal) => ({ ...refusal, waiting: describeWaitingUsage(refusal.waiting) })),
        next: done.next ?? null,
      };
    },
  );
}
