import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from './create-logger.ts';
import type { HttpApp } from './http-app.ts';
import { createRegistry } from './http-metrics.ts';
import { createHttpShell } from './http-shell.ts';

const OURS = 'https://billing.example.com';

/** What comes near to it. */
const OTHERS = [
  'https://evil.example',
  `${OURS}.evil.example`,
  `${OURS}:8443`,
  'http://billing.example.com',
  'null',
  '*',
];

let app: HttpApp;

async function start(corsOrigins?: readonly string[]): Promise<void> {
  await app?.close();
  const shell = await createHttpShell({
    logger: createLogger({ name: 'test', level: 'silent' }),
    registry: createRegistry({ withProcess: false }),
    checks: {},
    ...(corsOrigins === undefined ? {} : { corsOrigins }),
  });
  app = shell.app;
  app.get('/thing', async (_request, reply) => reply.header('vary', 'accept').send({ ok: true }));
}

const corsOf = (headers: Readonly<Record<string, unknown>>) =>
  Object.keys(headers).filter((name) => name.startsWith('access-control'));

const preflight = (origin: string, url = '/thing') =>
  app.inject({ method: 'OPTIONS', url, headers: { origin, 'access-control-request-method': 'GET' } });

describe('without an origin', () => {
  beforeEach(() => start());
  afterEach(() => app.close());

  it.each([OURS, ...OTHERS])('nobody gets leave: %s', async (origin) => {
    const asked = await app.inject({ url: '/thing', headers: { origin } });
    expect([asked.statusCode, corsOf(asked.headers), asked.headers.vary]).toEqual([200, [], 'accept']);
    const before = await preflight(origin);
    expect([before.statusCode, corsOf(before.headers)]).toEqual([405, []]);
  });
});

describe('with an origin', () => {
  beforeEach(() => start([OURS]));
  afterEach(() => app.close());

  it('lets its pages read answers, problems too', async () => {
    for (const [url, status] of [
      ['/thing', 200],
      ['/nothing', 404],
    ] as const) {
      const { statusCode, headers } = await app.inject({ url, headers: { origin: OURS } });
      expect([statusCode, headers['access-control-allow-origin']]).toEqual([status, OURS]);
      expect(headers['access-control-expose-headers']).toContain('retry-after');
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
    }
  });

  it('answers their preflights, for the headers that a call needs', async () => {
    const { statusCode, headers, body } = await preflight(OURS);
    expect([statusCode, body]).toEqual([204, '']);
    expect(headers).toMatchObject({
      'access-control-allow-origin': OURS,
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': expect.stringContaining('authorization'),
    });
  });

  it.each(OTHERS)('gives no leave to %s', async (origin) => {
    const asked = await app.inject({ url: '/thing', headers: { origin } });
    expect([asked.statusCode, corsOf(asked.headers)]).toEqual([200, []]);
    const before = await preflight(origin);
    expect([before.statusCode, corsOf(before.headers)]).toEqual([405, []]);
  });

  it('tells caches that answers differ by origin, beside what they differ by already', async () => {
    for (const headers of [{}, { origin: OURS }, { origin: 'https://evil.example' }])
      expect((await app.inject({ url: '/thing', headers })).headers.vary).toBe('accept, origin');
    expect((await app.inject('/livez')).headers.vary).toBe('origin');
  });

  it('leaves what is no preflight and what is not there as it was', async () => {
    expect((await app.inject({ method: 'OPTIONS', url: '/thing', headers: { origin: OURS } })).statusCode).toBe(405);
    expect((await app.inject('/nothing')).statusCode).toBe(404);
  });
});
