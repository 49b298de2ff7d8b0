import { OpenMeter } from '@openmeter/sdk';
import { CloudEvent, emitterFor, HTTP, httpTransport, Mode } from 'cloudevents';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pipeline, SERVICE_ROLE_KEY, startPipeline } from './harness/pipeline.ts';
import { readBatchTotals } from './harness/rollup.ts';
import { waitFor } from './harness/wait-for.ts';
import { createWorld, one, type TestCluster, type TestProject } from './harness/world.ts';

/** The day of the usage: long enough ago that no event lies in the future, whatever the clock says. */
const DAY = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10);
const DAY_BEFORE = new Date(Date.now() - 4 * 86_400_000).toISOString().slice(0, 10);
const NEXT_DAY = new Date(Date.now() - 2 * 86_400_000).toISOString().slice(0, 10);

let pipeline: Pipeline;
let cluster: TestCluster;
let project: TestProject;
/** OpenMeter's client of a cluster, which posts, and of billing staff, who read. */
let poster: OpenMeter;
let reader: OpenMeter;

beforeAll(async () => {
  pipeline = await startPipeline({ apis: 1 });
  const world = await createWorld(pipeline.pool, {
    clusters: 1,
    ownersPerCluster: 1,
    membersPerOwner: 1,
    projectsPerUser: 1,
    ownerChangesAt: [],
  });
  cluster = one(world.clusters);
  const [first] = world.projects;
  if (first === undefined) throw new Error('no project');
  project = first;
  poster = new OpenMeter({ baseUrl: pipeline.ingests[0]?.url ?? '', apiKey: cluster.key });
  reader = new OpenMeter({ baseUrl: pipeline.apis[0]?.url ?? '', apiKey: SERVICE_ROLE_KEY });
  await postAll();
}, 120_000);

afterAll(() => pipeline?.close());

const dataOf = (cpuCoreHours: string) => ({
  namespace: project.namespace,
  window: { start: `${DAY}T10:00:00Z`, end: `${DAY}T11:00:00Z` },
  cpuCoreHours,
  gpuHours: '0',
  ramByteHours: '0',
});

const eventOf = (id: string, cpuCoreHours: string) => ({
  id,
  source: `urn:hopsworks:cluster:${cluster.id}`,
  specversion: '1.0' as const,
  type: 'ai.hopsworks.usage.compute.v1',
  time: new Date(`${DAY}T11:00:00Z`),
  subject: project.userId,
  data: dataOf(cpuCoreHours),
});

const cloudEventOf = (id: string, cpuCoreHours: string) =>
  new CloudEvent({ ...eventOf(id, cpuCoreHours), time: `${DAY}T11:00:00Z` });

/** By every way that the two libraries have. */
async function postAll(): Promise<void> {
  await poster.events.ingest(eventOf('sdk one', '0.000000000001'));
  await poster.events.ingest([eventOf('sdk two', '1.1'), eventOf('sdk three', '2.2'), eventOf('sdk two', '1.1')]);
  const url = `${pipeline.ingests[0]?.url}/api/v1/events`;
  const headers = { authorization: `Bearer ${cluster.key}` };
  const text = JSON.stringify(dataOf('3.3'));
  await emitterFor(httpTransport(url))(cloudEventOf('binary', '3.3').cloneWith({ data: text }), { headers });
  await emitterFor(httpTransport(url), { mode: Mode.STRUCTURED })(cloudEventOf('structured', '4.4'), { headers });
  const { headers: own, body } = HTTP.structured(cloudEventOf('by fetch', '5.5'));
  const structured = { 'content-type': String(own['content-type']) };
  const sent = { method: 'POST', headers: { ...headers, ...structured }, body: String(body) };
  expect((await fetch(url, sent)).status).toBe(202);
  const batch = [cloudEventOf('batch', '6.6')];
  const type = { 'content-type': 'application/cloudevents-batch+json' };
  const answer = await fetch(url, { method: 'POST', headers: { ...headers, ...type }, body: JSON.stringify(batch) });
  expect(answer.status).toBe(202);
  // The emitters hide the status of what they send: what counts is what is counted.
  await waitFor('every event to be counted', async () => {
    const { counted } = await readBatchTotals(pipeline.pool);
    return counted >= 7 ? counted : undefined;
  });
}

/** What all of them add up to, to the last digit. */
const TOTAL = '23.100000000001';

const query = (slug: string, parameters: object) =>
  reader.meters.query(slug, {
    from: new Date(`${DAY}T00:00:00Z`),
    to: new Date(`${NEXT_DAY}T00:00:00Z`),
    ...parameters,
  });

describe("OpenMeter's published client", () => {
  it('lists the meters', async () => {
    const meters = await reader.meters.list();
    expect(meters?.map(({ slug }) => slug)).toEqual(expect.arrayContaining(['cpu_hours', 'gpu_hours', 'ram_gb_hours']));
  });

  it('reads by day what both libraries have posted, exactly', async () => {
    const answer = await query('cpu_hours', { windowSize: 'DAY', groupBy: ['subject', 'namespace'] });
    expect(answer?.data).toMatchObject([
      {
        valueDecimal: TOTAL,
        windowStart: new Date(`${DAY}T00:00:00Z`),
        windowEnd: new Date(`${NEXT_DAY}T00:00:00Z`),
        subject: project.userId,
        groupBy: { namespace: project.namespace },
      },
    ]);
    expect(answer?.data[0]?.value).toBeCloseTo(23.1, 10);
  });

  it('reads a month, and everything as one value', async () => {
    for (const parameters of [{ windowSize: 'MONTH' }, {}])
      expect((await query('cpu_hours', parameters))?.data).toMatchObject([{ valueDecimal: TOTAL, subject: null }]);
  });

  it('asks for one user, for several, and for nobody', async () => {
    expect((await query('cpu_hours', { subject: [project.userId] }))?.data).toMatchObject([{ valueDecimal: TOTAL }]);
    const several = { subject: [project.userId, 'auth0|nobody'], groupBy: ['subject'] };
    expect((await query('cpu_hours', several))?.data).toMatchObject([{ subject: project.userId }]);
    expect((await query('cpu_hours', { subject: ['auth0|nobody'] }))?.data).toEqual([]);
  });

  it.each([
    [{ windowSize: 'MINUTE' }, 400],
    [{ windowSize: 'HOUR', from: new Date('2026-01-01') }, 400],
    [{ windowSize: 'DAY', windowTimeZone: 'Europe/Stockholm', from: new Date('2026-01-01') }, 400],
    [{ to: new Date(`${DAY}T00:00:00Z`) }, 400],
    [{ windowSize: 'DAY', windowTimeZone: '+01:00' }, 400],
    [{ windowTimeZone: 'Nowhere/Else' }, 400],
  ])('is told what is wrong with %j', async (parameters, status) => {
    await expect(query('cpu_hours', parameters)).rejects.toMatchObject({ status });
  });

  it('reads hours, days of another time zone, and a part of a day', async () => {
    const hour = { windowStart: new Date(`${DAY}T10:00:00Z`), windowEnd: new Date(`${DAY}T11:00:00Z`) };
    const grouped = { windowSize: 'HOUR', groupBy: ['subject', 'namespace'], subject: [project.userId] };
    expect((await query('cpu_hours', grouped))?.data).toMatchObject([
      { ...hour, valueDecimal: TOTAL, subject: project.userId, groupBy: { namespace: project.namespace } },
    ]);
    const day = { windowSize: 'DAY', windowTimeZone: 'Asia/Kolkata', from: new Date(`${DAY_BEFORE}T18:30:00Z`) };
    expect((await query('cpu_hours', day))?.data).toMatchObject([
      {
        valueDecimal: TOTAL,
        windowStart: new Date(`${DAY_BEFORE}T18:30:00Z`),
        windowEnd: new Date(`${DAY}T18:30:00Z`),
      },
    ]);
    const from = (time: string) => query('cpu_hours', { from: new Date(`${DAY}T${time}Z`) });
    expect((await from('10:00:00'))?.data).toMatchObject([{ valueDecimal: TOTAL }]);
    expect((await from('10:00:01'))?.data).toEqual([]);
    const month = { windowSize: 'MONTH', windowTimeZone: 'America/New_York', filterGroupBy: { cluster: cluster.id } };
    expect((await query('cpu_hours', month))?.data).toMatchObject([{ valueDecimal: TOTAL }]);
  });

  it('asks for several users at once, for customers, and for values of a grouping', async () => {
    const everybody = { subject: [project.userId, 'auth0|nobody'] };
    expect((await query('cpu_hours', everybody))?.data).toMatchObject([{ valueDecimal: TOTAL, subject: null }]);
    const [paid] = (await query('cpu_hours', { groupBy: ['account_owner_id'] }))?.data ?? [];
    for (const [parameters, values] of [
      [{ filterCustomerId: [paid?.groupBy.account_owner_id] }, [TOTAL]],
      [{ filterCustomerId: ['auth0|nobody'] }, []],
      [{ filterGroupBy: { namespace: project.namespace, cluster: cluster.id } }, [TOTAL]],
      [{ filterGroupBy: { namespace: 'nothing' } }, []],
      [{ windowTimeZone: 'Europe/Stockholm' }, [TOTAL]],
      [{ windowSize: 'DAY', windowTimeZone: 'Etc/UTC' }, [TOTAL]],
    ] as const)
      expect((await query('cpu_hours', parameters))?.data.map((each) => Reflect.get(each, 'valueDecimal'))).toEqual(
        values,
      );
  });

  it('asks by a body what it asks by an address', async () => {
    const answer = await reader.meters.queryPost('cpu_hours', {
      from: new Date(`${DAY}T00:00:00Z`),
      to: new Date(`${NEXT_DAY}T00:00:00Z`),
      windowSize: 'DAY',
      subject: [project.userId],
      filterGroupBy: { namespace: [project.namespace] },
      groupBy: ['namespace'],
    });
    expect(answer).toMatchObject({ data: [{ valueDecimal: TOTAL, groupBy: { namespace: project.namespace } }] });
  });

  it('reads one meter, whose event type ingest takes and whose dates are dates', async () => {
    const meter = await reader.meters.get('cpu_hours');
    expect(meter).toMatchObject({ slug: 'cpu_hours', aggregation: 'SUM', eventType: 'ai.hopsworks.usage.meter.v1' });
    expect([meter?.createdAt, meter?.updatedAt]).toEqual([expect.any(Date), expect.any(Date)]);
    await expect(reader.meters.get('unheard_of')).rejects.toMatchObject({ status: 404 });
  });

  it('lists the values of a grouping, and the subjects', async () => {
    const range = { from: new Date(`${DAY}T00:00:00Z`), to: new Date(`${NEXT_DAY}T00:00:00Z`) };
    expect(await reader.meters.listGroupByValues('cpu_hours', 'namespace', range)).toEqual([project.namespace]);
    const subjects = await reader.subjects.list();
    expect(subjects?.find(({ key }) => key === project.userId)).toMatchObject({ createdAt: expect.any(Date) });
    expect(await reader.subjects.get(project.userId)).toMatchObject({ id: project.userId });
  });

  it('lists events by pages, and from a time of day on', async () => {
    const first = await reader.events.listV2({ limit: 3 });
    const second = await reader.events.listV2({ limit: 100, cursor: first?.nextCursor ?? '' });
    const ids = [...(first?.items ?? []), ...(second?.items ?? [])].map(({ event }) => event.id);
    expect([ids.length, new Set(ids).size, second?.nextCursor]).toEqual([7, 7, undefined]);
    const count = async (from: string, to: string) =>
      (await reader.events.list({ from: new Date(`${DAY}T${from}Z`), to: new Date(`${DAY}T${to}Z`) }))?.length;
    expect(await count('09:30:00', '10:00:01')).toBe(7);
    expect(await count('10:00:01', '12:00:00')).toBe(0);
  });

  it('never shows "undefined" for a refusal', async () => {
    const stranger = new OpenMeter({ baseUrl: pipeline.apis[0]?.url ?? '', apiKey: 'wrong' });
    for (const call of [
      () => stranger.meters.list(),
      () => reader.meters.get('unheard_of'),
      () => poster.meters.list(),
    ])
      await expect(call()).rejects.toThrow(/^(?!.*undefined)/);
  });

  it('is told that there is no such meter', async () => {
    await expect(query('unheard_of', {})).rejects.toMatchObject({ status: 404 });
  });

  it('lists the events', async () => {
    const events = await reader.events.list({ limit: 10, subject: project.userId });
    expect(events?.map(({ event }) => event.id).sort()).toEqual(
      ['batch', 'binary', 'by fetch', 'sdk one', 'sdk three', 'sdk two', 'structured'].sort(),
    );
    expect(events?.find(({ event }) => event.id === 'sdk one')?.event).toMatchObject({
      type: 'ai.hopsworks.usage.compute.v1',
      subject: project.userId,
      data: { usageDate: DAY, quantities: { cpu_hours: '0.000000000001' } },
    });
  });
});

it('has the values as CSV too, exactly', async () => {
  const url = `${pipeline.apis[0]?.url}/api/v1/meters/cpu_hours/query?from=${DAY}&to=${NEXT_DAY}&windowSize=DAY`;
  const answer = await fetch(url, { headers: { authorization: `Bearer ${SERVICE_ROLE_KEY}`, accept: 'text/csv' } });
  expect(answer.headers.get('content-type')).toMatch(/^text\/csv/);
  expect(await answer.text()).toBe(
    'window_start,window_end,subject,account_owner_id,cluster,namespace,value\r\n' +
      `${DAY}T00:00:00Z,${NEXT_DAY}T00:00:00Z,,,,,${TOTAL}\r\n`,
  );
});
