import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Ask, createAsk } from './harness/ask.ts';
import { HOSTILE_PATHS, HOSTILE_TEXTS } from './harness/hostile-texts.ts';
import { type Pipeline, startPipeline } from './harness/pipeline.ts';
import { fillDocumentedWorld } from './openapi-calls/documented-world.ts';
import {
  codesOf,
  type Operation,
  type Parameter,
  readOperations,
  sampleOfParameter,
} from './openapi-calls/read-operations.ts';
import { startTestIssuer, type TestIssuer } from './support/api/test-issuer.ts';

const KEY = 'canary-service-role-key-0123456789-abcdefghij';

/** What no answer may tell about what is behind the api. */
const INTERNALS = new RegExp(
  [
    /syntax error|sqlstate|invalid (?:byte|input) |unterminated|violates/,
    /pg_catalog|postgres|relation "|column "|node_modules|\.[jt]s:\d+/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
);

let pipeline: Pipeline;
let issuer: TestIssuer;
let ask: Ask;
const log: string[] = [];

beforeAll(async () => {
  issuer = await startTestIssuer();
  pipeline = await startPipeline({
    ingests: 0,
    workers: 0,
    apis: 1,
    apiSettings: {
      LOG_LEVEL: 'trace',
      SUPABASE_SERVICE_ROLE_KEY: KEY,
      AUTH0_ISSUER: issuer.issuer,
      AUTH0_AUDIENCE: issuer.audience,
      API_REQUESTS_PER_MINUTE: '1000000',
      WEBHOOK_SIGNING_KEY: 'canary-webhook-signing-key-0123456789-abcdefg',
    },
    onApiLine: (line) => log.push(line),
  });
  await fillDocumentedWorld(pipeline.pool);
  ask = createAsk(pipeline.apis[0]?.url ?? '');
}, 120_000);

afterAll(async () => {
  ask?.close();
  await pipeline?.close();
  await issuer?.close();
});

const asService = { authorization: `Bearer ${KEY}` };

/** Every operation of the document that the running api serves. */
async function operations(): Promise<readonly Operation[]> {
  return readOperations(JSON.parse((await ask('/openapi.json')).body));
}

/**
 * The address of an operation with what the document gives as examples, but for one parameter, which is taken as it is.
 */
function addressOf({ path, parameters }: Operation, changed?: { readonly name: string; readonly raw: string }): string {
  const rawOf = (parameter: Parameter) =>
    changed?.name === parameter.name ? changed.raw : encodeURIComponent(sampleOfParameter(parameter));
  const filled = parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce((address, parameter) => address.replace(`{${parameter.name}}`, () => rawOf(parameter)), path);
  const query = parameters
    .filter(({ in: place, name, required }) => place === 'query' && (required === true || name === changed?.name))
    .map((parameter) => `${encodeURIComponent(parameter.name)}=${rawOf(parameter)}`);
  return query.length === 0 ? filled : `${filled}?${query.join('&')}`;
}

/** What is wrong with an answer to something hostile; undefined when nothing is. */
function judge(where: string, { status, body }: Answer, sent: string): string | undefined {
  const own = body.replaceAll(sent, '').replaceAll(JSON.stringify(sent).slice(1, -1), '');
  if (status >= 200 && status < 500 && !INTERNALS.test(own)) return undefined;
  return `${where}: ${status} ${body.slice(0, 300)}`;
}

/** What is wrong with a refusal; undefined when its code is one of those that the document lists for the operation. */
function judgeCode(where: string, { responses }: Operation, { status, body }: Answer): string | undefined {
  if (status < 400) return undefined;
  const { code } = JSON.parse(body);
  // Before any operation is found: the address is no URL, or another one.
  const known = [...codesOf(responses[status] ?? {}), 'INVALID_REQUEST', 'NOT_FOUND', 'METHOD_NOT_ALLOWED'];
  return known.includes(code) ? undefined : `${where}: ${status} ${code} is not documented`;
}

describe('whatever stands in a parameter', { timeout: 300_000 }, () => {
  it('is text: no 5xx, nothing of the database in the answer', async () => {
    const wrongs: string[] = [];
    let asked = 0;
    for (const operation of await operations())
      for (const { name, in: place } of operation.parameters) {
        const texts = HOSTILE_TEXTS.map((text) => ({ text, raw: encodeURIComponent(text) }));
        const raws = HOSTILE_PATHS.map((raw) => ({ text: raw, raw }));
        const answers = [...texts, ...raws].map(async ({ text, raw }) => {
          const address = addressOf(operation, { name, raw });
          const { method, body } = operation;
          const answer = await ask(address, { method, headers: asService, body });
          const where = `${method} ${place} ${name} ${address.slice(0, 200)}`;
          return judge(where, answer, text) ?? judgeCode(where, operation, answer);
        });
        asked += answers.length;
        wrongs.push(...(await Promise.all(answers)).filter((wrong) => wrong !== undefined));
      }
    expect(wrongs).toEqual([]);
    expect(asked).toBeGreaterThan(1_000);
  });

  it('nor as the name of one', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__proto__[x]', "'; --", '\u0000', ''];
    for (const operation of await operations()) {
      if (operation.method !== 'GET') continue;
      const address = addressOf(operation);
      for (const name of names) {
        const hostile = `${address}${address.includes('?') ? '&' : '?'}${encodeURIComponent(name)}=1`;
        const answer = await ask(hostile, { headers: asService });
        expect([hostile, answer.status]).toEqual([hostile, 400]);
        expect(judge(hostile, answer, name)).toBeUndefined();
      }
    }
  });

  it('changes nothing: the api works, and everybody is still there', async () => {
    expect((await ask('/readyz')).status).toBe(200);
    const users = await pipeline.pool.query<{ id: string }>('select id from hopsmeter.users order by id');
    expect(users.rows.map(({ id }) => id)).toEqual(['auth0|member', 'auth0|other', 'auth0|owner']);
  });
});

describe('a secret', { timeout: 120_000 }, () => {
  // The last one: it takes the tables away.
  it('is in no log and no answer, whatever is asked and whatever breaks', async () => {
    const now = Math.floor(Date.now() / 1_000);
    const claims = { sub: 'auth0|owner', iat: now, exp: now + 600, email: 'canary@example.com' };
    const staff = { ...claims, permissions: ['billing:admin'] };
    const tokens = await Promise.all([
      issuer.sign(claims),
      issuer.sign(staff),
      issuer.sign({ ...staff, exp: now - 600 }),
      issuer.signWithOtherKey(staff),
      issuer.signWithUnknownKey(staff),
      issuer.leaveUnsigned(staff),
      `hwm_live_${'canary'.repeat(6)}ab`,
      KEY,
    ]);
    const all = await operations();
    const answers: Answer[] = [];
    const askAll = async (question: (token: string, operation: Operation) => Promise<Answer>) => {
      for (const token of tokens) answers.push(...(await Promise.all(all.map((each) => question(token, each)))));
    };
    const inHeader = (token: string) => ({ authorization: `Bearer ${token}` });
    await askAll((token, operation) =>
      ask(addressOf(operation), { method: operation.method, headers: inHeader(token) }),
    );
    await askAll(async (token, operation) => {
      const address = `${addressOf(operation)}${addressOf(operation).includes('?') ? '&' : '?'}access_token=${token}`;
      const answer = await ask(address, { method: operation.method });
      expect([operation.method, operation.path, answer.status]).toEqual([operation.method, operation.path, 400]);
      return answer;
    });
    const given = await secretsGiven();
    await pipeline.pool.query('alter table hopsmeter.users rename to gone');
    await pipeline.pool.query('alter table hopsmeter.usage_daily rename to gone_too');
    await pipeline.pool.query('alter table hopsmeter.account_days rename to gone_as_well');
    const lineCount = log.length;
    await askAll((token, operation) =>
      ask(addressOf(operation), { method: operation.method, headers: inHeader(token) }),
    );
    expect(answers.map(({ status }) => status)).toContain(500);
    // What broke was logged, so there was something to write a secret into.
    expect(log.length).toBeGreaterThan(lineCount);
    const written = log.join('\n');
    const told = answers.map(({ headers, body }) => JSON.stringify(headers) + body).join('\n');
    for (const secret of [...tokens, 'canary-webhook-signing-key'])
      for (const part of secret.split('.').filter((each) => each.length > 8)) {
        expect(told).not.toContain(part);
        expect(written).not.toContain(part);
      }
    for (const secret of given) expect(written).not.toContain(secret);
    for (const answer of answers) expect(judge('', { ...answer, status: 200 }, '')).toBeUndefined();
  });

  /** What the api itself makes and tells once: a cluster's key, an invitation's token. */
  async function secretsGiven(): Promise<readonly string[]> {
    const { rows } = await pipeline.pool.query<{ id: string }>('select id from hopsmeter.hopsworks_clusters');
    const key = await ask(`/v1/clusters/${rows[0]?.id}/keys`, { method: 'POST', headers: asService, body: {} });
    const body = { accountOwnerId: 'auth0|owner', email: 'new@example.com' };
    const invite = await ask('/v1/invites', { method: 'POST', headers: asService, body });
    expect([key.status, invite.status]).toEqual([201, 201]);
    return [JSON.parse(key.body).key, JSON.parse(invite.body).token];
  }
});
