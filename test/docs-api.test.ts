import { readFileSync } from 'node:fs';
import { createApiApp, PARAMETER_ERRORS } from '@hopsmeter/api';
import { createPool } from '@hopsmeter/db';
import { EVENTS_PATH } from '@hopsmeter/ingest';
import { createLogger, createRegistry, type HttpApp, REQUEST_TIMEOUT_MS, statusOf } from '@hopsmeter/runtime';
import {
  CLOCK_AHEAD_MAX,
  CLUSTER_SOURCE_PREFIX,
  CORRECTION_REASON_LENGTH_MAX,
  EVENT_ERRORS,
  EVENT_ID_LENGTH_MAX,
  EVENT_METERS_MAX,
  EVENT_TYPES,
  type EventType,
  LEDGER_RETENTION_DAYS,
  METERS,
  MICROS_PER_DAY,
  MISSING_LENGTH_MAX,
  NAME_LENGTH_MAX,
  PARK_REASONS,
  PLAUSIBLE_LIMITS,
  PLAUSIBLE_WINDOW_MAX,
  parseEvent,
  parseTime,
  QUANTITY_UNITS_MAX,
  REQUEST_ERRORS,
  type RequestErrorCode,
  SOURCE_LENGTH_MAX,
  SUBJECT_LENGTH_MAX,
} from '@hopsmeter/usage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventSchemas } from '../packages/usage/src/event-schema.ts';
import {
  BODY_BYTES_MAX,
  CONTAINERS_MAX,
  DISCARD_BYTES_MAX,
  PROBLEMS_MAX,
  REQUEST_EVENTS_MAX,
  VALUES_MAX,
} from '../services/ingest/src/limits.ts';
import { one } from './harness/world.ts';

const DOCS = readFileSync(new URL('../docs/api.md', import.meta.url), 'utf8');

const NOW = parseTime('2026-11-22T14:10:00Z') ?? 0;

describe('docs/api.md', () => {
  it('lists every request error with its status, and no other', () => {
    const documented = tableOf('### Request errors').map(([code = '', status]) => [nameOf(code), Number(status)]);
    const codes = Object.keys(REQUEST_ERRORS) as RequestErrorCode[];
    expect(sortByName(documented)).toEqual(sortByName(codes.map((code) => [code, statusOf(code)])));
  });

  it.each([
    ['### Event errors', EVENT_ERRORS],
    ['### Parameter errors', PARAMETER_ERRORS],
  ])('lists every code under %s, and no other', (heading, codes) => {
    expect(tableOf(heading).map(([code = '']) => nameOf(code))).toEqual(Object.keys(codes));
  });

  it('gives every code a meaning and a remedy', () => {
    for (const heading of ['### Request errors', '### Event errors', '### Parameter errors'])
      for (const row of tableOf(heading)) expect(row.slice(-2).map((cell) => cell.length > 4)).toEqual([true, true]);
  });

  it('mentions no code that there is not', () => {
    const known = { ...REQUEST_ERRORS, ...EVENT_ERRORS, ...PARAMETER_ERRORS };
    const words = DOCS.matchAll(/[`"]([A-Z]+(?:_[A-Z]+)+)[`"]/g);
    expect([...words].map(([, word = '']) => word).filter((word) => !Object.hasOwn(known, word))).toEqual([]);
  });

  it('says of every status of ingest what to do', () => {
    const documented = tableOf('### When to send again').flatMap(([answer = '']) => answer.match(/\d{3}/g) ?? []);
    const codes = Object.keys(REQUEST_ERRORS) as RequestErrorCode[];
    const statuses = new Set(['202', ...codes.map((code) => String(statusOf(code)))]);
    expect(documented.sort()).toEqual([...statuses].sort());
  });

  it('lists every reason for parking, and no other', () => {
    expect(tableOf('### Parked events').map(([reason = '']) => nameOf(reason))).toEqual(PARK_REASONS);
  });
});

describe('the limits in docs/api.md', () => {
  it('are those of the code', () => {
    const documented = new Map(tableOf('### Limits').map(([limit = '', value]) => [limit, value]));
    expect(documented).toEqual(
      new Map([
        ['events of one request', format(REQUEST_EVENTS_MAX)],
        ['body, as sent and unpacked', `${BODY_BYTES_MAX / 2 ** 20} MiB`],
        [
          'objects and arrays of one body: the bytes `{` and `[` in it',
          `${format(CONTAINERS_MAX)}, ten for each of the most events`,
        ],
        [
          'values of a body over 600 kB: the bytes `,` in it',
          `${format(VALUES_MAX)}, thirty for each of the most events`,
        ],
        ['`id`', `${EVENT_ID_LENGTH_MAX} characters`],
        ['`source`', `${SOURCE_LENGTH_MAX} characters`],
        ['`subject`', `${SUBJECT_LENGTH_MAX} characters`],
        ['`namespace`, `meter`, `gpuModel`', `${NAME_LENGTH_MAX} characters`],
        ['meters that one correction or manifest names', String(EVENT_METERS_MAX)],
        ['`reason` of a correction', `${CORRECTION_REASON_LENGTH_MAX} characters`],
        ['`missing` of a manifest', `${MISSING_LENGTH_MAX} characters`],
        ['a quantity, in units of its meter', format(QUANTITY_UNITS_MAX)],
        ['a time ahead of our clock', `${CLOCK_AHEAD_MAX / 60_000_000} minutes`],
        ['usage in the past, by the start of its window', `${LEDGER_RETENTION_DAYS} days`],
        ['cores over the window', `${PLAUSIBLE_LIMITS.coresMax} cores`],
        ['GPUs over the window', `${PLAUSIBLE_LIMITS.gpusMax} GPUs`],
        ['length of a window', `${PLAUSIBLE_WINDOW_MAX / MICROS_PER_DAY} days`],
        ['headers of a request', `${Number(Reflect.get(app.server, 'maxHeaderSize')) / 1_024} KiB`],
        ['time for a request to arrive', `${REQUEST_TIMEOUT_MS / 1_000} seconds`],
        ['problems told about one event', String(countProblems())],
        ['problems told in one answer', format(PROBLEMS_MAX)],
      ]),
    );
    expect(DOCS).toContain(`read to nowhere up to ${DISCARD_BYTES_MAX / 2 ** 20} MiB`);
  });

  it('are the same wherever they are said', () => {
    const said = (unit: string) =>
      new Set([...DOCS.matchAll(new RegExp(`([\\d,]+) ${unit}\\b`, 'g'))].map(([, n]) => n));
    expect(said('cores')).toEqual(new Set([String(PLAUSIBLE_LIMITS.coresMax)]));
    expect(said('GPUs')).toEqual(new Set([String(PLAUSIBLE_LIMITS.gpusMax)]));
    expect(said('events')).toEqual(new Set([format(REQUEST_EVENTS_MAX)]));
    expect(said('minutes')).toEqual(new Set([String(CLOCK_AHEAD_MAX / 60_000_000)]));
  });

  /** One event with very many mistakes is told so many. */
  const countProblems = (): number => {
    const { data, ...event } = readExample('network');
    const unknown = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`x${i}`, i]));
    const parsed = parse({ ...event, data: { ...data, ...unknown } });
    return parsed.ok ? 0 : parsed.problems.length;
  };
});

describe('the events in docs/api.md', () => {
  const types = Object.keys(EVENT_TYPES) as EventType[];

  it('are of every type', () => {
    const headings = [...DOCS.matchAll(/^#### `(.*)`$/gm)].map(([, type]) => type);
    expect(headings).toEqual(Object.values(EVENT_TYPES));
  });

  it.each(types)('are accepted: %s', (type) => {
    expect(parse(readExample(type))).toMatchObject({ ok: true, event: { type } });
  });

  it('are accepted as curl posts them', () => {
    const commands = [...DOCS.matchAll(/-d '(\{.*?\})'/gs)].map(([, event = '']) => parse(JSON.parse(event)));
    expect(commands).toMatchObject([{ ok: true }]);
  });

  it.each(types)('have every data field of %s, with a unit, and no other', (type) => {
    const { shape } = eventSchemas[type].shape.data;
    const rows = tableOf(`#### \`${EVENT_TYPES[type]}\``);
    expect(rows.map(([field = '']) => nameOf(field)).sort()).toEqual(Object.keys(shape).sort());
    expect(rows.filter(([, , unit]) => unit === '')).toEqual([]);
    const required = rows.filter(([, isRequired]) => isRequired === 'yes').map(([field = '']) => nameOf(field));
    expect(required.sort()).toEqual(
      Object.entries(shape)
        .filter(([, schema]) => !schema.safeParse(undefined).success)
        .map(([field]) => field)
        .sort(),
    );
  });

  it('name every attribute that is read', () => {
    const { shape } = eventSchemas.compute;
    const documented = tableOf('### Attributes of an event').map(([field = '']) => nameOf(field));
    expect(documented.sort()).toEqual([...Object.keys(shape), 'type'].sort());
  });

  it('name every meter that they are counted on', () => {
    for (const meter of Object.values(METERS)) expect(DOCS).toContain(`\`${meter}\``);
  });
});

describe('the routes in docs/api.md', () => {
  it('are those of ingest and of the OpenAPI document, and no other', async () => {
    const documented = [...DOCS.matchAll(/^### ([A-Z]+) (\/\S+)$/gm)].map(([, method, path]) => `${method} ${path}`);
    const routes = (await readOperations()).map(({ name }) => name);
    expect(documented).toEqual([`POST ${EVENTS_PATH}`, ...routes]);
  });

  it('have the parameters and fields of the OpenAPI document, and no other', async () => {
    for (const { name, operation } of await readOperations()) {
      const documented = tableOf(`### ${name}`).map(([field = '', isRequired]) => [nameOf(field), isRequired]);
      const query = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
      const body = operation.requestBody?.content['application/json']?.schema;
      const fields = Object.keys(body?.properties ?? {}).map((field) => ({
        name: field,
        required: body?.required?.includes(field),
      }));
      expect([name, documented]).toEqual([
        name,
        [...query, ...fields].map((field) => [field.name, field.required ? 'yes' : 'no']),
      ]);
    }
  });

  it('have the limits of the OpenAPI document', async () => {
    const { paths } = await readOpenApi();
    const accounts = paths['/v1/accounts']?.get;
    const schemaOf = (name: string) => accounts?.parameters?.find((parameter) => parameter.name === name)?.schema;
    const section = sectionOf('### GET /v1/accounts');
    const { minimum, maximum, default: standard } = schemaOf('limit') ?? {};
    expect(section).toContain(`${minimum} to ${format(maximum ?? 0)}; ${standard} when not given`);
    expect(section).toContain(`at most ${schemaOf('q')?.maxLength} characters`);
    const totals = JSON.stringify(paths['/v1/accounts/{id}/totals']);
    const numberIn = (pattern: RegExp): string => format(Number(pattern.exec(totals)?.[1]));
    const totalsSection = sectionOf('### GET /v1/accounts/{id}/totals');
    expect(totalsSection).toContain(`at most ${numberIn(/at most (\d+) days after/)} days after`);
    expect(totalsSection).toContain(`at most ${numberIn(/at most (\d+) groups/)} groups`);
    expect(DOCS).toContain(`longer than ${numberIn(/at most (\d+) days after/)} days`);
    expect(DOCS).toContain(`more than ${numberIn(/at most (\d+) groups/)} groups`);
  });

  it('show answers with the fields of the OpenAPI document', async () => {
    const { components } = await readOpenApi();
    for (const { name, operation } of await readOperations()) {
      const reference = operation.responses['200']?.content['application/json']?.schema.$ref ?? '';
      const schema = components.schemas[reference.slice(reference.lastIndexOf('/') + 1)];
      const [, example] = /```json\n(.*?)```/s.exec(sectionOf(`### ${name}`)) ?? [];
      // Every list and total has one; what changes something mostly answers with what a list shows.
      if (example === undefined && !name.startsWith('GET ')) continue;
      expect([name, ...Object.keys(JSON.parse(example ?? '{}'))]).toEqual([
        name,
        ...Object.keys(schema?.properties ?? {}),
      ]);
    }
  });

  it('are there: health, metrics and the documentation', async () => {
    const health = tableOf('## Health').map(([route = '']) => nameOf(route));
    expect(health).toEqual(['GET /livez', 'GET /readyz', 'GET /metrics']);
    const open = [...DOCS.matchAll(/`GET (\/[\w.]+)`/g)].map(([, path = '']) => path);
    for (const path of open)
      expect([path, (await app.inject(path)).statusCode]).toEqual([path, path === '/readyz' ? 503 : 200]);
    expect(open).toEqual(expect.arrayContaining(['/docs', '/openapi.json']));
  });

  it('are called by the examples at their default ports', () => {
    const called = [...DOCS.matchAll(/http:\/\/localhost:(\d+)(\/[\w/%]+)/g)].map(
      ([, port, path]) => `${port} ${path}`,
    );
    expect(called).toEqual([`4100 ${EVENTS_PATH}`, '4000 /v1/accounts', '4000 /v1/accounts/auth0%7C507f1f77/totals']);
  });
});

let app: HttpApp;

beforeAll(async () => {
  const pool = createPool({ url: 'postgres://127.0.0.1:1/none', connectionsMax: 1, onIdleError: () => undefined });
  const shell = await createApiApp({
    pool,
    logger: createLogger({ name: 'docs', level: 'silent' }),
    registry: createRegistry({ withProcess: false }),
    serviceRoleKey: 'x'.repeat(32),
    now: () => NOW,
  });
  app = shell.app;
});
afterAll(() => app.close());

type OpenApi = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, { readonly properties?: object }>> };
};

type Operation = {
  readonly parameters?: readonly {
    readonly in: string;
    readonly name: string;
    readonly required?: boolean;
    readonly schema: { minimum?: number; maximum?: number; default?: number; maxLength?: number };
  }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { schema: { properties?: object; required?: readonly string[] } }>>;
  };
  readonly responses: Readonly<Record<string, { content: Record<string, { schema: { $ref?: string } }> }>>;
};

async function readOpenApi(): Promise<OpenApi> {
  const document: OpenApi = (await app.inject('/openapi.json')).json();
  return document;
}

/** Every route of the OpenAPI document, such as `GET /v1/accounts`. */
async function readOperations(): Promise<readonly { readonly name: string; readonly operation: Operation }[]> {
  const { paths } = await readOpenApi();
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  );
}

type Example = { readonly source: string; readonly data: Readonly<Record<string, unknown>> };

function readExample(type: EventType): Example {
  const [, text = ''] = /```json\n(.*?)```/s.exec(sectionOf(`#### \`${EVENT_TYPES[type]}\``)) ?? [];
  const example: Example = JSON.parse(text);
  return example;
}

/** As ingest does, with the key of the cluster that the event names. */
function parse(event: Example) {
  const [clusterId = ''] = event.source.slice(CLUSTER_SOURCE_PREFIX.length).split(/[/:]/);
  return parseEvent(event, { clusterId, now: NOW });
}

/** What stands under a heading, up to the next one. */
function sectionOf(heading: string): string {
  const sections = DOCS.split(/^(?=#+ )/m).filter((section) => section.startsWith(`${heading}\n`));
  return one(sections);
}

/** The rows of the first table under a heading, without its head. */
function tableOf(heading: string): string[][] {
  const lines = sectionOf(heading).split('\n');
  const start = lines.findIndex((line) => line.startsWith('|---'));
  if (start < 0) return [];
  const rows = lines.slice(start + 1);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end < 0 ? rows.length : end).map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

const nameOf = (cell: string): string => cell.replaceAll('`', '');

const format = (count: number | bigint): string => count.toLocaleString('en-US');

const sortByName = <T extends readonly unknown[]>(rows: readonly T[]): T[] =>
  [...rows].sort(([a], [b]) => String(a).localeCompare(String(b)));
