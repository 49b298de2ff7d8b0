import { EVENT_SEARCH_DAYS_MAX, type LedgerEvent, type Pool, searchEvents } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { type Micros, usageDayOf } from '@hopsmeter/usage';
import { z } from 'zod';
import { answerOrNotReady } from '../../billing.ts';
import { accountsOf } from '../../callers/access.ts';
import { ParameterError } from '../../contract/parameter-errors.ts';
import { accountFilter, limitSchema } from '../../contract/parameters.ts';
import { PROBLEM_RESPONSES } from '../../contract/problems.ts';
import { dayStartSchema } from './parameters.ts';

const EVENTS_MAX = 100;

const querySchema = z.strictObject({
  from: dayStartSchema(
    `First usage day; ${EVENT_SEARCH_DAYS_MAX} days before \`to\` when not given`,
    '2026-11-01T00:00:00Z',
  ),
  to: dayStartSchema('Day after the last one; tomorrow when not given', '2026-12-01T00:00:00Z'),
  subject: accountFilter.meta({ description: 'Only of this user' }),
  limit: limitSchema({ most: EVENTS_MAX, standard: EVENTS_MAX }),
  clientId: z
    .string()
    .max(100)
    .optional()
    .meta({ description: "OpenMeter's clients may send it; it has no effect", examples: ['report-2026-11'] }),
});

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

const description = `The events behind the totals, the newest usage first, at most ${EVENTS_MAX}. An event whose usage touches several
days is there once for each of them, with what was used on that day. What was taken back by corrections is told by the receipt,
not here. An account owner gets the own account's events.`;

export type ListOpenMeterEventsDeps = { readonly pool: Pool; readonly now: () => Micros };

/** `GET /api/v1/events` */
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
  app.get('/api/v1/events', { schema, config: { access: 'any-owner' } }, async ({ query, caller }) => {
    const to = query.to ?? usageDayOf(now()) + 1;
    const from = query.from ?? to - EVENT_SEARCH_DAYS_MAX;
    if (to <= from || to - from > EVENT_SEARCH_DAYS_MAX)
      throw new ParameterError([
        { parameter: 'to', code: 'INVALID_RANGE', detail: `expected 1 to ${EVENT_SEARCH_DAYS_MAX} days after from` },
      ]);
    const seen = accountsOf(caller);
    const accountOwnerId = seen === 'all' ? undefined : seen.id;
    const wanted = { from, to, accountOwnerId, userId: query.subject, after: undefined, limit: query.limit };
    return (await answerOrNotReady(searchEvents(pool, wanted)))
      .filter(({ adjustment }) => adjustment !== 'reversal')
      .map(describeEvent);
  });
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
