import { type HttpApp, statusOf } from '@hopsmeter/runtime';
import {
  CLUSTER_SOURCE_PREFIX,
  EVENT_ERRORS,
  EVENT_TYPES,
  eventSchemas,
  REQUEST_ERRORS,
  type RequestErrorCode,
} from '@hopsmeter/usage';
import { z } from 'zod';
import { EVENTS_PATH } from './events-path.ts';
import { BODY_BYTES_MAX, REQUEST_EVENTS_MAX } from './limits.ts';

const EXAMPLE = {
  specversion: '1.0',
  id: 'eu-north-1/recommender/2026-11-22T13/compute',
  source: `${CLUSTER_SOURCE_PREFIX}8d1c9f6e-2b7a-4a52-8f3d-5f0b6f1f7a10`,
  type: EVENT_TYPES.compute,
  time: '2026-11-22T14:00:00Z',
  data: {
    namespace: 'recommender',
    window: { start: '2026-11-22T13:00:00Z', end: '2026-11-22T14:00:00Z' },
    cpuCoreHours: '3.5',
    gpuHours: 0,
    ramByteHours: 8_589_934_592,
  },
};

/** What a whole request can be refused with. */
const CODES: readonly RequestErrorCode[] = [
  'INVALID_REQUEST',
  'INVALID_JSON',
  'INVALID_ENCODING',
  'NO_USABLE_EVENT',
  'EVENTS_TOO_EARLY',
  'UNAUTHENTICATED',
  'FOREIGN_SOURCE_ONLY',
  'REQUEST_TIMEOUT',
  'BODY_TOO_LARGE',
  'TOO_MANY_EVENTS',
  'TOO_MANY_VALUES',
  'UNSUPPORTED_MEDIA_TYPE',
  'UNSUPPORTED_ENCODING',
  'RATE_LIMITED',
  'INTERNAL',
  'BACKPRESSURE',
  'QUEUE_UNAVAILABLE',
  'NOT_READY',
];

const itemSchema = {
  type: 'object',
  required: ['detail'],
  properties: {
    index: { type: 'integer', description: "The event's place in the request, from 0", examples: [1] },
    id: { type: 'string', examples: [EXAMPLE.id] },
    code: { type: 'string', enum: Object.keys(EVENT_ERRORS) },
    pointer: { type: 'string', description: 'RFC 6901, in the event', examples: ['/data/cpuCoreHours'] },
    detail: { type: 'string', examples: ['a quantity is negative'] },
    retryAt: {
      type: 'string',
      format: 'date-time',
      description: 'From when on the event is taken as it is, by our clock; not there when it never is',
      examples: ['2026-11-22T14:05:00.000Z'],
    },
    retryAfterSeconds: {
      type: 'integer',
      description: 'In how many seconds that is, whatever the clock of the sender says',
      examples: [55],
    },
  },
};

const problemSchema = {
  type: 'object',
  description: 'An RFC 9457 problem; decide by `code`',
  required: ['type', 'title', 'status', 'detail', 'instance', 'code'],
  properties: {
    type: { type: 'string', examples: ['urn:hopsmeter:error:INVALID_JSON'] },
    title: { type: 'string', examples: [REQUEST_ERRORS.INVALID_JSON.title] },
    status: { type: 'integer', examples: [400] },
    detail: { type: 'string', examples: ['the body is not UTF-8'] },
    instance: { type: 'string', examples: ['urn:request:0f8a2f5e-5f0c-4c1b-9c58-0a3f6a6f2b1d'] },
    code: { type: 'string', enum: CODES },
    errors: { type: 'array', items: { $ref: '#/components/schemas/EventProblem' } },
  },
};

const answerSchema = {
  type: 'object',
  required: ['accepted', 'rejected', 'errors'],
  properties: {
    accepted: { type: 'integer', description: 'Events that are on disk', examples: [1] },
    rejected: { type: 'integer', examples: [0] },
    errors: { type: 'array', items: { $ref: '#/components/schemas/EventProblem' } },
  },
};

const description = `Events are CloudEvents 1.0: an array, one event, or one whose attributes are \`ce-\` headers; gzip
is taken. At most ${REQUEST_EVENTS_MAX} events and ${BODY_BYTES_MAX / 2 ** 20} MiB unpacked. 202 means that the events
are on disk; each is judged by itself, and the answer says which were refused and why. The answer is JSON, whatever
\`Accept\` says: no event is refused because of it.`;

/**
 * Serves `GET /openapi.json`: what clusters post, in OpenAPI 3.1. Ingest reads bodies by itself, so no framework knows
 * it.
 */
export function addOpenApiDocument(app: HttpApp): void {
  const document = JSON.stringify(describeIngest());
  app.get('/openapi.json', async (_request, reply) => reply.type('application/json; charset=utf-8').send(document));
}

function describeIngest(): object {
  const event = { schema: { $ref: '#/components/schemas/Event' }, example: EXAMPLE };
  const events = {
    schema: { type: 'array', maxItems: REQUEST_EVENTS_MAX, items: { $ref: '#/components/schemas/Event' } },
    example: [EXAMPLE],
  };
  const either = { schema: { anyOf: [event.schema, events.schema] }, example: EXAMPLE };
  return {
    openapi: '3.1.1',
    info: { title: 'hopsmeter ingest', version: '1.0.0', description: 'Where clusters post their usage events.' },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    paths: {
      [EVENTS_PATH]: {
        post: {
          operationId: 'postEvents',
          summary: 'Post usage events',
          description,
          tags: ['Events'],
          requestBody: {
            required: true,
            content: {
              'application/cloudevents-batch+json': events,
              'application/cloudevents+json': event,
              'application/json': either,
            },
          },
          responses: {
            202: {
              description: 'The accepted events are on disk',
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Accepted' } } },
            },
            ...describeProblems(),
          },
        },
      },
    },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'The key of a cluster, hwm_live_…' } },
      schemas: {
        Event: { oneOf: Object.keys(EVENT_TYPES).map((name) => ({ $ref: `#/components/schemas/${name}` })) },
        ...describeEvents(),
        Accepted: answerSchema,
        EventProblem: itemSchema,
        Problem: problemSchema,
      },
    },
  };
}

/** From the schemas that events are read with, each with the name of its type. */
function describeEvents(): Readonly<Record<string, object>> {
  const types: ReadonlyMap<string, string> = new Map(Object.entries(EVENT_TYPES));
  return Object.fromEntries(
    Object.entries(eventSchemas).map(([name, schema]) => {
      const described = z.toJSONSchema(schema.extend({ type: z.literal(types.get(name) ?? name) }), { io: 'input' });
      return [name, { ...described, $schema: undefined }];
    }),
  );
}

function describeProblems(): Readonly<Record<string, object>> {
  const statuses = [...new Set(CODES.map(statusOf))];
  return Object.fromEntries(
    statuses.map((status) => {
      const codes = CODES.filter((code) => statusOf(code) === status);
      const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
      return [
        status,
        { description: codes.map((code) => `\`${code}\`: ${REQUEST_ERRORS[code].title}`).join('. '), content },
      ];
    }),
  );
}
