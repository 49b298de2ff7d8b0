import { schema } from '@hopsmeter/db';
import { addCluster, type Json, startTestApi, type TestApi } from '@hopsmeter/test/support/api/test-api.ts';
import { recordUsage } from '@hopsmeter/test/support/db/test-database.ts';
import { eventKeyOf, parseTime } from '@hopsmeter/usage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const START = parseTime('2026-11-20T13:00:00Z') ?? 0;

let api: TestApi;
let clusterId: string;
let projectId: string;

beforeAll(async () => {
  api = await startTestApi();
  const { tables } = api;
  clusterId = await addCluster(tables, 'eu-north-1');
  await tables.insert(schema.users).values([
    { id: 'auth0|1', name: 'Ada Berg', email: 'ada@example.com' },
    { id: 'auth0|2', name: 'Nevada Ltd', email: 'billing@nevada.example' },
    { id: 'auth0|3', name: 'Bo 100%_sure', email: null },
  ]);
  await tables.insert(schema.users).values([{ id: 'auth0|4', name: 'Mia', accountOwnerId: 'auth0|1' }]);
  const always = { startedAt: '-infinity', hopsworksClusterId: clusterId };
  await tables.insert(schema.userHopsworksAssignments).values([{ ...always, userId: 'auth0|4' }]);
  const [project] = await tables
    .insert(schema.projects)
    .values([
      { ...always, namespace: 'fraud', userId: 'auth0|1', endedAt: '2026-11-01T00:00:00Z' },
      { ...always, namespace: 'fraud', userId: 'auth0|4', startedAt: '2026-11-01T00:00:00Z' },
      { ...always, namespace: 'ended', userId: 'auth0|2', endedAt: '2026-11-01T00:00:00Z' },
    ])
    .returning();
  projectId = project?.id ?? '';
});
afterAll(() => api?.close());

const search = async (q: string): Promise<Json> => (await api.get(`/v1/search?q=${encodeURIComponent(q)}`)).body;
const idsOf = (found: readonly Json[]) => found.map(({ id }) => id);

describe('GET /v1/search', () => {
  it('finds accounts by name, address and id, what begins with the text first', async () => {
    expect(idsOf((await search('ada')).accounts)).toEqual(['auth0|1', 'auth0|2']);
    expect(idsOf((await search('BERG')).accounts)).toEqual(['auth0|1']);
    expect(idsOf((await search('nevada.example')).accounts)).toEqual(['auth0|2']);
    expect((await search('auth0|1')).accounts).toEqual([
      {
        id: 'auth0|1',
        name: 'Ada Berg',
        email: 'ada@example.com',
        accountOwnerId: 'auth0|1',
        accountName: 'Ada Berg',
      },
    ]);
  });

  it('takes a text as it is, whatever LIKE makes of it', async () => {
    expect(idsOf((await search('0%_s')).accounts)).toEqual(['auth0|3']);
    expect((await search('%')).accounts).toHaveLength(1);
    expect((await search('\\')).accounts).toEqual([]);
  });

  it('finds members with who pays for them', async () => {
    const { accounts, people } = await search('mia');
    expect(accounts).toEqual([]);
    expect(people).toMatchObject([{ id: 'auth0|4', accountOwnerId: 'auth0|1', accountName: 'Ada Berg' }]);
  });

  it('finds a namespace once, as the project of its last user', async () => {
    const place = { clusterId, clusterName: 'eu-north-1' };
    expect((await search('raud')).projects).toMatchObject([
      { ...place, namespace: 'fraud', userId: 'auth0|4', userName: 'Mia', accountOwnerId: 'auth0|1', isEnded: false },
    ]);
    expect((await search('ended')).projects).toMatchObject([{ userId: 'auth0|2', isEnded: true }]);
    expect((await search(projectId.toUpperCase())).projects).toMatchObject([{ id: projectId, userId: 'auth0|1' }]);
  });

  it('finds clusters by name and id', async () => {
    const east = { id: clusterId, name: 'eu-north-1', status: 'active' };
    expect((await search('north')).clusters).toEqual([east]);
    expect((await search(clusterId.slice(0, 8))).clusters).toEqual([east]);
  });

  it('finds an event by exactly its id, under each source that it came from', async () => {
    const usage = { id: 'e/1', clusterId, namespace: 'fraud', start: START, end: START + 1, quantity: '1' };
    await recordUsage(api.pool, [usage]);
    const own = `urn:hopsworks:cluster:${clusterId}`;
    expect((await search('e/1')).events).toEqual([{ id: 'e/1', source: own }]);
    expect((await search('e/')).events).toEqual([]);
    await parkEvent('/below', 'pending');
    expect((await search('e/1')).events).toEqual([own, `${own}/below`].map((source) => ({ id: 'e/1', source })));
    // A source below the cluster's is known by the hours that were counted of it.
    await api.pool.query("update hopsmeter.usage_events set source_path = ':other', event_key = $1", [
      eventKeyOf(clusterId, { id: 'e/1', sourcePath: ':other' }),
    ]);
    expect((await search('e/1')).events).toEqual([{ id: 'e/1', source: `${own}/below` }]);
    await api.tables.insert(schema.clusterHours).values(
      ['', ':other', ':third'].map((sourcePath) => ({
        hopsworksClusterId: clusterId,
        hour: '2026-11-20T13:00:00Z',
        sourcePath,
        usageDate: '2026-11-20',
        eventCount: 1n,
        sums: {},
        lastWindowEndedAt: '2026-11-20T14:00:00Z',
        checkedAt: '2026-11-20T14:00:00Z',
      })),
    );
    expect((await search('e/1')).events).toEqual(
      [`${own}/below`, `${own}:other`].map((source) => ({ id: 'e/1', source })),
    );
  });

  it('finds six of a kind and nothing of nothing', async () => {
    await api.tables.insert(schema.users).values(Array.from({ length: 9 }, (_, n) => ({ id: `many|${n}` })));
    expect(idsOf((await search('many')).accounts)).toEqual([0, 1, 2, 3, 4, 5].map((n) => `many|${n}`));
    expect(await search('  ')).toEqual({ accounts: [], people: [], projects: [], clusters: [], events: [] });
  });
});

async function parkEvent(sourcePath: string, status: string): Promise<void> {
  await api.tables.insert(schema.parkedEvents).values({
    eventKey: eventKeyOf(clusterId, { id: 'e/1', sourcePath }),
    contentHash: 1n,
    usageBatchId: clusterId,
    position: 0,
    hopsworksClusterId: clusterId,
    sourcePath,
    eventId: 'e/1',
    reason: 'unknown_user',
    detail: 'for a test',
    event: {},
    status,
  });
}
