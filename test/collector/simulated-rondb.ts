import { startProxy } from '../harness/proxy.ts';
import { startFakeRonDb } from '../support/sources/fake-rondb.ts';
import type { Health } from './answering-server.ts';
import { ONLINE_BELOW } from './month-truth.ts';
import type { SimulatedTime } from './simulated-time.ts';

export type SimulatedRonDb = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  close(): Promise<void>;
};

export type RonDbOptions = {
  /** Name of each database, and its namespace. */
  readonly databases: ReadonlyMap<string, string>;
  readonly time: SimulatedTime;
  readonly health: () => Health;
};

/** How often the proxy in front of it looks whether it is well. */
const LOOK_MS = 20;

/** A RonDB whose clock is simulated: each connection has the time of its beginning, and the sizes are of that hour. */
export async function startSimulatedRonDb({ databases, time, health }: RonDbOptions): Promise<SimulatedRonDb> {
  const rondb = await startFakeRonDb();
  const [start, begunAt, until] = [time.start, time.begunAt, time.until].map((ms) => ms / 1_000);
  const now = `least(${until}, ${start} + (unix_timestamp(sysdate(6)) - ${begunAt}) * ${time.speed})`;
  const names = [...databases].map(([name, namespace]) => `select '${name}' as name, '${namespace}' as namespace`);
  for (const statement of [
    'drop table ndbinfo.table_memory_usage',
    `create table ndbinfo.projects as ${names.join(' union all ')}`,
    `create view ndbinfo.table_memory_usage as select name as database_name, 0 as disk_memory_bytes,
      crc32(concat(namespace, ' ', floor(unix_timestamp(utc_timestamp()) / 3600))) % ${ONLINE_BELOW} as in_memory_bytes
      from ndbinfo.projects`,
    `set global init_connect = 'set time_zone = ''+00:00'', timestamp = ${now}'`,
  ])
    await rondb.execute(statement);
  const proxy = await startProxy(rondb.port);
  const looking = setInterval(() => proxy.set({ kind: health() === 'well' ? 'pass' : 'reset' }), LOOK_MS);
  return {
    host: '127.0.0.1',
    port: proxy.port,
    user: rondb.user,
    password: rondb.password,
    async close() {
      clearInterval(looking);
      await proxy.close();
      await rondb.close();
    },
  };
}
