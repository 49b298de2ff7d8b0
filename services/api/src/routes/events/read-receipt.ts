import { readReceipt } from '@hopsmeter/db';
import type { HttpApp } from '@hopsmeter/runtime';
import { RequestError } from '@hopsmeter/usage';
import { z } from 'zod';
import { accountsOf } from '../../callers/access.ts';
import type { Caller } from '../../callers/caller.ts';
import { answer, PROBLEM_RESPONSES, problem } from '../../contract/problems.ts';
import { describeReceipt } from './describe-receipt.ts';
import type { EventsDeps } from './list-events.ts';
import { eventIdSchema, eventSourceSchema, toAmbiguity } from './named-event.ts';
import { receiptSchema } from './schemas.ts';

const description = `Walks one event from acceptance to statement, as of one moment: which request brought it, what
became of it, who used it and which rule said so, each row of the ledger with the row of the rollup that it was added
to, its price version and its own exact cost, its corrections, and the statement that each booking is on.

An account owner sees the events of their own account and of these the rows that are booked for it: of usage that
changed hands each account sees its own rows. What is only parked belongs to no account yet and is shown to staff.`;

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
    params: z.strictObject({ id: eventIdSchema }),
    querystring: z.strictObject({ source: eventSourceSchema.optional() }),
  };
  app.get('/v1/events/:id', { schema: byPath, config: { access: 'any-owner' } }, ({ caller, params, query }) =>
    readFor(caller, { id: params.id, source: query.source }, deps),
  );
  const byQuery = {
    ...shared,
    operationId: 'readReceiptByQuery',
    summary: 'Explain one event whose id no path can hold',
    description: `The same answer as \`GET /v1/events/{id}\`. Clients take the ids \`.\` and \`..\` out of a path,
percent-encoded or not, before they send it; a parameter they leave alone.`,
    querystring: z.strictObject({ id: eventIdSchema, source: eventSourceSchema.optional() }),
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
  const found = await readReceipt(pool, { id, source, accountOwnerId });
  if (found === undefined) throw new RequestError('NOT_FOUND', notFoundText(source));
  if ('sources' in found) throw toAmbiguity(found.sources);
  return { ...describeReceipt(id, found.receipt, { isStaff: accounts === 'all' }), freshness };
}

function notFoundText(source: string | undefined): string {
  const where = source === undefined ? "the own source of any cluster; name the event's source" : 'this source';
  return `there is no event with this id under ${where}`;
}
