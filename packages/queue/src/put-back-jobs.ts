import type { Redis } from 'ioredis';
import { JOB_ENDS, JOB_PLACES, queueKey } from './job-account.ts';

/** Puts back jobs that no worker would ever take. */
export type JobRecovery = {
  /**
   * Looks through the queue. A job that stands nowhere in two looks in a row is put back: while a job moves, a look
   * that is made of several commands can miss it once. One that is delayed beyond any retry is put back at once.
   *
   * @returns how many jobs were put back: to be recorded, or recognised as recorded before.
   */
  putBack(): Promise<number>;
};

/** Ids that one command reads: a fraction of a millisecond. */
const IDS_PER_COMMAND = 5_000;

/** Jobs that one look puts back; each costs a search of the lists. More are put back by the next looks. */
const PUT_BACK_MAX = 1_000;

/** The ids that BullMQ gives; ingest gives no others. */
const JOB_ID = /^\d+$/;

/**
 * Moves jobs from the list `paused` to where workers look, in their order. KEYS: paused, wait, meta, marker. ARGV: most
 * jobs.
 *
 * Right away, whether or not the queue is still paused: with the list gone, a tool that resumes the queue with BullMQ 5
 * has nothing to put over the jobs that came meanwhile.
 */
const MOVE_PAUSED = `
local jobs = redis.call('LRANGE', KEYS[1], 0, ARGV[1] - 1)
if #jobs == 0 then return 0 end
redis.call('RPUSH', KEYS[2], unpack(jobs))
redis.call('LTRIM', KEYS[1], #jobs, -1)
if redis.call('HEXISTS', KEYS[3], 'paused') == 0 then redis.call('ZADD', KEYS[4], 0, '0') end
return #jobs
`;

/** A job is tried again within 1.5 s of a failure. Later than this is what a worker said whose clock is ahead. */
const DELAY_MAX_MS = 10_000;

/**
 * Moves jobs that are delayed for longer than any failure delays one to where workers look. BullMQ takes the time of
 * the next try from the clock of the worker that failed: one that is an hour ahead would keep its batches back for an
 * hour. The clock here is the one of Redis. KEYS: delayed, wait, meta, marker. ARGV: longest delay in ms, most jobs.
 */
const MOVE_LATE = `
local time = redis.call('TIME')
local latest = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
local jobs = redis.call('ZRANGE', KEYS[1], string.format('%.0f', latest * 4096), '+inf', 'BYSCORE', 'LIMIT', 0, ARGV[2])
if #jobs == 0 then return 0 end
redis.call('ZREM', KEYS[1], unpack(jobs))
redis.call('RPUSH', KEYS[2], unpack(jobs))
if redis.call('HEXISTS', KEYS[3], 'paused') == 0 then redis.call('ZADD', KEYS[4], 0, '0') end
return #jobs
`;

/**
 * Puts a job back as the next one to be taken, unless it stands in one of the places or is gone. KEYS: the job, wait,
 * meta, marker, the ends, the places. ARGV: the id, how many ends.
 */
const PUT_BACK = `
if redis.call('HEXISTS', KEYS[1], 'data') == 0 then return 0 end
local ends = tonumber(ARGV[2])
for i = 5 + ends, #KEYS do
  local kind = redis.call('TYPE', KEYS[i]).ok
  if kind == 'list' and redis.call('LPOS', KEYS[i], ARGV[1]) then return 0 end
  if kind == 'zset' and redis.call('ZSCORE', KEYS[i], ARGV[1]) then return 0 end
end
for i = 5, 4 + ends do redis.call('ZREM', KEYS[i], ARGV[1]) end
redis.call('HDEL', KEYS[1], 'finishedOn', 'failedReason', 'returnvalue', 'processedOn')
redis.call('RPUSH', KEYS[2], ARGV[1])
if redis.call('HEXISTS', KEYS[3], 'paused') == 0 then redis.call('ZADD', KEYS[4], 0, '0') end
return 1
`;

/** Creates the recovery of a queue; it remembers what the last look did not find. */
export function createJobRecovery(redis: Redis, prefix: string): JobRecovery {
  const key = (name: string): string => queueKey(prefix, name);
  let suspects: ReadonlySet<string> = new Set();

  const movePaused = async (): Promise<void> => {
    const keys = ['paused', 'wait', 'meta', 'marker'].map(key);
    while (Number(await redis.eval(MOVE_PAUSED, keys.length, ...keys, IDS_PER_COMMAND)) > 0);
  };

  const moveLate = async (): Promise<number> => {
    const keys = ['delayed', 'wait', 'meta', 'marker'].map(key);
    return Number(await redis.eval(MOVE_LATE, keys.length, ...keys, DELAY_MAX_MS, PUT_BACK_MAX));
  };

  /** All jobs first: one that is done meanwhile is in no list, one that comes meanwhile is in no set of jobs. */
  const findLost = async (): Promise<Set<string>> => {
    const lost = new Set<string>();
    const start = key('');
    for (let cursor = '0', isFirst = true; isFirst || cursor !== '0'; isFirst = false) {
      const [next, keys] = await redis.scan(cursor, 'MATCH', `${escapePattern(start)}[0-9]*`, 'COUNT', IDS_PER_COMMAND);
      for (const found of keys) if (JOB_ID.test(found.slice(start.length))) lost.add(found.slice(start.length));
      cursor = next;
    }
    if (lost.size > 0) for (const place of JOB_PLACES) for await (const id of idsIn(key(place))) lost.delete(id);
    return lost;
  };

  async function* idsIn(place: string): AsyncGenerator<string> {
    const kind = await redis.type(place);
    if (kind === 'none') return;
    for (let from = 0; ; from += IDS_PER_COMMAND) {
      const to = from + IDS_PER_COMMAND - 1;
      const ids = await (kind === 'list' ? redis.lrange(place, from, to) : redis.zrange(place, `${from}`, `${to}`));
      yield* ids;
      if (ids.length < IDS_PER_COMMAND) return;
    }
  }

  const putBackOne = async (id: string): Promise<number> => {
    const keys = [id, 'wait', 'meta', 'marker', ...JOB_ENDS, ...JOB_PLACES].map(key);
    return Number(await redis.eval(PUT_BACK, keys.length, ...keys, id, JOB_ENDS.length));
  };

  return {
    async putBack() {
      await movePaused();
      const lost = await findLost();
      const again = [...lost].filter((id) => suspects.has(id)).slice(0, PUT_BACK_MAX);
      suspects = lost;
      let count = await moveLate();
      // The longest waiting last: it is taken from the end.
      for (const id of again.sort((a, b) => Number(b) - Number(a))) count += await putBackOne(id);
      return count;
    },
  };
}

/** So that a prefix is taken as it is written: `[`, `?`, `*` and `\\` mean something in a pattern. */
function escapePattern(text: string): string {
  return text.replace(/[\\[\]?*^]/g, '\\$&');
}
