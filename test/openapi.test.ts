import { createApiApp } from '@hopsmeter/api';
import { createLogger, createRegistry, type HttpApp } from '@hopsmeter/runtime';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APPLICATION_TABLES } from './harness/application-database/tables.ts';
import { BILLING_CALLS } from './openapi-calls/billing-calls.ts';
import type { Call, MakeCall, World } from './openapi-calls/call.ts';
import { DIRECTORY_CALLS } from './openapi-calls/directory-calls.ts';
import { fillDocumentedWorld } from './openapi-calls/documented-world.ts';
import { OPENMETER_CALLS } from './openapi-calls/openmeter-calls.ts';
import { PRICE_CALLS } from './openapi-calls/price-calls.ts';
import { codesOf, type Operation, readOperations, sampleOfParameter } from './openapi-calls/read-operations.ts';
import { UPKEEP_CALLS } from './openapi-calls/upkeep-calls.ts';
import { createTestDatabase, type TestDatabase } from './support/db/test-database.ts';

const KEY = 'service-role-key-of-the-openapi-test-0123456789';

/**
 * In this order: later calls use what earlier ones learned, and closing a month comes after everything that changes it.
 */
const CALLS: readonly MakeCall[] = [
  ...DIRECTORY_CALLS,
  ...PRICE_CALLS,
  ...UPKEEP_CALLS,
  ...BILLING_CALLS,
  ...OPENMETER_CALLS,
];

type Document = Parameters<typeof readOperations>[0] & {
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
};

let database: TestDatabase;
let app: HttpApp;
let url: string;
let document: Document;
let world: World;

beforeAll(async () => {
  database = await createTestDatabase();
  world = await fillDocumentedWorld(database.pool);
  await database.pool.query(APPLICATION_TABLES);
  const shell = await createApiApp({
    pool: database.pool,
    logger: createLogger({ name: 'api', level: 'silent' }),
    registry: createRegistry({ withProcess: false }),
    serviceRoleKey: KEY,
    webhooks: { signingKey: 'signing-key-of-the-openapi-test-0123456789', isPrivateAllowed: false },
    applicationUrl: database.url,
    now: () => Date.now() * 1_000,
  });
  app = shell.app;
  url = await app.listen({ port: 0, host: '127.0.0.1' });
  document = (await (await fetch(`${url}/openapi.json`)).json()) as Document;
});

afterAll(async () => {
  await app?.close();
  await database?.close();
});

function find(operationId: string): Operation {
  const found = readOperations(document).find((operation) => operation.operationId === operationId);
  if (found === undefined) throw new Error(`${operationId} is called here, but not documented`);
  return found;
}

function send(call: Call, token = KEY): Promise<Response> {
  const { path, method } = find(call.operationId);
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(call.params?.[name] ?? 'missing'),
  );
  const isFile = typeof call.body === 'string';
  return fetch(`${url}${filled}?${new URLSearchParams(call.query)}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      accept: call.accept ?? 'application/json',
      ...(call.body === undefined ? {} : { 'content-type': isFile ? 'text/csv' : 'application/json' }),
    },
    ...(call.body === undefined ? {} : { body: isFile ? String(call.body) : JSON.stringify(call.body) }),
  });
}

/** The check of an answer of an operation, as documented; undefined when that answer is not documented. */
function checkOf(operationId: string, status: number, type: string): ValidateFunction | undefined {
  const schema = find(operationId).responses[status]?.content?.[type]?.schema;
  // References begin at the document's root.
  return schema === undefined ? undefined : createAjv().compile({ ...schema, components: document.components });
}

function createAjv(): Ajv2020 {
  // What OpenAPI adds to JSON Schema (examples, discriminators) says nothing about validity.
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  return ajv;
}

/** What is wrong with an answer; undefined when it is the expected one, and as documented. */
async function judge(call: Call, answer: Response): Promise<{ readonly body: unknown; readonly wrong?: string }> {
  const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
  const body: unknown = type.endsWith('json') ? await answer.json() : await answer.text();
  const where = `${call.operationId} answers ${answer.status} ${type}: ${JSON.stringify(body)?.slice(0, 500)}`;
  if (answer.status !== call.status) return { body, wrong: `not ${call.status}: ${where}` };
  const check = checkOf(call.operationId, answer.status, type);
  if (check === undefined) return { body, wrong: `not documented: ${where}` };
  if (!check(body)) return { body, wrong: `${JSON.stringify(check.errors)} in: ${where}` };
  const codes = codesOf(find(call.operationId).responses[answer.status] ?? {});
  const isListed = answer.status < 400 || codes.includes(String(Object(body).code));
  return isListed ? { body } : { body, wrong: `not one of ${codes.join()}: ${where}` };
}

async function readAuditCount(): Promise<string | undefined> {
  return (await database.pool.query<{ count: string }>('select count(*)::text as count from hopsmeter.audit_log'))
    .rows[0]?.count;
}

/** A call that needs what an earlier one did not learn is told with the others. */
function makeCall(make: MakeCall, wrongs: string[]): Call | undefined {
  try {
    return make(world);
  } catch (error) {
    wrongs.push(String(error));
    return undefined;
  }
}

describe('every documented operation', () => {
  it('is called with success, and answers as the document says', { timeout: 120_000 }, async () => {
    const succeeded = new Set<string>();
    const wrongs: string[] = [];
    for (const make of CALLS) {
      const call = makeCall(make, wrongs);
      if (call === undefined) continue;
      const { body, wrong } = await judge(call, await send(call));
      if (wrong !== undefined) {
        wrongs.push(wrong);
        continue;
      }
      call.learn?.(body, world);
      if (call.status < 300) succeeded.add(call.operationId);
    }
    expect(wrongs).toEqual([]);
    const documented = readOperations(document).map(({ operationId = '' }) => operationId);
    expect(documented.filter((operationId) => !succeeded.has(operationId))).toEqual([]);
  });

  it('refuses a caller without a valid token as the document says', async () => {
    for (const { operationId = '' } of readOperations(document)) {
      const call = { operationId, accept: '*/*', status: 401 };
      expect(await judge(call, await send(call, 'wrong'))).not.toHaveProperty('wrong');
    }
  });

  it('refuses a parameter that it does not know as the document says, and changes nothing then', async () => {
    const before = await readAuditCount();
    const others: string[] = [];
    for (const { operationId = '', parameters, body } of readOperations(document)) {
      const params = Object.fromEntries(parameters.map((parameter) => [parameter.name, sampleOfParameter(parameter)]));
      const call = { operationId, params, accept: '*/*', query: { unheard_of: '1' }, body, status: 400 };
      const { body: refusal, wrong } = await judge(call, await send(call));
      expect([operationId, wrong]).toEqual([operationId, undefined]);
      if (!JSON.stringify(refusal).includes('unheard_of')) others.push(operationId);
    }
    // Their bodies have rules that no schema says, and are refused first.
    expect(others).toEqual(['retryParked', 'giveUpParked', 'importUsage', 'changePrices']);
    expect(await readAuditCount()).toBe(before);
  });
});

it('answers 406 to a caller who accepts none of the content types of an address, whatever the address', async () => {
  const before = await readAuditCount();
  for (const { operationId = '', parameters, body } of readOperations(document)) {
    const params = Object.fromEntries(parameters.map((parameter) => [parameter.name, sampleOfParameter(parameter)]));
    const call = { operationId, params, accept: 'text/html;q=0.9, image/*', body, status: 406 };
    expect(await judge(call, await send(call))).not.toHaveProperty('wrong');
  }
  expect(await readAuditCount()).toBe(before);
});

it('sees an answer that the document does not allow', () => {
  const check = checkOf('readPipeline', 200, 'application/json');
  expect(check?.({ events: 'many' })).toBe(false);
});

it('documents no schema that nothing refers to', () => {
  const text = JSON.stringify(document);
  const unused = Object.keys(document.components.schemas).filter(
    (name) => !text.includes(`"#/components/schemas/${name}"`),
  );
  expect(unused).toEqual([]);
});
