import { type Pool, search } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { EVENT_ID_LENGTH_MAX } from '@hopsmeter/usage';
import { z } from 'zod';
import { listed } from '../../contract/change-responses.ts';
import { isText, parameter } from '../../contract/parameters.ts';

/** Of each kind: what somebody looks for is among the first, or the text has to be longer. */
const FOUND_MAX = 6;

const querySchema = z.strictObject({
  q: parameter({
    parse: (text) => (text === '' || isText(text, EVENT_ID_LENGTH_MAX) ? text : undefined),
    code: 'INVALID_TEXT',
    expected: `expected at most ${EVENT_ID_LENGTH_MAX} characters without control characters`,
    describedAs: { description: 'What to look for', examples: ['ada'], maxLength: EVENT_ID_LENGTH_MAX },
  }),
});

const userId = z.string().meta({ examples: ['auth0|507f1f77'] });
const systemId = z.string().meta({ examples: ['8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'] });
const name = z
  .string()
  .meta({ examples: ['Ada Lovelace'] })
  .nullable();

const personSchema = z
  .object({
    id: userId,
    name,
    email: z
      .string()
      .meta({ examples: ['ada@example.com'] })
      .nullable(),
    accountOwnerId: userId.meta({ description: 'Who pays; of an account the id itself' }),
    accountName: name,
  })
  .meta({ id: 'FoundPerson' });

const projectSchema = z
  .object({
    id: systemId,
    namespace: z.string().meta({ examples: ['fraud-detection'] }),
    clusterId: systemId,
    clusterName: z.string().meta({ examples: ['eu-north-1'] }),
    userId: userId.meta({ description: 'Whose it is, or was last' }),
    userName: name,
    accountOwnerId: userId.meta({ description: 'Who pays now' }),
    isEnded: z.boolean(),
  })
  .meta({ id: 'FoundProject' });

const clusterSchema = z
  .object({
    id: systemId,
    name: z.string().meta({ examples: ['eu-north-1'] }),
    status: z.string().meta({ examples: ['active'] }),
  })
  .meta({ id: 'FoundCluster' });

const eventSchema = z
  .object({
    id: z.string().meta({ examples: ['eu-north-1/recommender/2026-11-22T13'] }),
    source: z.string().meta({ examples: ['urn:hopsworks:cluster:8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'] }),
  })
  .meta({ id: 'FoundEvent', description: 'An event that has the text as its id' });

const answerSchema = z
  .object({
    accounts: z.array(personSchema).meta({ description: 'Account owners' }),
    people: z.array(personSchema).meta({ description: 'Members of accounts' }),
    projects: z.array(projectSchema),
    clusters: z.array(clusterSchema),
    events: z.array(eventSchema),
  })
  .meta({ id: 'Found' });

const description = `Accounts and members by id, name or e-mail address, projects by namespace, clusters by name, both
also by id, and events by exactly their id. At most ${FOUND_MAX} of each kind, the best first: what is the text itself,
then what begins with it, then what has it in it.`;

/** `GET /v1/search` */
export function addSearch(app: HttpApp, pool: Pool): void {
  const schema = {
    operationId: 'search',
    summary: 'Find people, accounts, projects, clusters and events by a text',
    description,
    tags: ['Search'],
    querystring: querySchema,
    response: listed('What was found', answerSchema),
  };
  app.get('/v1/search', { schema, config: { access: 'staff' } }, async ({ query: { q } }) => {
    const text = q.trim();
    if (text === '') return { accounts: [], people: [], projects: [], clusters: [], events: [] };
    const { accounts, people, projects, clusters, eventSources } = await search(pool, text, FOUND_MAX);
    return {
      accounts: [...accounts],
      people: [...people],
      projects: [...projects],
      clusters: [...clusters],
      events: eventSources.map((source) => ({ id: text, source })),
    };
  });
}
