import { listParked, PARKED_STATUSES, type Pool } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { PARK_REASONS, parseSystemId } from '@hopsmeter/usage';
import { z } from 'zod';
import { listed, ROWS_DEFAULT, ROWS_MAX } from '../../contract/change-responses.ts';
import { systemIdSchema } from '../../contract/fields.ts';
import { namespacePatternSchema } from '../../contract/namespace-pattern.ts';
import { createPageCursor, instantPart, nextCursorSchema, systemIdPart } from '../../contract/page-cursor.ts';
import { limitSchema, parameter } from '../../contract/parameters.ts';
import { parkedEventSchema } from './schemas.ts';

/** One of a few words. */
function wordSchema<T extends string>(words: readonly T[], description: string) {
  return parameter({
    parse: (text) => words.find((word) => word === text),
    code: 'INVALID_TEXT',
    expected: `expected one of ${words.join(', ')}`,
    describedAs: { description, enum: words },
  });
}

/** A page of the list, so that somebody can follow what becomes of it. As an address 4 kB. */
const IDS_MAX = 100;

function parseIds(text: string): readonly string[] | undefined {
  const ids = text.split(',').map((id) => parseSystemId(id));
  const known = ids.filter((id) => id !== undefined);
  return known.length === ids.length && known.length <= IDS_MAX ? known : undefined;
}

const pages = createPageCursor(z.object({ parkedAt: instantPart, id: systemIdPart }));

const querySchema = z.strictObject({
  status: wordSchema(PARKED_STATUSES, 'Only those; `pending` when not given, and any with `ids`').optional(),
  reason: wordSchema(PARK_REASONS, 'Only those that wait, or waited, for this').optional(),
  clusterId: systemIdSchema('Only events of this cluster').optional(),
  namespace: namespacePatternSchema('Only events of this namespace').optional(),
  ids: parameter({
    parse: parseIds,
    code: 'INVALID_TEXT',
    expected: `expected 1 to ${IDS_MAX} UUIDs, separated by commas`,
    describedAs: {
      description: `Only these parked events, 1 to ${IDS_MAX}, by their ids, separated by commas`,
      examples: ['0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d,8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'],
    },
  }).optional(),
  cursor: pages.parameter,
  limit: limitSchema({ most: ROWS_MAX, standard: ROWS_DEFAULT }),
});

const answerSchema = z
  .object({ parkedEvents: z.array(parkedEventSchema), nextCursor: nextCursorSchema })
  .meta({ id: 'ParkedEvents' });

/** `GET /v1/parked` */
export function addListParked(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'listParked',
    summary: 'List accepted events that are not counted, or were not at first',
    description: 'The longest waiting first. An event that is counted or given up stays in the list of that status.',
    tags: ['Parked events'],
    querystring: querySchema,
    response: listed('A page of parked events', answerSchema),
  };
  app.get('/v1/parked', { schema, config: { access: 'staff' } }, async ({ query }) => {
    const { ids, status = ids === undefined ? 'pending' : undefined, cursor, limit, ...filter } = query;
    const found = await listParked(pool, { status, ids, filter, after: cursor, limit: limit + 1 });
    const { rows, next } = pages.pageOf(found, limit, (row) => row);
    return { parkedEvents: rows, ...next };
  });
}
