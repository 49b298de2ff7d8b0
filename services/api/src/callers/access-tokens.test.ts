import { TEST_NOW } from '@hopsmeter/test/support/api/test-api.ts';
import { NOW_SECONDS, startTestIssuer, type TestIssuer } from '@hopsmeter/test/support/api/test-issuer.ts';
import { parseTime } from '@hopsmeter/usage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccessTokens, createAccessTokens } from './access-tokens.ts';

const ADA = { sub: 'auth0|ada' };

let issuer: TestIssuer;
let tokens: AccessTokens;

beforeAll(async () => {
  issuer = await startTestIssuer();
  tokens = openTokens();
});

afterAll(async () => {
  await issuer?.close();
});

function openTokens(): AccessTokens {
  return createAccessTokens({
    issuer: issuer.issuer,
    audience: issuer.audience,
    now: () => parseTime(TEST_NOW) ?? 0,
  });
}

const refusal = (token: string) => tokens.verify(token).catch((error: unknown) => error);

describe('a token', () => {
  it('says who somebody is and what they may do', async () => {
    const claims = { sub: 'google-oauth2|117', permissions: ['billing:read', 'other'], scope: 'openid' };
    expect(await tokens.verify(await issuer.sign(claims))).toEqual({
      userId: 'google-oauth2|117',
      permissions: ['billing:read', 'other'],
    });
  });

  it.each([
    ['none', undefined],
    ['a text', 'billing:admin'],
    ['an object', { 'billing:admin': true }],
    ['not only texts', ['billing:admin', 1]],
  ])('gives no rights when its permissions are %s', async (_what, permissions) => {
    const token = await issuer.sign({ ...ADA, permissions, scope: 'billing:admin' });
    expect((await tokens.verify(token)).permissions).toEqual([]);
  });

  it('may be for our API alone, and may be five seconds late or early', async () => {
    for (const claims of [{ aud: issuer.audience }, { exp: NOW_SECONDS - 4 }, { nbf: NOW_SECONDS + 4 }])
      expect(await tokens.verify(await issuer.sign({ ...ADA, ...claims }))).toMatchObject({ userId: ADA.sub });
  });

  it.each([
    ['has expired', { exp: NOW_SECONDS - 6 }],
    ['never expires', { exp: undefined }],
    ['expires at no time', { exp: 'tomorrow' }],
    ['is not valid yet', { nbf: NOW_SECONDS + 6 }],
    ['is of another issuer', { iss: 'https://evil.example/' }],
    ['is of nobody', { iss: undefined }],
    ['is for another API', { aud: ['https://other.example/api'] }],
    ['is for no API', { aud: undefined }],
    ['is for an API whose name begins like ours', { aud: 'https://hopsmeter.example/api/' }],
    ['has no subject', { sub: undefined }],
    ['has an empty subject', { sub: '' }],
    ['has a subject that is no text', { sub: 117 }],
    ['has a subject that Postgres cannot hold', { sub: 'auth0|a\0b' }],
    ['has a subject that is not well-formed', { sub: 'auth0|\ud800' }],
    ['has an endless subject', { sub: 'x'.repeat(256) }],
  ])('is refused when it %s', async (_what, claims) => {
    expect(await refusal(await issuer.sign({ ...ADA, ...claims }))).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('tells that it has expired, because then a new one helps, and nothing else', async () => {
    expect(await refusal(await issuer.sign({ ...ADA, exp: NOW_SECONDS - 60 }))).toMatchObject({
      detail: 'the token has expired',
    });
    expect(await refusal(await issuer.sign({ ...ADA, iss: 'x' }))).toMatchObject({ detail: 'the token is not valid' });
  });

  it('is refused unless the issuer signed it', async () => {
    const [head = '', body = '', signature = ''] = (await issuer.sign(ADA)).split('.');
    const forged = Buffer.from(JSON.stringify({ sub: 'auth0|eve', exp: NOW_SECONDS + 60 })).toString('base64url');
    for (const token of [
      await issuer.signWithOtherKey(ADA),
      await issuer.signWithUnknownKey(ADA),
      await issuer.signWithPublicKey(ADA),
      issuer.leaveUnsigned(ADA),
      `${head}.${forged}.${signature}`,
      `${head}.${body}.`,
      `${head}.${body}`,
      '..',
      'x.y.z',
      '',
    ])
      expect(await refusal(token), token).toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

it('fetches the keys once, whatever key ids people make up', async () => {
  const before = issuer.fetches();
  tokens = openTokens();
  await Promise.all(Array.from({ length: 20 }, async () => tokens.verify(await issuer.sign(ADA))));
  for (let count = 0; count < 20; count += 1) await refusal(await issuer.signWithUnknownKey(ADA));
  expect(issuer.fetches() - before).toBe(1);
});

describe('while the keys cannot be had', () => {
  it.each([500, 404, 302])('nobody gets in, and everybody is told when to come back (%s)', async (status) => {
    issuer.answerWith(status);
    tokens = openTokens();
    expect(await refusal(await issuer.sign(ADA))).toMatchObject({ code: 'NOT_READY', retryAfterSeconds: 5 });
    // What could not be valid with any key needs none.
    expect(await refusal(issuer.leaveUnsigned(ADA))).toMatchObject({ code: 'UNAUTHENTICATED' });
    issuer.answerWith(200);
    expect(await tokens.verify(await issuer.sign(ADA))).toMatchObject({ userId: ADA.sub });
  });

  it('nor when nobody is there', async () => {
    const gone = await startTestIssuer();
    const token = await gone.sign(ADA);
    tokens = createAccessTokens({ issuer: gone.issuer, audience: gone.audience, now: () => 0 });
    await gone.close();
    expect(await refusal(token)).toMatchObject({ code: 'NOT_READY', retryAfterSeconds: 5 });
  });
});
