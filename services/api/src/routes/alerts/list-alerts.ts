import { listAlerts } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { parseUsageDay } from '@hopsmeter/usage';
import { z } from 'zod';
import { listed, ROWS_DEFAULT, ROWS_MAX } from '../../contract/change-responses.ts';
import { createPageCursor, instantPart, nextCursorSchema, systemIdPart } from '../../contract/page-cursor.ts';
import { accountIdSchema, limitSchema, parameter } from '../../contract/parameters.ts';
import type { AlertsDeps } from './alerts-deps.ts';
import { alertSchema, describeAlert } from './schemas.ts';

const monthSchema = parameter({
  parse: (text) => (/^\d{4}-\d{2}$/.test(text) && parseUsageDay(`${text}-01`) !== undefined ? `${text}-01` : undefined),
  code: 'INVALID_MONTH',
  expected: 'expected a month such as 2026-11',
  describedAs: { description: 'Only alerts of this month', examples: ['2026-11'] },
});

const pages = createPageCursor(z.object({ raisedAt: instantPart, id: systemIdPart }));

const querySchema = z.strictObject({
  accountOwnerId: accountIdSchema.optional(),
  month: monthSchema.optional(),
  cursor: pages.parameter,
  limit: limitSchema({ most: ROWS_MAX, standard: ROWS_DEFAULT }),
});

const answerSchema = z
  .object({ alerts: z.array(alertSchema), nextCursor: nextCursorSchema })
  .meta({ id: 'SpendingAlerts' });

/** `GET /v1/alerts` */
export function addListAlerts(app: HttpApp, { pool }: AlertsDeps): void {
  const schema = {
    operationId: 'listAlerts',
    summary: 'List spending alerts',
    description: 'The newest first. An alert is listed whether or not it could be delivered; `deliveries` says so.',
    tags: ['Spending caps and alerts'],
    querystring: querySchema,
    response: listed('A page of alerts', answerSchema),
  };
  app.get('/v1/alerts', { schema, config: { access: 'staff' } }, async ({ query }) => {
    const { accountOwnerId, month, cursor, limit } = query;
    const found = await listAlerts(pool, { accountOwnerId, month, after: cursor, limit: limit + 1 });
    const { rows, next } = pages.pageOf(found, limit, (row) => row);
    return { alerts: rows.map(describeAlert), ...next };
  });
}
