import type { NamedComparisonRow, Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import {
  addMonths,
  CAUSES,
  COMPARISON_CSV_HEADER,
  createSummary,
  formatComparisonCsv,
  formatUsageMonth,
  type Micros,
} from '@hopsmeter/usage';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { chooseContentType } from '../../contract/accept.ts';
import { ROWS_DEFAULT, ROWS_MAX } from '../../contract/change-responses.ts';
import { CSV_CONTENT_TYPE } from '../../contract/csv.ts';
import { MONTH_PATTERN, parseMonth } from '../../contract/month.ts';
import { nameFile } from '../../contract/name-file.ts';
import { createPageCursor, dayPart, textPart } from '../../contract/page-cursor.ts';
import { limitSchema, parameter } from '../../contract/parameters.ts';
import { PROBLEM_RESPONSES, problem } from '../../contract/problems.ts';
import type { Streams } from '../../contract/streams.ts';
import { answerSchema, MEASURES } from './comparison-answers.ts';
import { createWalkComparison } from './walk-comparison.ts';

const paramsSchema = z.strictObject({
  month: parameter({
    parse: parseMonth,
    code: 'INVALID_MONTH',
    expected: 'expected a month such as 2026-11',
    describedAs: { description: 'Calendar month in UTC', examples: ['2026-11'], pattern: MONTH_PATTERN },
  }),
});

const CHOICES = [...CAUSES, 'equal'] as const;

const pages = createPageCursor(z.object({ userId: textPart, date: dayPart, measure: z.enum(MEASURES) }));

const querySchema = z.strictObject({
  cause: parameter({
    parse: (text) => CHOICES.find((choice) => choice === text),
    code: 'INVALID_CHOICE',
    expected: `expected one of ${CHOICES.join(', ')}`,
    describedAs: {
      description: 'Only rows with this cause, or those that are equal; without it all that differ',
      examples: ['missing_hour'],
      enum: [...CHOICES],
    },
  }).optional(),
  cursor: pages.parameter,
  limit: limitSchema({ most: ROWS_MAX, standard: ROWS_DEFAULT }),
});

const description = `How a month of the application in use today differs from what was metered, user by user, day by day
and measure by measure, and why. Both databases are read as of now and neither is changed. Only days that are over are
compared. In the order of user, day and measure.

With \`Accept: text/csv\` all rows come as one file, without pages and as of one moment: RFC 4180 with CRLF and a header
line. When something breaks on the way the connection is cut, so half a file never looks whole.`;

const responses = {
  200: {
    description: 'A page of rows, or all of them as CSV',
    content: {
      'application/json': { schema: answerSchema },
      'text/csv': { schema: z.string().meta({ description: 'A header line and one line for each row' }) },
    },
  },
  ...PROBLEM_RESPONSES,
  409: problem('No application database is configured', 'COMPARISON_OFF'),
  503: problem('A database is not responding; retry after Retry-After seconds', 'NOT_READY', 'APPLICATION_UNREADABLE'),
};

export type ReadComparisonDeps = {
  readonly pool: Pool;
  /** URL of the application database. */
  readonly applicationUrl: string | undefined;
  readonly streams: Streams;
  readonly now: () => Micros;
};

type Choice = (typeof CHOICES)[number];

/** `GET /v1/comparisons/{month}` */
export function addReadComparison(app: HttpApp, { pool, applicationUrl, streams, now }: ReadComparisonDeps): void {
  const walk = createWalkComparison(pool, applicationUrl);
  const schema = {
    operationId: 'readComparison',
    summary: 'Compare a month of the application with what was metered',
    description,
    tags: ['Moving in'],
    params: paramsSchema,
    querystring: querySchema,
    response: responses,
  };
  app.get(
    '/v1/comparisons/:month',
    { schema, config: { access: 'staff' } },
    async ({ params, query, headers }, reply) => {
      const { cause, cursor, limit } = query;
      const range = { from: params.month, to: addMonths(params.month, 1), now: now(), signal: signalOf(reply) };
      const month = formatUsageMonth(params.month);
      const isWanted = (row: NamedComparisonRow): boolean => isOfCause(row, cause);
      reply.header('vary', 'accept');
      if (chooseContentType(headers.accept, ['application/json', 'text/csv']) === 'text/csv')
        return streams.send(
          reply,
          { contentType: CSV_CONTENT_TYPE, fileName: nameFile(['comparison', month], 'csv') },
          (write) =>
            walk(range, async (rows, { place }) => {
              const lines = formatComparisonCsv(rows.filter(isWanted));
              const text = place === 1 ? COMPARISON_CSV_HEADER + lines : lines;
              if (text !== '') await write(text);
              return true;
            }).then(async ({ userCount }) => (userCount === 0 ? write(COMPARISON_CSV_HEADER) : undefined)),
        );

      const making = cursor === undefined ? createSummary() : undefined;
      const found: NamedComparisonRow[] = [];
      const days = await walk({ ...range, fromUserId: cursor?.userId }, async (rows) => {
        making?.add(rows);
        // One more than asked for tells whether there is a next page.
        for (const row of rows)
          if (found.length <= limit && isWanted(row) && (cursor === undefined || isBehind(row, cursor)))
            found.push(row);
        return making !== undefined || found.length <= limit;
      });
      const { rows, next } = pages.pageOf(found, limit, (row) => row);
      return {
        month,
        ...days,
        ...(making === undefined ? {} : { summary: copyOf(making.summary()) }),
        rows: rows.map(describeRow),
        ...next,
      };
    },
  );
}

function isOfCause({ causes }: NamedComparisonRow, wanted: Choice | undefined): boolean {
  if (wanted === undefined) return causes.length > 0;
  return wanted === 'equal' ? causes.length === 0 : causes.includes(wanted);
}

type Place = { readonly userId: string; readonly date: string; readonly measure: string };

const ORDER: readonly string[] = MEASURES;

function isBehind(row: NamedComparisonRow, after: Place): boolean {
  if (row.userId !== after.userId) return row.userId > after.userId;
  if (row.date !== after.date) return row.date > after.date;
  return ORDER.indexOf(row.measure) > ORDER.indexOf(after.measure);
}

function describeRow({ userName, causes, ...row }: NamedComparisonRow) {
  return { ...row, causes: [...causes], labels: userName === null ? {} : { user: userName } };
}

function copyOf({ causes, measures, ...counts }: ReturnType<ReturnType<typeof createSummary>['summary']>) {
  return { ...counts, causes: [...causes], measures: [...measures] };
}

/** Nobody waits for a comparison whose caller went away. */
function signalOf(reply: FastifyReply): AbortSignal {
  const leaving = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) leaving.abort(new Error('the caller went away'));
  });
  return leaving.signal;
}
