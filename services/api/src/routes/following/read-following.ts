import { listFollowedProblems, type Pool, readFollowingHealth } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { FOLLOWED_TABLES } from '@hopsmeter/usage';
import { z } from 'zod';
import { listed, ROWS_DEFAULT, ROWS_MAX } from '../../contract/change-responses.ts';
import { createPageCursor, instantPart, nextCursorSchema, systemIdPart } from '../../contract/page-cursor.ts';
import { limitSchema } from '../../contract/parameters.ts';
import { describeFollowing, followingSchema } from '../pipeline/read-pipeline-health.ts';
import { describeMissing, missingSchema } from './schemas.ts';

const pages = createPageCursor(z.object({ since: instantPart, id: systemIdPart }));

const querySchema = z.strictObject({
  cursor: pages.parameter,
  limit: limitSchema({ most: ROWS_MAX, standard: ROWS_DEFAULT }),
});

const problemSchema = z
  .object({
    table: z.enum(FOLLOWED_TABLES).meta({ description: "The application's table" }),
    key: z
      .string()
      .meta({ description: "A user's or cluster's id, `<user id>/<project id>` for a project", examples: ['auth0|7'] }),
    kind: z.enum(['contradiction', 'refused', 'gone']).meta({
      description:
        '`contradiction`: hopsmeter has something else, which stays; `refused`: a rule forbids it; `gone`: the ' +
        'row is no more',
    }),
    reason: z.string().meta({ examples: ['hopsmeter has the owner auth0|9 since 2026-11-02T00:00:00.000000Z'] }),
    since: z.string().meta({ description: 'Since when it is so', examples: ['2026-11-22T14:05:00.123456Z'] }),
  })
  .meta({ id: 'FollowedProblem' });

const answerSchema = z
  .object({
    following: followingSchema.nullable().meta({ description: 'Null when no application is followed' }),
    missing: missingSchema.nullable().meta({ description: 'What is missing while it is held; else null' }),
    problems: z.array(problemSchema),
    nextCursor: nextCursorSchema,
  })
  .meta({ id: 'FollowedProblems' });

/** `GET /v1/following` */
export function addReadFollowing(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'readFollowing',
    summary: 'Read how the application is followed, and which of its rows do not come over',
    description:
      'The newest problem first. A problem goes away by itself as soon as both systems say the same, whichever of ' +
      'them is changed.',
    tags: ['Following'],
    querystring: querySchema,
    response: listed('How it is followed, and a page of problems', answerSchema),
  };
  app.get('/v1/following', { schema, config: { access: 'staff' } }, async ({ query }) => {
    const { cursor, limit } = query;
    const health = await readFollowingHealth(pool);
    const found = await listFollowedProblems(pool, { after: cursor, limit: limit + 1 });
    const { rows, next } = pages.pageOf(found, limit, (row) => row);
    return {
      following: health === undefined ? null : describeFollowing(health),
      missing: health?.missing == null ? null : describeMissing(health.missing),
      problems: rows.map(({ id: _, ...problem }) => problem),
      ...next,
    };
  });
}
