import type { UsageDailyRow, UsageFilter } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { formatUsageDay } from '@hopsmeter/usage';
import { z } from 'zod';
import type { Billing } from '../../billing.ts';
import { chooseContentType } from '../../contract/accept.ts';
import { CURRENCY, currencySchema, exactQuantitySchema, exactSchema } from '../../contract/amounts.ts';
import { CSV_CONTENT_TYPE, formatCsv, formatCsvHeader } from '../../contract/csv.ts';
import { freshnessSchema } from '../../contract/freshness.ts';
import { nameFile } from '../../contract/name-file.ts';
import { nextCursorSchema } from '../../contract/page-cursor.ts';
import { accountFilter, checkRange, limitSchema, rangeShape, usageFilterShape } from '../../contract/parameters.ts';
import { PROBLEM_RESPONSES } from '../../contract/problems.ts';
import type { Streams } from '../../contract/streams.ts';
import { USAGE_DAILY_COLUMNS } from './usage-daily-columns.ts';
import { usageDailyCursor } from './usage-daily-cursor.ts';

/** 1,000 rows are 700 kB of JSON. */
const ROWS_MAX = 1_000;
const ROWS_DEFAULT = 100;

const querySchema = z
  .strictObject({
    ...rangeShape,
    account: accountFilter,
    ...usageFilterShape,
    cursor: usageDailyCursor.parameter,
    limit: limitSchema({ most: ROWS_MAX, standard: ROWS_DEFAULT }),
  })
  .superRefine((query, context) => checkRange(query, context));

const text = (description: string, example: string) => z.string().meta({ description, examples: [example] });
const label = (description: string, example: string) => text(description, example).optional();

const rowSchema = z
  .object({
    usageDate: text('UTC day of the usage', '2026-11-22'),
    bookedOn: text('The day that decides on whose statement it is: the usage date or a later month', '2026-11-22'),
    accountOwnerId: text('Who pays', 'auth0|507f1f77'),
    userId: text('Who used it', 'auth0|507f1f78'),
    clusterId: text('Cluster', '8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'),
    projectId: text('Project; null outside of any', '3f0e2f0a-7c1e-4b0e-9a64-0f6f4f0c9b11').nullable(),
    meter: text('Meter', 'cpu_hours'),
    quantity: exactSchema,
    quantityExact: exactQuantitySchema,
    price: exactSchema,
    priceQuantity: exactSchema.meta({ description: 'How much the price is for' }),
    rateId: text(
      'The rate behind the price; null for imported usage too',
      '0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d',
    ).nullable(),
    priceOverrideId: text("The account's own price", '0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1e').nullable(),
    priceAdjustment: exactSchema.meta({
      description: 'What a later price makes of the same usage in closed months',
      examples: ['0.000000000000'],
    }),
    costExact: exactSchema,
    eventCount: z
      .string()
      .regex(/^-?\d+$/)
      .meta({ description: 'Events behind it, as text', examples: ['24'] }),
    firstEventAt: text('Start of the first event, RFC 3339', '2026-11-22T00:00:00.000000Z'),
    lastEventAt: text('Start of the last event, RFC 3339', '2026-11-22T23:00:00.000000Z'),
    isImported: z.boolean().meta({
      description: 'Whether another system measured and billed it, before hopsmeter. Its meter begins with `imported_`',
    }),
    labels: z
      .object({
        account: label("The owner's name, or else e-mail address", 'Ada Lovelace'),
        user: label('Name, or else e-mail address', 'Grace Hopper'),
        project: label('Namespace', 'fraud-detection'),
        cluster: label('Name', 'eu-north-1'),
      })
      .meta({ description: 'What people call the ids, where it is known; for display only' }),
  })
  .meta({ id: 'UsageDailyRow', description: 'What a user used of a meter on a day, in a project of a cluster' });

const answerSchema = z
  .object({
    from: z.string().meta({ examples: ['2026-11-01'] }),
    to: z.string().meta({ description: 'Exclusive', examples: ['2026-12-01'] }),
    currency: currencySchema,
    rows: z.array(rowSchema),
    nextCursor: nextCursorSchema,
    freshness: freshnessSchema,
  })
  .meta({ id: 'UsageDaily' });

const description = `The rows of the rollup that are booked from \`from\` up to, but not including, \`to\`: what every
total is the sum of. In the order of account, day on which it is booked, user, cluster, project, meter and usage date.

With \`Accept: text/csv\` all rows come as one file, without pages and as of one moment: RFC 4180 with CRLF and a header
line, the labels as columns of their own. A text that a spreadsheet would take for a formula has a \`'\` before it;
numbers never do. When something breaks on the way the connection is cut, so half a file never looks whole.`;

const responses = {
  200: {
    description: 'A page of rows, or all of them as CSV',
    content: {
      'application/json': { schema: answerSchema },
      'text/csv': { schema: z.string().meta({ description: 'A header line and one line for each row' }) },
    },
  },
  ...PROBLEM_RESPONSES,
};

export type ListUsageDailyDeps = { readonly billing: Billing; readonly streams: Streams };

/** `GET /v1/usage-daily` */
export function addListUsageDaily(app: HttpApp, { billing, streams }: ListUsageDailyDeps): void {
  const schema = {
    operationId: 'listUsageDaily',
    summary: 'List the rows behind every total, as JSON or CSV',
    description,
    tags: ['Billing'],
    querystring: querySchema,
    response: responses,
  };
  app.get('/v1/usage-daily', { schema, config: { access: 'own-account' } }, async ({ query, headers }, reply) => {
    const { account: accountOwnerId, user: userId, project: projectId, cluster: clusterId, meter } = query;
    const from = formatUsageDay(query.from);
    const to = formatUsageDay(query.to);
    const filter: UsageFilter = { from, to, accountOwnerId, userId, projectId, clusterId, meter };
    reply.header('vary', 'accept');
    if (chooseContentType(headers.accept, ['application/json', 'text/csv']) === 'text/csv') return sendCsv(filter);
    const freshness = await billing.readFreshness();
    // One more than asked for tells whether there is a next page.
    const found = await billing.listUsageDaily({ ...filter, after: query.cursor, limit: query.limit + 1 });
    const { rows, next } = usageDailyCursor.pageOf(found, query.limit, (row) => row);
    return {
      from,
      to,
      currency: CURRENCY,
      rows: rows.map(describeRow),
      ...next,
      freshness,
    };

    function sendCsv(wanted: UsageFilter) {
      const fileName = nameFile(['usage-daily', wanted.accountOwnerId, from, to], 'csv');
      const head = { contentType: CSV_CONTENT_TYPE, fileName };
      return streams.send(reply, head, async (write) => {
        let header = formatCsvHeader(USAGE_DAILY_COLUMNS);
        await billing.eachUsageDaily(wanted, async (rows) => {
          await write(header + formatCsv(USAGE_DAILY_COLUMNS, rows));
          header = '';
        });
        if (header !== '') await write(header);
      });
    }
  });
}

function describeRow({ accountName, userName, projectNamespace, clusterName, ...row }: UsageDailyRow) {
  const labels = {
    ...(accountName === null ? {} : { account: accountName }),
    ...(userName === null ? {} : { user: userName }),
    ...(projectNamespace === null ? {} : { project: projectNamespace }),
    ...(clusterName === null ? {} : { cluster: clusterName }),
  };
  return { ...row, labels };
}
