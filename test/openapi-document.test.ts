import { createApiApp } from '@hopsmeter/api';
import { createPool } from '@hopsmeter/db';
import { createIngestApp } from '@hopsmeter/ingest';
import { createLogger, createRegistry, type HttpApp, statusOf } from '@hopsmeter/runtime';
import { EVENT_TYPES, REQUEST_ERRORS, type RequestErrorCode } from '@hopsmeter/usage';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { codesOf, type Operation, readOperations, type Schema } from './openapi-calls/read-operations.ts';

type Document = Parameters<typeof readOperations>[0] & {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

let app: HttpApp;
let text: string;
let ingest: HttpApp;
let document: Document;
let operations: readonly Operation[];

beforeAll(async () => {
  // Nothing is read from it.
  const pool = createPool({ url: 'postgres://127.0.0.1:1/none', connectionsMax: 1, onIdleError: () => undefined });
  const shell = await createApiApp({
    pool,
    logger: createLogger({ name: 'api', level: 'silent' }),
    registry: createRegistry({ withProcess: false }),
    serviceRoleKey: 'x'.repeat(32),
    now: () => 0,
  });
  app = shell.app;
  text = (await app.inject('/openapi.json')).body;
  ingest = await createIngest();
  document = JSON.parse(text);
  operations = readOperations(document);
});

afterAll(async () => {
  await app?.close();
  await ingest?.close();
});

const nameOf = ({ method, path }: Operation) => `${method} ${path}`;

it('passes the rules of a linter, in every document', async () => {
  const rules = {
    'no-invalid-schema-examples': 'error',
    'no-invalid-parameter-examples': 'error',
    'no-invalid-media-type-examples': 'error',
    // Not for the public: no licence is given.
    'info-license': 'off',
  } as const;
  const config = await createConfig({ extends: ['recommended'], rules });
  for (const source of [text, (await ingest.inject('/openapi.json')).body]) {
    const found = await lintFromString({ source, absoluteRef: 'openapi.json', config });
    expect(found.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`)).toEqual([]);
  }
});

it('describes at ingest what clusters post, and says so at the api', async () => {
  const { paths, components } = (await ingest.inject('/openapi.json')).json();
  const { post } = paths['/api/v1/events'];
  expect(Object.keys(post.requestBody.content)).toContain('application/cloudevents-batch+json');
  expect(Object.keys(components.schemas)).toEqual(expect.arrayContaining(Object.keys(EVENT_TYPES)));
  expect(JSON.parse(text).info.description).toContain('`/openapi.json`');
  const ofIngest = Object.values<Operation['responses'][string]>(post.responses).flatMap(codesOf);
  const elsewhere = ELSEWHERE.filter((code) => code !== 'METHOD_NOT_ALLOWED');
  expect(elsewhere.filter((code) => !ofIngest.includes(code))).toEqual([]);
  const { data } = components.schemas.storage.properties;
  expect([data.required, data.anyOf]).toEqual([
    ['namespace', 'window'],
    [{ required: ['onlineBytes'] }, { required: ['offlineBytes'] }],
  ]);
});

it('describes every operation in words', () => {
  for (const operation of operations) {
    const { summary, description, operationId, tags } = operation;
    expect([nameOf(operation), summary, description, operationId, tags]).toEqual([
      nameOf(operation),
      expect.stringMatching(/^[A-Z].{5,}[^.]$/),
      expect.stringMatching(/^[A-Z][\s\S]{10,}$/),
      expect.stringMatching(/^[a-z]\w+$/),
      [expect.stringMatching(/^[A-Z]/)],
    ]);
  }
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
});

it('describes every parameter, with an example', () => {
  const bare = operations.flatMap((operation) =>
    operation.parameters
      .filter(({ name, description = '', example, schema }) => {
        // A cursor is what the page before gave, and means nothing to people.
        const isShown =
          name === 'cursor' || example !== undefined || hasExample(schema) || hasExample(schema.items ?? {});
        return description.length < 5 || !isShown;
      })
      .map(({ name }) => `${nameOf(operation)} ${name}`),
  );
  expect(bare).toEqual([]);
});

it('has an example of every field of every answer and body', () => {
  const bodies = operations.map((operation) => [`body of ${nameOf(operation)}`, operation.bodySchema ?? {}] as const);
  const bare = [...Object.entries(document.components.schemas), ...bodies].flatMap(([name, schema]) =>
    findBare(schema, name),
  );
  expect(bare).toEqual([]);
});

it('lists the codes of every problem, each with its status', () => {
  for (const operation of operations)
    for (const [status, response] of Object.entries(operation.responses)) {
      const { description = '', content = {} } = response;
      if (Number(status) < 400) continue;
      const codes = codesOf(response);
      const place = `${nameOf(operation)} ${status} ${description}`;
      expect([place, codes.length > 0, Object.keys(content)]).toEqual([place, true, ['application/problem+json']]);
      for (const code of codes) {
        expect([place, code, Object.hasOwn(REQUEST_ERRORS, code)]).toEqual([place, code, true]);
        expect([place, code, statusOf(code as RequestErrorCode)]).toEqual([place, code, Number(status)]);
      }
    }
});

it('knows of every code of the api which operations can answer with it', () => {
  const documented = new Set(operations.flatMap(({ responses }) => Object.values(responses).flatMap(codesOf)));
  expect(Object.keys(REQUEST_ERRORS).filter((code) => !documented.has(code) && !ELSEWHERE.includes(code))).toEqual([]);
});

function createIngest(): Promise<HttpApp> {
  const status = () => Promise.reject(new Error('no queue'));
  return createIngestApp({
    logger: createLogger({ name: 'ingest', level: 'silent' }),
    registry: createRegistry({ withProcess: false }),
    keySource: { load: async () => [] },
    queue: { add: status, status },
    now: () => 0,
  }).then((shell) => shell.app);
}

/** Of ingest, or of requests that reach no operation. */
const ELSEWHERE = [
  'FOREIGN_SOURCE_ONLY',
  'METHOD_NOT_ALLOWED',
  'INVALID_ENCODING',
  'NO_USABLE_EVENT',
  'EVENTS_TOO_EARLY',
  'REQUEST_TIMEOUT',
  'TOO_MANY_EVENTS',
  'TOO_MANY_VALUES',
  'UNSUPPORTED_ENCODING',
  'BACKPRESSURE',
  'QUEUE_UNAVAILABLE',
];

function hasExample({ examples, enum: choices, const: only, default: standard }: Schema): boolean {
  return [examples?.[0], choices?.[0], only, standard].some((value) => value !== undefined);
}

/** The places in a schema that hold a text or a number of which there is no example. */
function findBare(schema: Schema, place: string): string[] {
  if (schema.$ref !== undefined || hasExample(schema)) return [];
  const { type, properties = {}, items, anyOf, oneOf } = schema;
  const types: readonly unknown[] = [type].flat();
  if (types.includes('object'))
    return Object.entries(properties).flatMap(([name, property]) => findBare(property, `${place}.${name}`));
  if (types.includes('array')) return findBare(items ?? {}, `${place}[]`);
  const choices = (anyOf ?? oneOf ?? []).filter((choice) => choice.type !== 'null');
  if (choices.length > 0) return choices.flatMap((choice) => findBare(choice, place));
  return types.some((each) => ['string', 'number', 'integer'].includes(String(each))) ? [place] : [];
}
