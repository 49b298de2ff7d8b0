import { listMeters, type Pool, type TotalsGrouping } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { formatUsageDay, type Micros, RequestError, usageDayOf } from '@hopsmeter/usage';
import { z } from 'zod';
import { answerOrNotReady, type Billing } from '../../billing.ts';
import { accountsOf } from '../../callers/access.ts';
import { chooseContentType } from '../../contract/accept.ts';
import { formatExact } from '../../contract/amounts.ts';
import { CSV_CONTENT_TYPE, formatCsv, formatCsvHeader } from '../../contract/csv.ts';
import { ParameterError, type ParameterErrorCode } from '../../contract/parameter-errors.ts';
import { parameter, RANGE_DAYS_MAX } from '../../contract/parameters.ts';
import { NOT_FOUND_RESPONSE, PROBLEM_RESPONSES } from '../../contract/problems.ts';
import { dayStartSchema, repeatable, subjectsSchema } from './parameters.ts';
import { VALUE_COLUMNS } from './value-columns.ts';
import {
  addUpWindows,
  formatDayStart,
  GROUPING_OF,
  QUERY_GROUPINGS,
  type QueryGrouping,
  type Value,
  WINDOW_SIZES,
} from './windows.ts';

/** As many as our own totals have. */
const GROUPS_MAX = 20_000;

const choice = <T extends string>(options: readonly T[], description: string) =>
  parameter({
    parse: (text) => options.find((option) => option === text),
    code: 'INVALID_CHOICE',
    expected: `expected one of ${options.join(', ')}`,
    describedAs: { description, enum: [...options] },
  });

const querySchema = z.strictObject({
  from: dayStartSchema(
    'First day (UTC), as its beginning; 400 days before `to` when not given',
    '2026-11-01T00:00:00Z',
  ),
  to: dayStartSchema('Day after the last one, as its beginning; tomorrow when not given', '2026-12-01T00:00:00Z'),
  windowSize: choice(WINDOW_SIZES, 'One value for each window; one for all of it when not given').optional(),
  windowTimeZone: choice(['UTC'], 'Days are UTC').optional(),
  subject: subjectsSchema,
  groupBy: repeatable(choice(QUERY_GROUPINGS, 'What to group by'), QUERY_GROUPINGS.length, 'What to group by'),
  clientId: z
    .string()
    .max(100)
    .optional()
    .meta({ description: "OpenMeter's clients may send it; it has no effect", examples: ['report-2026-11'] }),
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

const description = `How much of a meter was used, as OpenMeter's clients ask it. Usage is kept by UTC day and by the day on which it
is booked, so windows are days or months, and a question begins and ends with a day. An account owner gets the own account's
usage.`;

export type QueryMeterDeps = { readonly pool: Pool; readonly billing: Billing; readonly now: () => Micros };

/** `GET /api/v1/meters/{slug}/query` */
export function addQueryMeter(app: HttpApp, { pool, billing, now }: QueryMeterDeps): void {
  const schema = {
    operationId: 'queryOpenMeterMeter',
    summary: "Read a meter's values, in OpenMeter's form",
    description,
    tags: ['OpenMeter'],
    params: z.strictObject({
      slug: z
        .string()
        .max(253)
        .meta({ description: 'Name of the meter', examples: ['cpu_hours'] }),
    }),
    querystring: querySchema,
    response: responses,
  };
  app.get(
    '/api/v1/meters/:slug/query',
    { schema, config: { access: 'any-owner' } },
    async ({ params: { slug: meter }, query, caller, headers }, reply) => {
      const type = chooseContentType(headers.accept, ['application/json', 'text/csv']);
      const to = query.to ?? usageDayOf(now()) + 1;
      const from = query.from ?? to - RANGE_DAYS_MAX;
      const groupBy = new Set<QueryGrouping>(query.groupBy);
      const subjects = query.subject ?? [];
      checkQuestion({ from, to, subjects, groupBy });
      const meters = await answerOrNotReady(listMeters(pool));
      if (!meters.some((known) => known.meter === meter)) throw new RequestError('NOT_FOUND', 'there is no such meter');
      const seen = accountsOf(caller);
      const rows = await billing.readTotals({
        from: formatUsageDay(from),
        to: formatUsageDay(to),
        accountOwnerId: seen === 'all' ? undefined : seen.id,
        userId: subjects.length === 1 ? subjects[0] : undefined,
        meter,
        groupBy: groupingsOf(groupBy, query.windowSize !== undefined, subjects.length > 1),
        groupsMax: GROUPS_MAX + 1,
      });
      if (rows.length > GROUPS_MAX) throw refuse('groupBy', 'TOO_MANY_GROUPS', `more than ${GROUPS_MAX} values`);
      const wanted = rows.filter(({ userId }) => subjects.length < 2 || (userId !== null && subjects.includes(userId)));
      const values = addUpWindows(wanted, { from, to, windowSize: query.windowSize, groupBy });
      if (type === 'text/csv')
        return reply.type(CSV_CONTENT_TYPE).send(formatCsvHeader(VALUE_COLUMNS) + formatCsv(VALUE_COLUMNS, values));
      const { windowSize } = query;
      return {
        from: formatDayStart(from),
        to: formatDayStart(to),
        ...(windowSize === undefined ? {} : { windowSize }),
        data: values.map(describeValue),
      };
    },
  );
}

type Question = {
  readonly from: number;
  readonly to: number;
  readonly subjects: readonly string[];
  readonly groupBy: ReadonlySet<QueryGrouping>;
};

function checkQuestion({ from, to, subjects, groupBy }: Question): void {
  if (to <= from) throw refuse('to', 'INVALID_RANGE', 'expected a day after from; to is exclusive');
  if (to - from > RANGE_DAYS_MAX)
    throw refuse('to', 'RANGE_TOO_LONG', `expected at most ${RANGE_DAYS_MAX} days after from`);
  if (subjects.length > 1 && !groupBy.has('subject'))
    throw refuse('groupBy', 'INVALID_GROUP_BY', 'several subjects need groupBy=subject');
}

function refuse(name: string, code: ParameterErrorCode, detail: string): ParameterError {
  return new ParameterError([{ parameter: name, code, detail }]);
}

function groupingsOf(groupBy: ReadonlySet<QueryGrouping>, hasWindows: boolean, hasSubjects: boolean) {
  const groupings = new Set<TotalsGrouping>(['meter', ...[...groupBy].map((grouping) => GROUPING_OF[grouping])]);
  if (hasWindows) groupings.add('day');
  if (hasSubjects) groupings.add('user');
  return groupings;
}

function describeValue({ from, to, subject, groupBy, quantity }: Value): z.input<typeof valueSchema> {
  const valueDecimal = formatExact(quantity);
  return {
    // The only place where a quantity becomes a floating point number: the end of what OpenMeter's form asks for.
    value: Number(valueDecimal),
    valueDecimal,
    windowStart: formatDayStart(from),
    windowEnd: formatDayStart(to),
    subject,
    groupBy,
  };
}
