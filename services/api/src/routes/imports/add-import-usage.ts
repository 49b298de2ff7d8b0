import { IMPORT_ROWS_MAX, importUsage, listClusters, type Pool, type UsageImport } from '@hopsmeter/db';
import { type HttpApp, sendProblem } from '@hopsmeter/runtime';
import { type Micros, PARK_REASONS, RequestError } from '@hopsmeter/usage';
import { z } from 'zod';
import { changeOf } from '../../callers/change-of.ts';
import { exactSchema, formatExact } from '../../contract/amounts.ts';
import { changed } from '../../contract/change-responses.ts';
import { isText, parameter } from '../../contract/parameters.ts';
import { problem } from '../../contract/problems.ts';
import { IMPORT_COLUMNS, readRows } from './read-rows.ts';
import { readUsage } from './read-usage.ts';

/** 5,000 rows of some 400 bytes: ids, names and times of ordinary length fit twice. */
const FILE_BYTES_MAX = 2_097_152;

/** A sentence or two, as everywhere. */
const REASON_LENGTH_MAX = 500;

/** Clusters are tens; a file that names others is refused. */
const CLUSTERS_MAX = 10_000;

/** Problems told in one answer: more than a person mends before trying again. */
const PROBLEMS_MAX = 100;

const querySchema = z.strictObject({
  reason: parameter({
    parse: (text) => (isText(text, REASON_LENGTH_MAX) && text.trim() !== '' ? text : undefined),
    code: 'INVALID_TEXT',
    expected: `expected 1 to ${REASON_LENGTH_MAX} characters without control characters`,
    describedAs: { description: 'Why; kept in the audit log', examples: ['The collector was down'] },
  }),
  dryRun: parameter({
    parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
    code: 'INVALID_TEXT',
    expected: 'expected true or false',
    describedAs: { description: 'Tell what would be counted and change nothing', enum: ['true', 'false'] },
  }).default(false),
});

const count = (description: string) =>
  z
    .int()
    .min(0)
    .meta({ description, examples: [24] });

const usageShape = {
  meter: z.string().meta({ examples: ['cpu_hours'] }),
  quantity: exactSchema,
  costExact: exactSchema.meta({ description: 'At the list prices of the usage days' }),
  rowCount: count('Rows behind it'),
};

const answerSchema = z
  .object({
    dryRun: z.boolean(),
    importId: z
      .string()
      .nullable()
      .meta({
        description: 'The batch that the rows are recorded as; null in a dry run',
        examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'],
      }),
    rowCount: count('Rows of the file'),
    accounts: z.array(
      z
        .object({
          accountOwnerId: z.string().meta({ examples: ['auth0|507f1f77'] }),
          costExact: exactSchema,
          usages: z.array(z.object(usageShape).meta({ id: 'ImportedUsage' })),
        })
        .meta({ id: 'ImportedAccount', description: 'What is counted for an account within seconds' }),
    ),
    aside: z
      .array(
        z
          .object({
            row: count('Row of the file; the header is row 1'),
            reason: z.enum(['duplicate', ...PARK_REASONS]),
            detail: z.string().meta({ examples: ['no project has the namespace nobody at that time'] }),
          })
          .meta({ id: 'ImportedAside' }),
      )
      .meta({ description: 'Rows that change nothing (`duplicate`) or are parked, and why' }),
  })
  .meta({ id: 'UsageImport' });

const description = `The body is a CSV file with a header and the columns
${IMPORT_COLUMNS.map((name) => `\`${name}\``).join(', ')}: at most ${IMPORT_ROWS_MAX} rows and
${FILE_BYTES_MAX / 1_048_576} MiB. \`cluster\` is an id or a name; \`namespace\` or \`subject\` says whose usage it is.
Every row is read by the rules for events; one wrong row refuses the file, and \`errors\` names rows and columns:
\`/3/quantity\`.

The rows are recorded as one batch, as if the clusters had sent them, and a worker counts them within seconds. A row is
known by its cluster and id, so a file that is sent again changes nothing. The receipt of each row says who imported
it.`;

/** `POST /v1/usage-imports` */
export async function addImportUsage(scope: HttpApp, pool: Pool, now: () => Micros): Promise<void> {
  const schema = {
    operationId: 'importUsage',
    summary: 'Import a CSV file of usage',
    description,
    tags: ['Usage'],
    consumes: ['text/csv'],
    querystring: querySchema,
    body: z.instanceof(Buffer).meta({ type: 'string', description: 'A CSV file, UTF-8' }),
    response: {
      ...changed('What is counted for whom, or would be', answerSchema, 'INVALID_ROWS'),
      413: problem('The file has too many rows or bytes', 'TOO_MANY_EVENTS', 'BODY_TOO_LARGE'),
      415: problem('The body is not text/csv', 'UNSUPPORTED_MEDIA_TYPE'),
    },
  };
  await scope.register(async (app: HttpApp) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('text/csv', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    const options = { schema, bodyLimit: FILE_BYTES_MAX, config: { access: 'admin' as const } };
    app.post('/v1/usage-imports', options, async (request, reply) => {
      const { reason, dryRun } = request.query;
      const fileRows = readRows(request.body);
      const { rows, problems } = readUsage(fileRows, await readClusters(pool), now());
      if (problems.length > 0) {
        const error = new RequestError('INVALID_ROWS', `${problems.length} cells are wrong; errors names the first`);
        return sendProblem(reply, error, problems.slice(0, PROBLEMS_MAX));
      }
      const done = await importUsage(pool, changeOf(request), { rows, reason, isDryRun: dryRun });
      return { dryRun, importId: done.importId ?? null, rowCount: rows.length, ...describeImport(done) };
    });
  });
}

/** Ids of the clusters by their ids and their names. */
async function readClusters(pool: Pool): Promise<ReadonlyMap<string, string>> {
  const clusters = await listClusters(pool, { limit: CLUSTERS_MAX });
  return new Map([
    ...clusters.map(({ id, name }) => [name, id] as const),
    ...clusters.map(({ id }) => [id, id] as const),
  ]);
}

function describeImport({ usages, aside }: UsageImport) {
  const ids = new Set(usages.map(({ accountOwnerId }) => accountOwnerId));
  const accounts = [...ids].map((id) => ({ id, ofAccount: usages.filter((usage) => usage.accountOwnerId === id) }));
  return {
    accounts: accounts.map(({ id: accountOwnerId, ofAccount }) => ({
      accountOwnerId,
      costExact: formatExact(ofAccount.reduce((sum, { cost }) => sum + cost, 0n)),
      usages: ofAccount.map(({ meter, quantity, cost, rowCount }) => ({
        meter,
        quantity: formatExact(quantity),
        costExact: formatExact(cost),
        rowCount,
      })),
    })),
    aside: [...aside],
  };
}
