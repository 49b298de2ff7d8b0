import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestClient } from './harness/client.ts';
import type { PostedEvent } from './harness/events.ts';
import { type Pipeline, SERVICE_ROLE_KEY, startPipeline } from './harness/pipeline.ts';
import { createWorld, one, type TestCluster, type TestWorld } from './harness/world.ts';

/**
 * Each letter and number names a wrong amount of the system that this one replaces, as in
 * counted-once-on-the-right-bill.test.ts. The events go through every service, and what is asked for comes from the
 * API.
 */
describe('usage is priced exactly', () => {
  let pipeline: Pipeline;
  let world: TestWorld;
  let cluster: TestCluster;
  let acknowledged = 0;

  beforeAll(async () => {
    pipeline = await startPipeline({ apis: 1 });
    world = await createWorld(pipeline.pool, {
      clusters: 1,
      ownersPerCluster: 5,
      membersPerOwner: 0,
      projectsPerUser: 1,
      ownerChangesAt: [],
    });
    cluster = one(world.clusters);
  });
  afterAll(() => pipeline?.close());

  it('adds up hours that cost less than half a cent each (D1)', async () => {
    // 5 GB of offline storage cost 0.0002 an hour and 0.15 a month.
    await send(
      Array.from({ length: 720 }, (_, hour) =>
        event(`d1-${hour}`, 'storage', {
          namespace: 'c0o0-p0',
          window: windowOf(hour, 1),
          onlineBytes: 0,
          offlineBytes: 5 * 2 ** 30,
        }),
      ),
    );
    expect(await totalsOf('auth0|c0o0')).toMatchObject({ total: '0.15', totalExact: '0.150000000000' });
  });

  it('multiplies decimals with the rates as they are written (D2)', async () => {
    // In doubles 0.1 + 0.2 is not 0.3, and a tenth of 0.35 a thousand times is not 35.
    await send(
      Array.from({ length: 1_000 }, (_, i) =>
        event(`d2-${i}`, 'compute', {
          namespace: 'c0o1-p0',
          window: windowOf(i % 24, 1),
          cpuCoreHours: 0.1,
          gpuHours: 0,
          ramByteHours: 0,
        }),
      ),
    );
    expect(await totalsOf('auth0|c0o1')).toMatchObject({ total: '35.00', totalExact: '35.000000000000' });
  });

  it('bills a day before a change of price at the old one (D3)', async () => {
    await pipeline.pool.query(
      `insert into hopsmeter.rates (rate_card_id, meter, valid_from, price)
      select id, 'gpu_hours', $1, 5 from hopsmeter.rate_cards where is_default`,
      [dayOf(2)],
    );
    await send(
      [1, 2].map((day) =>
        event(`d3-${day}`, 'compute', {
          namespace: 'c0o2-p0',
          window: windowOf(day * 24, 1),
          cpuCoreHours: 0,
          gpuHours: 10,
          ramByteHours: 0,
        }),
      ),
    );
    const { groups } = await totalsOf('auth0|c0o2', 'day');
    expect(groups).toMatchObject([
      { key: { day: dayOf(1) }, cost: '35.00' },
      { key: { day: dayOf(2) }, cost: '50.00' },
    ]);
    const rows = await pipeline.pool.query(
      `select daily.price::text as price, rates.valid_from::text as "validFrom" from hopsmeter.usage_daily as daily
        join hopsmeter.rates on rates.id = rate_id
      where user_id = 'auth0|c0o2' order by usage_date`,
    );
    expect(rows.rows).toEqual([
      { price: '3.500000000000', validFrom: '2020-01-01' },
      { price: '5.000000000000', validFrom: dayOf(2) },
    ]);
  });

  it('bills every hour of storage, and little storage too (D4)', async () => {
    const stored = (id: string, hour: number, hours: number, bytes: number): PostedEvent =>
      event(id, 'storage', {
        namespace: 'c0o3-p0',
        window: windowOf(hour, hours),
        onlineBytes: bytes,
        offlineBytes: 0,
      });
    // Half a day of 5 GB, half a day of 10 GB, and a day of 1 MB.
    await send([
      stored('d4-1', 0, 12, 5 * 2 ** 30),
      stored('d4-2', 12, 12, 10 * 2 ** 30),
      stored('d4-3', 24, 24, 2 ** 20),
    ]);
    const { groups } = await totalsOf('auth0|c0o3', 'day,meter');
    expect(groups).toMatchObject([
      { key: { day: dayOf(0) }, quantity: '180.000000000000', costExact: '0.125000000000' },
      { key: { day: dayOf(1) }, quantity: '0.023437500000', costExact: '0.000016276042' },
    ]);
  });

  it('begins a month at midnight UTC everywhere (F4)', async () => {
    // A database, and whoever asks it, on the other side of the date line change nothing: days and months are UTC.
    await pipeline.pool.query(`alter database ${await databaseName()} set timezone to 'Pacific/Kiritimati'`);
    await pipeline.pool.query(`alter role hopsmeter_services set timezone to 'Pacific/Pago_Pago'`);
    for (const service of [...pipeline.workers, ...pipeline.apis]) await service.restart();
    const [month, minute] = [monthStart(), 60_000];
    const around = [-minute, 0].map((offset, i) =>
      event(`f4-${i}`, 'compute', {
        namespace: 'c0o4-p0',
        window: {
          start: new Date(month + offset).toISOString(),
          end: new Date(month + offset + minute).toISOString(),
        },
        cpuCoreHours: 2,
        gpuHours: 0,
        ramByteHours: 0,
      }),
    );
    await send(around);
    const first = new Date(month).toISOString().slice(0, 10);
    const totals = await api(`/v1/accounts/auth0%7Cc0o4/totals?from=${first}&to=${dayOf(40)}`);
    const list = await api(`/v1/accounts?month=${first.slice(0, 7)}&q=c0o4`);
    expect(totals).toMatchObject({ total: '0.70' });
    expect(list).toMatchObject({ accounts: [{ total: '0.70' }] });
  });

  const send = async (events: readonly PostedEvent[]): Promise<void> => {
    const url = pipeline.ingests[0]?.url ?? '';
    acknowledged += (await createTestClient(url, cluster.key).send(events)).accepted;
    expect(await pipeline.drain(acknowledged)).toMatchObject({ parked: 0, duplicates: 0 });
  };

  const event = (id: string, type: string, data: Readonly<Record<string, unknown>>): PostedEvent => ({
    id,
    source: `urn:hopsworks:cluster:${cluster.id}`,
    specversion: '1.0',
    type: `ai.hopsworks.usage.${type}.v1`,
    time: new Date(START).toISOString(),
    data,
  });

  const api = async (path: string): Promise<unknown> => {
    const answer = await fetch(`${pipeline.apis[0]?.url}${path}`, {
      headers: { authorization: `Bearer ${SERVICE_ROLE_KEY}` },
    });
    expect(answer.status).toBe(200);
    return answer.json();
  };

  type Totals = { readonly total: string; readonly totalExact: string; readonly groups: readonly unknown[] };

  const totalsOf = async (account: string, groupBy?: string): Promise<Totals> =>
    (await api(
      `/v1/accounts/${encodeURIComponent(account)}/totals?from=${dayOf(0)}&to=${dayOf(40)}` +
        `${groupBy === undefined ? '' : `&groupBy=${groupBy}`}`,
    )) as Totals;

  const databaseName = async (): Promise<string> =>
    one((await pipeline.pool.query<{ name: string }>('select current_database() as name')).rows).name;
});

/** Midnight (UTC) 35 days ago. */
const START = Date.now() - (Date.now() % 86_400_000) - 35 * 86_400_000;

function dayOf(day: number): string {
  return new Date(START + day * 86_400_000).toISOString().slice(0, 10);
}

function windowOf(hour: number, hours: number): { start: string; end: string } {
  const text = (value: number): string => new Date(START + value * 3_600_000).toISOString();
  return { start: text(hour), end: text(hour + hours) };
}

/** The first moment of this month. */
function monthStart(): number {
  const now = new Date();
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1);
}
