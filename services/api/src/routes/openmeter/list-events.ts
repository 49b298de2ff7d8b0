import { EVENT_SEARCH_DAYS_MAX, type LedgerEvent, type LedgerPosition, type Pool, searchEvents } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { MICROS_PER_DAY, type Micros, parseTime, type UsageDay, usageDayOf } from '@hopsmeter/usage';
import { z } from 'zod';
import { accountsOf } from '../../callers/access.ts';
import type { Caller } from '../../callers/caller.ts';
import { ledgerCursor } from '../../contract/ledger-cursor.ts';
import { nextCursorSchema } from '../../contract/page-cursor.ts';
import { ParameterError } from '../../contract/parameter-errors.ts';
import { accountFilter, limitSchema } from '../../contract/parameters.ts';
import { PROBLEM_RESPONSES } from '../../contract/problems.ts';
import { clientIdSchema, momentSchema } from './parameters.ts';

const EVENTS_MAX = 100;

/** Rows that are read at a time: a page, and what of it does not belong into the wanted time of day. */
const READ_MAX = 200;

const shape = {
  from: momentSchema(
    `Usage from here on; ${EVENT_SEARCH_DAYS_MAX} days before \`to\` when not given`,
    '2026-11-01T13:00:00Z',
  ),
  to: momentSchema('Usage before that moment; the end of today when not given', '2026-12-01T00:00:00Z'),
  subject: accountFilter.meta({ description: 'Only of this user' }),
  limit: limitSchema({ most: EVENTS_MAX, standard: EVENTS_MAX }),
  clientId: clientIdSchema,
};

const querySchema = z.strictObject(shape);

const pageQuerySchema = z.strictObject({ ...shape, cursor: ledgerCursor.parameter });

const eventSchema = z
  .object({
    event: z.object({
      specversion: z.literal('1.0'),
      id: z.string().meta({ examples: ['eu-north-1/recommender/2026-11-22T13'] }),
      source: z.string().meta({ examples: ['urn:hopsworks:cluster:8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'] }),
      type: z.string().meta({ examples: ['ai.hopsworks.usage.compute.v1'] }),
      time: z.string().meta({ examples: ['2026-11-22T13:00:00.000000Z'], description: 'Start of the usage window' }),
      subject: z.string().meta({ examples: ['auth0|507f1f78'] }),
      data: z.object({
        usageDate: z.string().meta({ examples: ['2026-11-22'] }),
        projectId: z
          .string()
          .meta({ examples: ['3f0e2f0a-7c1e-4b0e-9a64-0f6f4f0c9b11'] })
          .nullable(),
        quantities: z.record(z.string(), z.string()).meta({ description: 'Exact decimals by meter' }),
      }),
    }),
    ingestedAt: z.string().meta({
      examples: ['2026-11-22T14:05:00.012345Z'],
      description: 'When its batch was received; the time of the event when that is forgotten',
    }),
    storedAt: z.string().meta({ examples: ['2026-11-22T14:05:00.123456Z'] }),
  })
  .meta({ id: 'OpenMeterEvent', description: "A row of the ledger in OpenMeter's form" });

const answerSchema = z.array(eventSchema).meta({ id: 'OpenMeterEvents' });

const pageSchema = z
  .object({ items: z.array(eventSchema), nextCursor: nextCursorSchema })
  .meta({ id: 'OpenMeterEventPage' });

const description = `The events behind the totals, the newest usage first, at most ${EVENTS_MAX}. An event whose usage
touches several days is there once for each of them, with what was used on that day. What was taken back by corrections
is told by the receipt, not here. An account owner gets the events of their own account.`;

export type ListOpenMeterEventsDeps = { readonly pool: Pool; readonly now: () => Micros };

/** `GET /api/v1/events`, and `GET /api/v2/events` by pages. */
export function addListOpenMeterEvents(app: HttpApp, { pool, now }: ListOpenMeterEventsDeps): void {
  const schema = {
    operationId: 'listOpenMeterEvents',
    summary: "List events, in OpenMeter's form",
    description,
    tags: ['OpenMeter'],
    querystring: querySchema,
    response: {
      200: { description: 'The events', content: { 'application/json': { schema: answerSchema } } },
      ...PROBLEM_RESPONSES,
    },
  };
  app.get('/api/v1/events', { schema, config: { access: 'any-owner' } }, async ({ query, caller }) =>
    (await search({ pool, now }, caller, query, undefined)).slice(0, query.limit).map(describeEvent),
  );
  const pages = {
    ...schema,
    operationId: 'listOpenMeterEventsByPage',
    summary: "List events by pages, in OpenMeter's form",
    querystring: pageQuerySchema,
    response: {
      200: { description: 'A page of events', content: { 'application/json': { schema: pageSchema } } },
      ...PROBLEM_RESPONSES,
    },
  };
  app.get('/api/v2/events', { schema: pages, config: { access: 'any-owner' } }, async ({ query, caller }) => {
    const found = await search({ pool, now }, caller, query, query.cursor);
    const { rows, next } = ledgerCursor.pageOf(found, query.limit, (row) => row);
    return { items: rows.map(describeEvent), ...next };
  });
}

type Wanted = {
  readonly from?: Micros | undefined;
  readonly to?: Micros | undefined;
  readonly subject?: string | undefined;
  readonly limit: number;
};

/** Usage whose window begins within the wanted time; one more than the limit where there are more. */
async function search(
  { pool, now }: ListOpenMeterEventsDeps,
  caller: Caller,
  wanted: Wanted,
  after: LedgerPosition | undefined,
): Promise<readonly LedgerEvent[]> {
  const end = wanted.to ?? startOf(usageDayOf(now()) + 1);
  const begin = wanted.from ?? end - EVENT_SEARCH_DAYS_MAX * MICROS_PER_DAY;
  const [from, to] = [usageDayOf(begin), usageDayOf(end - 1) + 1];
  // A time of day within the first day makes one usage day more of as many days.
  if (end <= begin || end - begin > EVENT_SEARCH_DAYS_MAX * MICROS_PER_DAY)
    throw new ParameterError([
      { parameter: 'to', code: 'INVALID_RANGE', detail: `expected up to ${EVENT_SEARCH_DAYS_MAX} days after from` },
    ]);
  const seen = accountsOf(caller);
  const accountOwnerId = seen === 'all' ? undefined : seen.id;
  const found: LedgerEvent[] = [];
  let place = after;
  while (found.length <= wanted.limit) {
    const query = { from, to, accountOwnerId, userId: wanted.subject, after: place, limit: READ_MAX };
    const rows = await searchEvents(pool, query);
    found.push(...rows.filter((row) => row.adjustment !== 'reversal' && isWithin(row, begin, end)));
    place = rows.at(-1);
    if (rows.length < READ_MAX) break;
  }
  return found.slice(0, wanted.limit + 1);
}

/** By the start of the window; a later part of a window over midnight by the start of its day. */
function isWithin({ windowStartedAt, usageDate }: LedgerEvent, begin: Micros, end: Micros): boolean {
  const started = Math.max(parseTime(windowStartedAt) ?? 0, parseTime(`${usageDate}T00:00:00Z`) ?? 0);
  return started >= begin && started < end;
}

function startOf(day: UsageDay): Micros {
  return day * MICROS_PER_DAY;
}

function describeEvent(event: LedgerEvent): z.input<typeof eventSchema> {
  const { id, source, type, windowStartedAt: time, userId, usageDate, projectId, meters, receivedAt } = event;
  const quantities = Object.fromEntries(meters.map(({ meter, quantity }) => [meter, quantity]));
  return {
    event: {
      specversion: '1.0',
      id,
      source,
      type: `ai.hopsworks.usage.${type}.v1`,
      time,
      subject: userId,
      data: { usageDate, projectId, quantities },
    },
    ingestedAt: receivedAt ?? time,
    storedAt: receivedAt ?? time,
  };
}
