import { createEvent, createTestIngest, NOW } from '@hopsmeter/test/support/ingest/test-ingest.ts';
import { expect, it } from 'vitest';

const at = (seconds: number) => new Date(NOW / 1_000 + seconds * 1_000).toISOString();
const instant = (id: string, seconds: number, change: Record<string, unknown> = {}) =>
  createEvent({
    id,
    type: 'ai.hopsworks.usage.meter.v1',
    time: at(seconds),
    data: { meter: 'model_calls', quantity: 1 },
    ...change,
  });
const windowed = (id: string, endsIn: number) =>
  createEvent({
    id,
    data: { namespace: 'ns-1', window: { start: at(endsIn - 3_600), end: at(endsIn) }, egressBytes: 1 },
  });

it('an event that is ahead of our clock is told as one to send again, alone as 503 with Retry-After', async () => {
  const { post, batches } = await createTestIngest();
  const answer = await post(instant('e', 300 + 42));
  expect(answer.headers['retry-after']).toBe('42');
  expect(answer.json()).toMatchObject({
    status: 503,
    code: 'EVENTS_TOO_EARLY',
    errors: [{ index: 0, id: 'e', code: 'TIME_IN_FUTURE', retryAt: at(42), retryAfterSeconds: 42 }],
  });
  expect(batches).toEqual([]);
});

it('is taken at the time that was told', async () => {
  let now = NOW;
  const { post } = await createTestIngest({ now: () => now });
  const event = windowed('e', 300 + 42);
  const wait = Number((await post(event)).headers['retry-after']);
  now += (wait - 1) * 1_000_000;
  expect((await post(event)).statusCode).toBe(503);
  now += 1_000_000;
  expect((await post(event)).json()).toEqual({ accepted: 1, rejected: 0, errors: [] });
});

it('says for itself when to come again, and the request says the first of those times', async () => {
  const { post } = await createTestIngest();
  const early = [instant('early', 310), windowed('earlier', 320)];
  const bad = createEvent({ id: 'bad', specversion: '2' });
  const mixed = (await post([createEvent(), bad, ...early])).json();
  expect(mixed).toMatchObject({ accepted: 1, rejected: 3 });
  expect(mixed.errors.map((error: Record<string, unknown>) => [error.id, error.retryAfterSeconds])).toEqual([
    ['bad', undefined],
    ['early', 10],
    ['earlier', 20],
  ]);
  const answer = await post([bad, ...early]);
  expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '10']);
});

it('what is wrong in another way too, or is ahead by years, is not to be sent again', async () => {
  const { post } = await createTestIngest();
  for (const event of [
    instant('e', 400, { subject: '' }),
    instant('e', 32 * 24 * 3_600),
    instant('e', 0, { time: '9999-12-31T23:59:59Z' }),
  ]) {
    const answer = await post(event);
    expect(answer.json()).toMatchObject({ status: 400, code: 'NO_USABLE_EVENT' });
    expect(answer.body).not.toContain('retry');
  }
  expect((await post(instant('e', 31 * 24 * 3_600))).statusCode).toBe(503);
});
