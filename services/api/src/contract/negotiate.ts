import type { HttpApp } from '@hopsmeter/runtime';
import { RequestError } from '@hopsmeter/usage';
import type { RouteOptions } from 'fastify';
import { z } from 'zod';
import { chooseContentType } from './accept.ts';

const answersSchema = z.record(z.string(), z.object({ content: z.record(z.string(), z.unknown()).optional() }));

/**
 * Holds every route to the content types of its own description: a request that accepts none of those that it answers
 * with is 406, and what a route that describes no body is sent is refused, because it would be read by nobody. An empty
 * body is no body, whatever content type clients give it out of habit.
 */
export function addNegotiation(scope: HttpApp): void {
  const parseJson = scope.getDefaultJsonParser('error', 'error');
  scope.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else parseJson(request, body, done);
  });
  scope.addHook('onRoute', (route) => {
    const [first, ...others] = contentTypesOf(route);
    const takesBody = route.schema?.body !== undefined;
    route.preValidation = [
      async (request) => {
        if (first !== undefined) chooseContentType(request.headers.accept, [first, ...others]);
        if (!takesBody && !isEmpty(request.body))
          throw new RequestError('INVALID_REQUEST', 'this address takes no body');
      },
      ...[route.preValidation ?? []].flat(),
    ];
  });
}

/** What a route answers with when all is well. */
function contentTypesOf({ schema }: RouteOptions): string[] {
  const answers = Object.entries(answersSchema.catch({}).parse(schema?.response));
  return [
    ...new Set(answers.flatMap(([status, { content = {} }]) => (status.startsWith('2') ? Object.keys(content) : []))),
  ];
}

function isEmpty(body: unknown): boolean {
  return body === undefined || body === null || (typeof body === 'object' && Object.keys(body).length === 0);
}
