import { WINDOWS_DAYS_MAX } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { roundExactUnits } from '@hopsmeter/usage';
import { z } from 'zod';
import { chooseContentType } from '../../contract/accept.ts';
import { formatExact } from '../../contract/amounts.ts';
import { CSV_CONTENT_TYPE, formatCsv, formatCsvHeader } from '../../contract/csv.ts';
import { changeProblems, NOT_FOUND_RESPONSE, PROBLEM_RESPONSES } from '../../contract/problems.ts';
import { type AnsweredQuestion, answerQuestion, type QuestionDeps } from './answer-question.ts';
import {
  choice,
  clientIdSchema,
  customersSchema,
  filterValuesSchema,
  fromSchema,
  repeatable,
  subjectsSchema,
  timeZoneSchema,
  toSchema,
} from './parameters.ts';
import type { Question } from './question.ts';
import { VALUE_COLUMNS } from './value-columns.ts';
import { formatMoment, QUERY_GROUPINGS, type QueryGrouping, type Value, WINDOW_SIZES } from './windows.ts';

/** Every list as long as it may be, each character written as `\uXXXX`, is longer; people name a few. */
const BODY_BYTES_MAX = 65_536;

const shape = {
  from: fromSchema,
  to: toSchema,
  windowSize: choice(WINDOW_SIZES, 'One value for each window; one for all of it when not given').optional(),
  windowTimeZone: timeZoneSchema,
  subject: subjectsSchema,
  filterCustomerId: customersSchema,
  groupBy: repeatable(choice(QUERY_GROUPINGS, 'What to group by'), QUERY_GROUPINGS.length, 'What to group by'),
  clientId: clientIdSchema,
};

const querySchema = z.strictObject({
  ...shape,
  'filterGroupBy[subject]': filterValuesSchema('subject', 'auth0|507f1f78'),
  'filterGroupBy[account_owner_id]': filterValuesSchema('account_owner_id', 'auth0|507f1f77'),
  'filterGroupBy[cluster]': filterValuesSchema('cluster', '8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'),
  'filterGroupBy[namespace]': filterValuesSchema('namespace', 'fraud-detection'),
});

const bodySchema = z.strictObject({
  ...shape,
  filterGroupBy: z
    .strictObject({
      subject: filterValuesSchema('subject', 'auth0|507f1f78'),
      account_owner_id: filterValuesSchema('account_owner_id', 'auth0|507f1f77'),
      cluster: filterValuesSchema('cluster', '8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'),
      namespace: filterValuesSchema('namespace', 'fraud-detection'),
    })
    .optional(),
});

const paramsSchema = z.strictObject({
  slug: z
    .string()
    .max(253)
    .meta({ description: 'Name of the meter', examples: ['cpu_hours'] }),
});

const valueSchema = z
  .object({
    value: z
      .number()
      .meta({ examples: [24.5], description: 'The nearest floating point number; use `valueDecimal` where it counts' }),
    valueDecimal: z.string().meta({ description: 'Exactly, with 12 decimals', examples: ['24.500000000000'] }),
    windowStart: z.string().meta({ examples: ['2026-11-01T00:00:00Z'] }),
    windowEnd: z.string().meta({ description: 'Exclusive', examples: ['2026-11-02T00:00:00Z'] }),
    subject: z
      .string()
      .nullable()
      .meta({ examples: ['auth0|507f1f78'], description: 'The user, when grouped by it' }),
    groupBy: z.record(z.string(), z.string().nullable()).meta({ description: 'The other groupings' }),
  })
  .meta({ id: 'OpenMeterValue' });

const answerSchema = z
  .object({
    from: z.string().meta({ examples: ['2026-11-01T00:00:00Z'] }),
    to: z.string().meta({ examples: ['2026-12-01T00:00:00Z'] }),
    windowSize: z.enum(WINDOW_SIZES).optional(),
    data: z.array(valueSchema),
  })
  .meta({ id: 'OpenMeterValues', description: 'Values of a meter in the form of OpenMeter' });

const responses = {
  200: {
    description: 'The values, in the order of their windows',
    content: {
      'application/json': { schema: answerSchema },
      'text/csv': { schema: z.string().meta({ description: 'A header line and one line for each value' }) },
    },
  },
  ...NOT_FOUND_RESPONSE,
  ...PROBLEM_RESPONSES,
};

const description = `How much of a meter was used, as OpenMeter's clients ask it. Usage is in the window in which it
begins, or the UTC day on which it is booked, if that begins later. What UTC days do not answer is read from the events,
for ${WINDOWS_DAYS_MAX} days at most: hours, days and months of other time zones, and a time of day. An account owner
gets the own account's usage.`;

/** `GET` and `POST /api/v1/meters/{slug}/query` */
export function addQueryMeter(app: HttpApp, deps: QuestionDeps): void {
  const shared = { description, tags: ['OpenMeter'], params: paramsSchema };
  const read = {
    ...shared,
    operationId: 'queryOpenMeterMeter',
    summary: "Read a meter's values, in OpenMeter's form",
    querystring: querySchema,
    response: responses,
  };
  app.get(
    '/api/v1/meters/:slug/query',
    { schema: read, config: { access: 'any-owner' } },
    async ({ params: { slug: meter }, query, caller, headers }, reply) => {
      const type = chooseContentType(headers.accept, ['application/json', 'text/csv']);
      const filters = Object.fromEntries(QUERY_GROUPINGS.map((name) => [name, query[`filterGroupBy[${name}]`]]));
      const answer = await answerQuestion(deps, caller, toQuestion(meter, query, filters));
      if (type === 'text/csv')
        return reply
          .type(CSV_CONTENT_TYPE)
          .send(formatCsvHeader(VALUE_COLUMNS) + formatCsv(VALUE_COLUMNS, answer.values));
      return describeAnswer(answer, query.windowSize);
    },
  );
  const post = {
    ...shared,
    operationId: 'queryOpenMeterMeterByPost',
    summary: "Read a meter's values, in OpenMeter's form, with the question as a body",
    body: bodySchema,
    response: {
      200: { description: 'The values', content: { 'application/json': { schema: answerSchema } } },
      ...changeProblems([]),
    },
  };
  app.post(
    '/api/v1/meters/:slug/query',
    { schema: post, config: { access: 'any-owner' }, bodyLimit: BODY_BYTES_MAX },
    async ({ params: { slug: meter }, body, caller }) =>
      describeAnswer(
        await answerQuestion(deps, caller, toQuestion(meter, body, body.filterGroupBy ?? {})),
        body.windowSize,
      ),
  );
}

type Asked = Omit<z.infer<typeof bodySchema>, 'filterGroupBy'>;

function toQuestion(
  meter: string,
  { from, to, windowSize, windowTimeZone, subject, filterCustomerId, groupBy }: Asked,
  filters: Readonly<Partial<Record<QueryGrouping, readonly string[] | undefined>>>,
): Question {
  const only = new Map<QueryGrouping, ReadonlySet<string>>();
  const restrict = (grouping: QueryGrouping, values: readonly string[] | undefined): void => {
    if (values === undefined || values.length === 0) return;
    const known = only.get(grouping);
    only.set(grouping, new Set(known === undefined ? values : values.filter((value) => known.has(value))));
  };
  restrict('subject', subject);
  restrict('account_owner_id', filterCustomerId);
  for (const grouping of QUERY_GROUPINGS) restrict(grouping, filters[grouping]);
  return { meter, from, to, windowSize, windowTimeZone, groupBy: new Set(groupBy), only };
}

function describeAnswer({ from, to, values }: AnsweredQuestion, windowSize: Question['windowSize']) {
  return {
    from: formatMoment(from),
    to: formatMoment(to),
    ...(windowSize === undefined ? {} : { windowSize }),
    data: values.map(describeValue),
  };
}

function describeValue({ from, to, subject, groupBy, quantity }: Value): z.input<typeof valueSchema> {
  const valueDecimal = formatExact(roundExactUnits(quantity));
  return {
    // The only place where a quantity becomes a floating point number: the end of what OpenMeter's form asks for.
    value: Number(valueDecimal),
    valueDecimal,
    windowStart: formatMoment(from),
    windowEnd: formatMoment(to),
    subject,
    groupBy,
  };
}
