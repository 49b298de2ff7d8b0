import { eachCharge, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { formatUsageDay, type Micros, parseUsageDay, RequestError, usageDayOf } from '@hopsmeter/usage';
import { z } from 'zod';
import type { Billing } from '../../billing.ts';
import { CSV_CONTENT_TYPE } from '../../contract/csv.ts';
import { nameFile } from '../../contract/name-file.ts';
import { accountFilter, monthOf, monthSchema, parameter } from '../../contract/parameters.ts';
import { NOT_FOUND_RESPONSE, PROBLEM_RESPONSES } from '../../contract/problems.ts';
import type { Streams } from '../../contract/streams.ts';
import { FOCUS_VERSIONS } from './focus/focus-column.ts';
import { focusColumns } from './focus/focus-columns.ts';
import { openCsv } from './focus-csv.ts';
import type { FocusFile } from './focus-file.ts';
import { openParquet, PARQUET_CONTENT_TYPE } from './focus-parquet.ts';

const FORMATS = ['csv', 'parquet'] as const;

const FILES: Readonly<Record<(typeof FORMATS)[number], FocusFile>> = {
  csv: { contentType: CSV_CONTENT_TYPE, open: openCsv },
  parquet: { contentType: PARQUET_CONTENT_TYPE, open: openParquet },
};

/** One of some words. The first of them has to be made its default. */
function choiceOf<const T extends string>(choices: readonly [T, ...T[]], description: string) {
  return parameter({
    parse: (text) => choices.find((choice) => choice === text),
    code: 'INVALID_CHOICE',
    expected: `expected one of ${choices.join(', ')}`,
    describedAs: { description, examples: [choices[0]], enum: [...choices], default: choices[0] },
  });
}

const querySchema = z.strictObject({
  month: monthSchema.optional(),
  version: choiceOf(FOCUS_VERSIONS, 'Version of FOCUS').default('1.2'),
  format: choiceOf(FORMATS, 'Form of the file').default('csv'),
  account: accountFilter,
});

const description = `What a month charges, as a FOCUS cost and usage file: a row for each user's usage of a meter in a
project on a day, and rows of their own for changes of prices of closed months and for what tiers, packages and included
quantities come to. docs/exports.md says of each column what it is made of.

Costs are exact and not rounded to cents. \`BilledCost\` of all rows adds up to the exact total of the account's
statement of the month, final or draft, and without the model effects to \`totalExact\` of its totals.

Everything is as of one moment. When something breaks on the way the connection is cut, so half a file never looks
whole. An account owner has to name their own account.`;

const responses = {
  200: {
    description: 'The file',
    content: {
      'text/csv': { schema: z.string().meta({ description: 'A header line and one line for each row' }) },
      [PARQUET_CONTENT_TYPE]: {
        schema: z.string().meta({
          format: 'binary',
          description: 'Decimals as DECIMAL(38,12) and DECIMAL(38,24), times as TIMESTAMP in UTC',
        }),
      },
    },
  },
  ...NOT_FOUND_RESPONSE,
  ...PROBLEM_RESPONSES,
};

export type ExportFocusDeps = {
  readonly pool: Pool;
  readonly billing: Pick<Billing, 'hasAccount'>;
  readonly streams: Streams;
  readonly now: () => Micros;
};

/** `GET /v1/exports/focus` */
export function addExportFocus(app: HttpApp, { pool, billing, streams, now }: ExportFocusDeps): void {
  const schema = {
    operationId: 'exportFocus',
    summary: 'Export a month as a FOCUS file',
    description,
    tags: ['Exports'],
    querystring: querySchema,
    response: responses,
  };
  app.get('/v1/exports/focus', { schema, config: { access: 'own-account' } }, async ({ query }, reply) => {
    const { version, format, account: accountOwnerId } = query;
    const { month, from, to } = query.month ?? monthOf(formatUsageDay(usageDayOf(now())).slice(0, 7));
    if (accountOwnerId !== undefined && !(await billing.hasAccount(accountOwnerId)))
      throw new RequestError('NOT_FOUND', 'no such account');
    const { contentType, open } = FILES[format];
    const head = { contentType, fileName: nameFile([`focus-${version}`, month, accountOwnerId], format) };
    return streams.send(reply, head, async (write) => {
      const file = open({ version, columns: focusColumns(version), write });
      let isBegun = false;
      // Not before the first rows are there: until something is written, a failure is still an answer of its own.
      const begin = async (): Promise<void> => {
        if (!isBegun) await file.begin();
        isBegun = true;
      };
      const wanted = { month: parseUsageDay(from) ?? Number.NaN, accountOwnerId };
      await eachCharge(pool, wanted, async (charges) => {
        await begin();
        await file.add(charges.map((charge) => ({ ...charge, monthFrom: from, monthTo: to })));
      });
      await begin();
      await file.end();
    });
  });
}
