import { parseEvent, parseTime } from '@hopsmeter/usage';
import { describe, expect, it } from 'vitest';
import { type ExampleContext, formatExamples } from './format-examples.ts';

const CLUSTER = '7d1f3c52-8a0b-4e6f-9c1d-2b5a6e7f8091';

const context: ExampleContext = {
  ingestUrl: 'http://127.0.0.1:4100',
  apiUrl: 'http://127.0.0.1:4000',
  serviceRoleKeyPath: '/clone/.hopsmeter/service-role-key',
  cwd: '/clone',
  month: '2026-12',
  demo: {
    keyPath: '/clone/.hopsmeter/keys/eu',
    clusterId: CLUSTER,
    namespace: 'churn',
    accountOwnerId: 'auth0|astrid',
    window: { start: '2026-12-22T16:00:00Z', end: '2026-12-22T17:00:00Z' },
  },
};

describe('the examples', () => {
  it('post an event that ingest accepts', () => {
    const body =
      formatExamples(context)
        .post.at(-1)
        ?.replace(/^ +-d '(.*)'$/, '$1') ?? '';
    const now = parseTime('2026-12-22T17:10:00Z') ?? 0;
    expect(parseEvent(JSON.parse(body), { clusterId: CLUSTER, now }).ok).toBe(true);
  });

  it('read keys from their files, as seen from where the shell is', () => {
    expect(formatExamples(context).post.join('\n')).toContain('"Authorization: Bearer $(cat .hopsmeter/keys/eu)"');
    expect(formatExamples({ ...context, cwd: '/elsewhere' }).read.join('\n')).toContain(
      '$(cat /clone/.hopsmeter/service-role-key)',
    );
    const spaced = { ...context, cwd: '/', serviceRoleKeyPath: "/my clone's/key" };
    expect(formatExamples(spaced).read.at(-1)).toContain(`$(cat 'my clone'\\''s/key')`);
  });

  it('read the whole month of an account, also over the end of a year', () => {
    expect(formatExamples(context).read[0]).toBe(
      "curl -s 'http://127.0.0.1:4000/v1/accounts/auth0%7Castrid/totals?from=2026-12-01&to=2027-01-01&groupBy=user' \\",
    );
  });

  it('need neither the demo nor a key file', () => {
    const bare = formatExamples({ ...context, demo: undefined, serviceRoleKeyPath: undefined });
    expect(bare.post).toEqual([]);
    expect(bare.read).toEqual([
      "curl -s 'http://127.0.0.1:4000/v1/accounts?month=2026-12' \\",
      '  -H "Authorization: Bearer $SUPABASE_SERVICE_ROLE_KEY"',
    ]);
  });
});
