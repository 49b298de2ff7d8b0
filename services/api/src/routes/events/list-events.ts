import { EVENT_SEARCH_DAYS_MAX, type Pool, searchEvents } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { parseTime } from '@hopsmeter/usage';
import { z } from 'zod';
import type { Billing } from '../../billing.ts';
import { ledgerCursor } from '../../contract/ledger-cursor.ts';
import {
  accountFilter,
  checkRange,
  daySchema,
  limitSchema,
  parameter,
  usageFilterShape,
} from '../../contract/parameters.ts';
import { answer, PROBLEM_RESPONSES } from '../../contract/problems.ts';
import { eventsSchema } from './schemas.ts';

/** People look at these on a screen; 500 rows are 300 kB of JSON. */
const EVENTS_MAX = 500;
const EVENTS_DEFAULT = 100;

const HOUR = /^2\d{3}-\d{2}-\d{2}T\d{2}:00:00Z$/;

const querySchema = z
  .strictObject({
    from: daySchema('First usage day (UTC)', '2026-11-22'),
    to: daySchema(
      `Day after the last usage day (UTC); at most ${EVENT_SEARCH_DAYS_MAX} days after \`from\``,
      '2026-11-23',
    ),
    account: accountFilter,
    ...usageFilterShape,
    bookedOn: daySchema(
      'Only what is booked on this day, as in the row of the rollup; usage that came late has another one ' +
        'than its usage day',
      '2026-11-22',
    ).optional(),
    hour: parameter({
      parse: (text) => (HOUR.test(text) && parseTime(text) !== undefined ? text : undefined),
      code: 'INVALID_CHOICE',
      expected: 'expected an hour such as 2026-11-22T13:00:00Z',
      describedAs: {
        description: 'Only what began to be used in this hour (UTC), as a cell of the coverage',
        examples: ['2026-11-22T13:00:00Z'],
        pattern: HOUR.source,
      },
    }).optional(),
    cursor: ledgerCursor.parameter,
    limit: limitSchema({ most: EVENTS_MAX, standard: EVENTS_DEFAULT }),
  })
  .superRefine((query, context) => checkRange(query, context, EVENT_SEARCH_DAYS_MAX));

const description = `The rows of the ledger of some usage days, the newest usage day first, and of a day the newest
window first. An event whose window touches several days has a row for each.

With the account, user, project (or \`none\`), cluster, meter, \`bookedOn\` and usage day of a row of the rollup it
finds exactly the rows that were added up to it: \`quantityExact\` of that meter adds up to its \`quantityExact\`, to
the last digit. What was taken back stands among them with a negative quantity.`;

export type EventsDeps = { readonly pool: Pool; readonly billing: Billing };

/** `GET /v1/events` */
export function addListEvents(app: HttpApp, { pool, billing }: EventsDeps): void {
  const schema = {
    operationId: 'listEvents',
    summary: 'Search the events behind the totals',
    description,
    tags: ['Events'],
    querystring: querySchema,
    response: { ...answer('A page of rows of the ledger', eventsSchema), ...PROBLEM_RESPONSES },
  };
  app.get('/v1/events', { schema, config: { access: 'own-account' } }, async ({ query }) => {
    const { account, user, project, cluster, cursor, limit, ...given } = query;
    const wanted = {
      ...given,
      accountOwnerId: account,
      userId: user,
      projectId: project,
      clusterId: cluster,
      after: cursor,
      limit: limit + 1,
    };
    const freshness = await billing.readFreshness();
    const found = await searchEvents(pool, wanted);
    const { rows, next } = ledgerCursor.pageOf(found, limit, (row) => row);
    return { events: rows.map((row) => ({ ...row, meters: [...row.meters] })), ...next, freshness };
  });
}
