import { appendFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis as RedisClient } from 'ioredis';
import { persist } from '../persist.ts';
import { type FaultContext, type FaultKind, nothing } from './fault.ts';

/** Room for what is being written; the next batch finds none. */
const ROOM_BYTES = 50_000;

const TARGETS = ['redis'];

/** What is done to Redis. */
export function listRedisFaults(): FaultKind[] {
  return [
    {
      name: 'Redis killed (SIGKILL)',
      track: 'kills',
      targets: TARGETS,
      forMs: [300, 4_000],
      async begin({ stack: { redis } }) {
        await redis.kill('SIGKILL');
        return () => redis.restart();
      },
    },
    {
      name: 'Redis stopped in order',
      track: 'redis',
      targets: TARGETS,
      forMs: [500, 3_000],
      async begin({ stack: { redis } }) {
        await redis.kill('SIGTERM');
        return () => redis.restart();
      },
    },
    {
      name: 'Redis killed in the middle of a write to its file',
      track: 'redis',
      targets: TARGETS,
      forMs: [300, 3_000],
      async begin({ stack: { redis, redisDirectory } }) {
        await redis.kill('SIGKILL');
        await tearAppendOnlyFile(join(redisDirectory, 'appendonlydir'));
        return () => redis.restart();
      },
    },
    {
      name: 'Redis hangs (SIGSTOP)',
      track: 'redis',
      targets: TARGETS,
      forMs: [3_000, 30_000],
      async begin({ stack: { redis } }) {
        await redis.kill('SIGSTOP');
        return () => redis.kill('SIGCONT');
      },
    },
    {
      name: 'Redis full (maxmemory)',
      track: 'redis',
      targets: TARGETS,
      forMs: [3_000, 15_000],
      async begin({ stack: { redisClient } }) {
        const before = await persist(() => readSetting(redisClient, 'maxmemory'));
        const used = /used_memory:(\d+)/.exec(await persist(() => redisClient.info('memory')))?.[1];
        await persist(() => redisClient.config('SET', 'maxmemory', String(Number(used) + ROOM_BYTES)));
        return async () => {
          await persist(() => redisClient.config('SET', 'maxmemory', before));
        };
      },
    },
    {
      name: 'Redis emptied (FLUSHALL), clients send again',
      track: 'redis',
      targets: TARGETS,
      forMs: [200, 1_000],
      async begin({ stack: { redisClient }, clients }) {
        await persist(() => redisClient.flushall());
        for (const client of clients) client.resend();
        return nothing;
      },
    },
    {
      name: "Redis' disk full",
      track: 'redis',
      targets: TARGETS,
      forMs: [3_000, 15_000],
      impossible: whyNoDisk('redis'),
      async begin({ stack: { redis, disks } }) {
        const disk = disks.get('redis');
        if (disk === undefined || 'why' in disk) return nothing;
        await disk.fill();
        return async () => {
          await disk.empty();
          // It ends itself when it cannot write what it is to answer for.
          await redis.restart();
        };
      },
    },
  ];
}

/** Leaves what a loss of power leaves: the beginning of a command that nobody was answered for. */
async function tearAppendOnlyFile(directory: string): Promise<void> {
  const files = (await readdir(directory)).filter((name) => name.endsWith('.incr.aof'));
  const last = files.sort((a, b) => a.localeCompare(b, undefined, { numeric: true })).at(-1);
  if (last === undefined) throw new Error(`no append-only file in ${directory}`);
  await appendFile(join(directory, last), '*3\r\n$3\r\nSET\r\n$64\r\nhal');
}

/** Why there is no disk that can be filled. */
export function whyNoDisk(server: string): (context: FaultContext) => string | undefined {
  return ({ stack }) => {
    const disk = stack.disks.get(server);
    return disk === undefined ? 'no disk' : 'why' in disk ? disk.why : undefined;
  };
}

async function readSetting(client: RedisClient, name: string): Promise<string> {
  const answer: unknown = await client.config('GET', name);
  const values = Array.isArray(answer) ? answer.slice(1) : Object.values(answer ?? {});
  return String(values[0]);
}
