import { parseSource, readReceipt } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { EVENT_ID_LENGTH_MAX, RequestError, SOURCE_LENGTH_MAX } from '@hopsmeter/usage';
import { z } from 'zod';
import { answerOrNotReady } from '../../billing.ts';
import { accountsOf } from '../../callers/access.ts';
import type { Caller } from '../../callers/caller.ts';
import { ParameterError } from '../../contract/parameter-errors.ts';
import { isText, parameter } from '../../contract/parameters.ts';
import { answer, PROBLEM_RESPONSES, problem } from '../../contract/problems.ts';
import { receiptSchema } from './answers.ts';
import { describeReceipt } from './describe-receipt.ts';
import type { EventsDeps } from './list-events.ts';

const idSchema = parameter({
  parse: (text) => (isText(text, EVENT_ID_LENGTH_MAX) ? text : undefined),
  code: 'INVALID_TEXT',
  expected: `expected 1 to ${EVENT_ID_LENGTH_MAX} characters without control characters`,
  describedAs: {
    description: "The event's id",
    examples: ['eu-north-1/recommender/2026-11-22T13'],
  },
});

const sourceSchema = parameter({
  parse: (text) => (isText(text, SOURCE_LENGTH_MAX) && parseSource(text) !== undefined ? text : undefined),
  code: 'INVALID_TEXT',
  expected: 'expected urn:hopsworks:cluster:<cluster id>, or that and / or : and a path',
  describedAs: {
    description:
      "The event's source. Without it the event is looked for under the own source of every cluster, `urn:hopsworks:cluster:<cluster id>`",
    examples: ['urn:hopsworks:cluster:8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10'],
  },
});

const description = `Walks one event from acceptance to statement, as of one moment: which request brought it, what became of
it, who used it and which rule said so, each row of the ledger with the row of the rollup that it was added to, its price
version and its own exact cost, its corrections, and the statement that each booking is on.

An account owner sees the events of their own account and of these the rows that are booked for it: of usage that changed hands
each account sees its own rows. What is only parked belongs to no account yet and is shown to staff.`;

const responses = {
  ...answer('The receipt', receiptSchema),
  ...PROBLEM_RESPONSES,
  404: problem('There is no such event, or none that the caller may see', 'NOT_FOUND'),
};

/** `GET /v1/events/{id}`, and `GET /v1/receipt` for ids that no path can hold. */
export function addReadReceipt(app: HttpApp, deps: EventsDeps): void {
  const shared = { description, tags: ['Events'], response: responses };
  const byPath = {
    ...shared,
    operationId: 'readReceipt',
    summary: 'Explain one event, from acceptance to statement',
    params: z.strictObject({ id: idSchema }),
    querystring: z.strictObject({ source: sourceSchema.optional() }),
  };
  app.get('/v1/events/:id', { schema: byPath, config: { access: 'any-owner' } }, ({ caller, params, query }) =>
    readFor(caller, { id: params.id, source: query.source }, deps),
  );
  const byQuery = {
    ...shared,
    operationId: 'readReceiptByQuery',
    summary: 'Explain one event whose id no path can hold',
    description: `The same answer as \`GET /v1/events/{id}\`. Clients take the ids \`.\` and \`..\` out of a path, percent-encoded or
not, before they send it; a parameter they leave alone.`,
    querystring: z.strictObject({ id: idSchema, source: sourceSchema.optional() }),
  };
  app.get('/v1/receipt', { schema: byQuery, config: { access: 'any-owner' } }, ({ caller, query }) =>
    readFor(caller, query, deps),
  );
}

type Wanted = { readonly id: string; readonly source?: string | undefined };

async function readFor(caller: Caller, { id, source }: Wanted, { pool, billing }: EventsDeps) {
  const accounts = accountsOf(caller);
  const accountOwnerId = accounts === 'all' ? undefined : accounts.id;
  const freshness = await billing.readFreshness();
  const found = await answerOrNotReady(readReceipt(pool, { id, source, accountOwnerId }));
  if (found === undefined) throw new RequestError('NOT_FOUND', notFoundText(source));
  if ('sources' in found) throw toAmbiguity(found.sources);
  return { ...describeReceipt(id, found.receipt, { isStaff: accounts === 'all' }), freshness };
}

function notFoundText(source: string | undefined): string {
  const where = source === undefined ? "the own source of any cluster; name the event's source" : 'this source';
  return `there is no event with this id under ${where}`;
}

function toAmbiguity(sources: readonly string[]): ParameterError {
  return new ParameterError(
    sources.map((source) => ({ parameter: 'source', code: 'AMBIGUOUS_EVENT', detail: source })),
  );
}
