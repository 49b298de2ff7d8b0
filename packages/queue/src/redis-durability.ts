import type { Redis } from 'ioredis';
import { parseInfo } from './queue-status.ts';

/** Thrown when Redis is set up in a way in which an acknowledged event could be lost. Waiting does not help. */
export class UnsafeRedisError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`Redis could lose acknowledged events: ${problems.join('; ')}`);
    this.name = 'UnsafeRedisError';
    this.problems = problems;
  }
}

/**
 * Checks that what Redis replied to is on disk and stays in memory: an append-only file that is synced before every
 * reply, and no eviction.
 *
 * @param allowUnknown accept a Redis that does not let us look (managed ones refuse CONFIG); what can be seen must
 * still be right.
 * @throws UnsafeRedisError naming every setting that is wrong.
 */
export async function checkDurability(redis: Redis, allowUnknown: boolean): Promise<void> {
  const info = parseInfo(`${await redis.info('memory')}\r\n${await redis.info('persistence')}`);
  const appendfsync = await readSetting(redis, 'appendfsync');
  const policy = info.get('maxmemory_policy');
  const isAppending = info.get('aof_enabled');
  const problems: string[] = [];
  const expect = (setting: string, expected: string, found: string | undefined): void => {
    if (found === expected || (found === undefined && allowUnknown)) return;
    problems.push(`${setting} must be ${expected} and is ${found ?? 'not told'}`);
  };
  expect('maxmemory-policy', 'noeviction', policy);
  expect('appendonly', 'yes', isAppending === undefined ? undefined : isAppending === '1' ? 'yes' : 'no');
  expect('appendfsync', 'always', appendfsync);
  if (problems.length > 0) throw new UnsafeRedisError(problems);
}

async function readSetting(redis: Redis, name: string): Promise<string | undefined> {
  try {
    const answer: unknown = await redis.config('GET', name);
    // RESP2 answers with a list of names and values, RESP3 with a map.
    const values = Array.isArray(answer) ? answer.slice(1) : Object.values(answer ?? {});
    return typeof values[0] === 'string' ? values[0] : undefined;
  } catch (error) {
    if (error instanceof Error && /unknown command|NOPERM|not allowed|disabled/i.test(error.message)) return undefined;
    throw error;
  }
}
