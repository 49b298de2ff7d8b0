import type { FailureKind, RecordedCounts } from '@hopsmeter/db';
import { SAMPLE_SNAPSHOT, sampleBatch, sampleEvent } from '@hopsmeter/test/support/usage/sample-events.ts';
import { type BatchRecord, createDirectory, planBatch } from '@hopsmeter/usage';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { backOff } from '../attempts/backoff.ts';
import { createBatchCombiner } from './batch-combiner.ts';
import { createBatchRecorder, type RecorderStore } from './batch-recorder.ts';
import { createDirectoryCache } from './directory-cache.ts';

vi.mock('../attempts/backoff.ts', () => ({ backOff: vi.fn() }));

beforeEach(() => {
  vi.mocked(backOff).mockReset();
  vi.mocked(backOff).mockImplementation(async (_attempt, signal) => signal.throwIfAborted());
});

const failure = (code: string, detail?: string) => Object.assign(new Error(code), { code, detail });
const AWAY = failure('ECONNREFUSED');

/** What the database says to one attempt: a failure, or nothing when it takes the batch. */
type Answer = Error | undefined;

type Script = {
  /** Answers to `record`, one after the other; then it takes everything. */
  readonly answers?: readonly Answer[];
  /** What `tryRecord` says to a part with these positions. */
  readonly tryAnswer?: (positions: ReadonlySet<number>) => Answer;
  /** Answers to reading the directory. */
  readonly directoryAnswers?: readonly Answer[];
  readonly onRecord?: () => void;
};

const positionsOf = ({ ledger, parked }: BatchRecord) =>
  new Set([...ledger, ...parked].map(({ position }) => position));

function start({ answers = [], tryAnswer = () => undefined, directoryAnswers = [], onRecord }: Script = {}) {
  const records: BatchRecord[] = [];
  const failures: FailureKind[] = [];
  const counts: number[] = [];
  let directoryReads = 0;
  const store: RecorderStore = {
    async record(record): Promise<readonly RecordedCounts[]> {
      const answer = answers[records.length];
      records.push(record);
      onRecord?.();
      if (answer !== undefined) throw answer;
      return record.batches.map(({ duplicatesWithin }, place) => ({
        counted: record.ledger.filter(({ batch }) => batch === place).length,
        duplicates: duplicatesWithin,
        parked: record.parked.filter(({ batch }) => batch === place).length,
      }));
    },
    async tryRecord(part) {
      const answer = tryAnswer(positionsOf(part));
      if (answer !== undefined) throw answer;
    },
    readInstants: async () => new Map(),
  };
  const directories = createDirectoryCache(async () => {
    const answer = directoryAnswers[directoryReads];
    directoryReads += 1;
    if (answer !== undefined) throw answer;
    return { ...SAMPLE_SNAPSHOT, version: String(directoryReads) };
  });
  const recorder = createBatchRecorder({
    store,
    directories,
    onFailure: (kind, _error, count) => {
      failures.push(kind);
      counts.push(count);
    },
  });
  const aborter = new AbortController();
  const batch = sampleBatch(Array.from({ length: 8 }, (_, i) => sampleEvent(`event ${i}`)));
  return {
    recorder,
    aborter,
    failures,
    counts,
    records,
    record: () => recorder.record((directory, setAside) => planBatch(batch, directory, setAside), aborter.signal),
    parkedAtLast: () => records.at(-1)?.parked.map(({ position, reason }) => [position, reason]),
  };
}

const ALL_COUNTED = { counted: 8, duplicates: 0, parked: 0 };
const refuse =
  (...bad: number[]) =>
  (positions: ReadonlySet<number>) =>
    bad.some((position) => positions.has(position)) ? failure('22021') : undefined;

describe('recording a batch', () => {
  it('does not count attempts of an outage among those that are strange', async () => {
    const changed = failure('HM001');
    const run = start({ answers: [AWAY, AWAY, AWAY, changed, AWAY, changed] });
    await run.record();
    expect(run.failures.map((kind, place) => [kind, run.counts[place]])).toEqual([
      ['retry', 1],
      ['retry', 2],
      ['retry', 3],
      ['directory_changed', 1],
      ['retry', 4],
      ['directory_changed', 2],
    ]);
  });

  it('takes one attempt when nothing is in the way', async () => {
    const { record, records, failures } = start();
    expect(await record()).toEqual(ALL_COUNTED);
    expect(records).toHaveLength(1);
    expect(failures).toEqual([]);
    expect(backOff).not.toHaveBeenCalled();
  });

  it('is tried until the database is back, with longer and longer waits', async () => {
    const { record, failures } = start({ answers: Array.from({ length: 50 }, () => AWAY) });
    expect(await record()).toEqual(ALL_COUNTED);
    expect(failures).toEqual(Array.from({ length: 50 }, () => 'retry'));
    expect(vi.mocked(backOff).mock.calls.map(([attempt]) => attempt)).toEqual(
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
  });

  it('is tried until the directory can be read', async () => {
    const { record, records, failures } = start({ directoryAnswers: [AWAY, AWAY, failure('42P01')] });
    expect(await record()).toEqual(ALL_COUNTED);
    expect(failures).toEqual(['retry', 'retry', 'unexpected']);
    expect(records).toHaveLength(1);
  });

  it('is attributed again when the directory changed', async () => {
    const { record, records, failures } = start({ answers: [failure('HM001'), failure('HM001')] });
    expect(await record()).toEqual(ALL_COUNTED);
    expect(records.map(({ directoryVersion }) => directoryVersion)).toEqual(['1', '2', '3']);
    expect(failures).toEqual(['directory_changed', 'directory_changed']);
  });

  it('waits for the directory to be readable again after it changed', async () => {
    const { record, records, failures } = start({
      answers: [failure('HM001'), failure('HM001')],
      directoryAnswers: [undefined, AWAY],
    });
    expect(await record()).toEqual(ALL_COUNTED);
    expect(records.map(({ directoryVersion }) => directoryVersion)).toEqual(['1', '1', '3']);
    expect(failures).toEqual(['retry', 'directory_changed']);
  });

  it('parks conflicts and counts the rest', async () => {
    const { record, parkedAtLast, failures } = start({ answers: [failure('HM002', '[2,5]'), failure('HM002', '[7]')] });
    expect(await record()).toEqual({ counted: 5, duplicates: 0, parked: 3 });
    expect(parkedAtLast()).toEqual([2, 5, 7].map((position) => [position, 'conflict']));
    expect(failures).toEqual(['conflicts', 'conflicts']);
  });

  it('parks exactly the events that the database refuses', async () => {
    const { record, parkedAtLast, failures } = start({ answers: [failure('22021')], tryAnswer: refuse(1, 6) });
    expect(await record()).toEqual({ counted: 6, duplicates: 0, parked: 2 });
    expect(parkedAtLast()).toEqual([1, 6].map((position) => [position, 'uncountable']));
    expect(failures).toEqual(['data']);
  });

  it('survives every kind of failure one after the other, and forgets none of what it learnt', async () => {
    const { record, records, parkedAtLast, failures } = start({
      answers: [AWAY, failure('HM002', '[0]'), failure('HM001'), failure('22021'), failure('40001'), failure('XX000')],
      tryAnswer: refuse(3),
    });
    expect(await record()).toEqual({ counted: 6, duplicates: 0, parked: 2 });
    expect(parkedAtLast()).toEqual([
      [0, 'conflict'],
      [3, 'uncountable'],
    ]);
    expect(failures).toEqual(['retry', 'conflicts', 'directory_changed', 'data', 'retry', 'unexpected']);
    expect(new Set(records.map(({ batches }) => batches[0]?.id)).size).toBe(1);
    expect(records.map(({ directoryVersion }) => directoryVersion)).toEqual(['1', '1', '1', '2', '2', '2', '2']);
  });

  it('searches again when the database went away in the middle of the search', async () => {
    let tries = 0;
    const { record, parkedAtLast, failures } = start({
      answers: [failure('22021'), failure('22021')],
      tryAnswer: (positions) => {
        tries += 1;
        return tries === 3 ? AWAY : refuse(4)(positions);
      },
    });
    expect(await record()).toMatchObject({ counted: 7, parked: 1 });
    expect(parkedAtLast()).toEqual([[4, 'uncountable']]);
    expect(failures).toEqual(['retry', 'data']);
  });

  it('tells people when a batch is refused though each of its events is fine', async () => {
    const { record, failures } = start({ answers: [failure('22003')] });
    expect(await record()).toEqual(ALL_COUNTED);
    expect(failures).toEqual(['unexpected']);
  });

  it('tells people when an event is refused even as a parked one', async () => {
    const { record, failures } = start({ answers: [failure('22021'), failure('22021')], tryAnswer: refuse(4) });
    await record();
    expect(failures).toEqual(['data', 'unexpected']);
  });

  it('tells a batch that was recorded before', async () => {
    const recorder = createBatchRecorder({
      store: { record: async () => undefined, tryRecord: async () => undefined, readInstants: async () => new Map() },
      directories: createDirectoryCache(async () => SAMPLE_SNAPSHOT),
      onFailure: expect.fail,
    });
    const batch = sampleBatch([sampleEvent('a')]);
    expect(
      await recorder.record((directory) => planBatch(batch, directory), new AbortController().signal),
    ).toBeUndefined();
  });
});

describe('giving up', () => {
  it('happens when the signal is aborted while it waits', async () => {
    const { record, records, aborter, recorder } = start({ answers: [AWAY, AWAY, AWAY] });
    vi.mocked(backOff).mockImplementation(async (attempt, signal) => {
      if (attempt === 2) aborter.abort(new Error('shutting down'));
      signal.throwIfAborted();
    });
    await expect(record()).rejects.toThrow('shutting down');
    expect(records).toHaveLength(2);
    expect(recorder.waitingCount()).toBe(0);
  });

  it('happens before the first attempt when there is no time at all', async () => {
    const { record, records, aborter } = start();
    aborter.abort();
    await expect(record()).rejects.toThrow();
    expect(records).toEqual([]);
  });

  it('does not happen when the signal comes while the database records', async () => {
    const { record, records, aborter } = start({ onRecord: () => aborter.abort() });
    expect(await record()).toEqual(ALL_COUNTED);
    expect(records).toHaveLength(1);
  });

  it('happens at once for a mistake in our own planning', async () => {
    const { recorder, aborter, failures } = start();
    const plan = () => {
      throw new TypeError('a bug');
    };
    await expect(recorder.record(plan, aborter.signal)).rejects.toThrow('a bug');
    expect(failures).toEqual([]);
    expect(recorder.waitingCount()).toBe(0);
  });
});

describe('the count of waiting batches', () => {
  it('holds from the first failure to the end, also during an attempt that hangs', async () => {
    const counts: number[] = [];
    let hang = (): void => undefined;
    const hanging = new Promise<void>((resolve) => {
      hang = resolve;
    });
    const directory = createDirectory(SAMPLE_SNAPSHOT);
    const recorder = createBatchRecorder({
      store: {
        async record() {
          counts.push(recorder.waitingCount());
          if (counts.length < 3) throw AWAY;
          await hanging;
          return [ALL_COUNTED];
        },
        tryRecord: async () => undefined,
        readInstants: async () => new Map(),
      },
      directories: { current: async () => directory, refresh: async () => directory },
      onFailure: () => undefined,
    });
    const batch = sampleBatch([sampleEvent('a')]);
    const recorded = recorder.record((current) => planBatch(batch, current), new AbortController().signal);
    await vi.waitFor(() => expect(counts).toEqual([0, 1, 1]), { interval: 1, timeout: 30_000 });
    expect(recorder.waitingCount()).toBe(1);
    hang();
    await recorded;
    expect(recorder.waitingCount()).toBe(0);
  });
});

describe('a batch that fails again and again', () => {
  const DONE: RecordedCounts = { counted: 1, duplicates: 0, parked: 0 };
  const never = new AbortController().signal;

  it('makes room for others: a hundred that fail by themselves do not stop the next', async () => {
    const recorder = createBatchRecorder({
      store: {
        async record({ batches }) {
          if (batches.some(({ id }) => id.startsWith('bad'))) throw failure('XX000');
          return batches.map(() => DONE);
        },
        tryRecord: async () => undefined,
        readInstants: async () => new Map(),
      },
      directories: createDirectoryCache(async () => SAMPLE_SNAPSHOT),
      onFailure: () => undefined,
    });
    const { record } = createBatchCombiner({ recorder, statementsMax: 2, gatherMs: 0 });
    const batchOf = (id: string) => ({ ...sampleBatch([sampleEvent(id)]), id });
    const bad = Array.from({ length: 100 }, (_, i) => record(batchOf(`bad ${i}`), never));
    const good = record(batchOf('good'), never);
    expect(await good).toEqual(DONE);
    // They come again: a job whose processing fails is delivered anew after a moment.
    expect((await Promise.allSettled(bad)).map(({ status }) => status)).toEqual(Array(100).fill('rejected'));
  });

  it('waits on in hand for a database that is away', async () => {
    const { record, records } = start({ answers: Array(50).fill(AWAY) });
    expect(await record()).toEqual(ALL_COUNTED);
    expect(records).toHaveLength(51);
  });
});
