import { appendFile, open, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@hopsmeter/test/support/client/test-client.ts';
import { expect, it } from 'vitest';
import { packEvents, unpackEvents } from '../events/packed-events.ts';
import { BLOCK_HEADER_BYTES } from './block.ts';
import { type DamagedPart, type EventLog, type LogDeps, openEventLog } from './event-log.ts';

const LIMITS = { eventsMax: 1_000, bytesMax: 100_000 };

type TestLog = EventLog & { readonly damaged: DamagedPart[] };

async function openLog(directory: string, change: Partial<LogDeps> = {}): Promise<TestLog> {
  const damaged: DamagedPart[] = [];
  const log = await openEventLog({
    directory,
    segmentBytes: 1_000,
    sync: (file) => file.datasync(),
    now: () => 1_000,
    keepDamaged: async (part) => void damaged.push(part),
    ...change,
  });
  return { ...log, damaged };
}

const textOf = (index: number): string => JSON.stringify({ id: `e-${index}`, text: 'ü,\n'.repeat(10) });

async function append(log: EventLog, from: number, to: number): Promise<void> {
  for (let index = from; index < to; index++) await log.append(packEvents([textOf(index)]));
}

/** Reads all there is, marks it as done where it is told to, and gives the numbers of the events. */
async function readAll(log: EventLog, isDone = true): Promise<number[]> {
  const found: number[] = [];
  for (let batch = await log.read(LIMITS); batch !== undefined; batch = await log.read(LIMITS)) {
    for (const text of unpackEvents(batch.events)) {
      const index = Number(/e-(\d+)/.exec(text)?.[1]);
      expect(text).toBe(textOf(index));
      found.push(index);
    }
    if (isDone) batch.done();
  }
  return found;
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

const segmentsIn = async (directory: string): Promise<string[]> =>
  (await readdir(directory)).filter((name) => name.endsWith('.segment')).sort();

it('gives events back in their order, over many segments, and after another start', async () => {
  const directory = await makeFolder();
  const first = await openLog(directory);
  await append(first, 0, 50);
  await first.close();
  expect((await segmentsIn(directory)).length).toBeGreaterThan(4);
  const second = await openLog(directory);
  await append(second, 50, 60);
  expect(await readAll(second)).toEqual(numbers(0, 60));
  await append(second, 60, 61);
  expect(await readAll(second)).toEqual([60]);
  await second.close();
  expect(await segmentsIn(directory)).toEqual([]);
});

it('starts behind what was done, in whatever order it was, and before what was not', async () => {
  const directory = await makeFolder();
  const log = await openLog(directory);
  await append(log, 0, 40);
  const parts = [];
  for (let count = 0; count < 4; count++) parts.push(await log.read({ eventsMax: 7, bytesMax: 100_000 }));
  parts[0]?.done();
  parts[2]?.done();
  await log.close();
  // The second part is not done: it comes again, and what is behind it too.
  const second = await openLog(directory);
  expect(await readAll(second, false)).toEqual(numbers(7, 40));
  await second.close();
  expect(second.damaged).toEqual([]);
});

it('goes on after all of its segments are gone', async () => {
  const directory = await makeFolder();
  const log = await openLog(directory, { segmentBytes: 1 });
  for (let index = 0; index < 5; index++) {
    await append(log, index, index + 1);
    expect(await readAll(log)).toEqual([index]);
  }
  await log.close();
  const second = await openLog(directory);
  await append(second, 5, 8);
  expect(await readAll(second)).toEqual([5, 6, 7]);
  await second.close();
});

it('goes on where it was when a segment is done in the moment in which the next one is begun', async () => {
  const directory = await makeFolder();
  const log = await openLog(directory, { segmentBytes: 1 });
  await append(log, 0, 1);
  for (let index = 1; index < 30; index++) {
    const batch = await log.read(LIMITS);
    expect(unpackEvents(batch?.events ?? { bytes: Buffer.alloc(0), count: 0 })).toEqual([textOf(index - 1)]);
    const appended = log.append(packEvents([textOf(index)]));
    for (let turn = 0; turn < index; turn++) await new Promise(setImmediate);
    batch?.done();
    await appended;
  }
  expect(await readAll(log)).toEqual([29]);
  await log.close();
});

it.each([
  ['in its header', 10],
  ['in its text', BLOCK_HEADER_BYTES + 5],
  ['behind its header', BLOCK_HEADER_BYTES],
])('passes over a last record that is torn %s, and keeps what is there of it', async (_where, kept) => {
  const directory = await makeFolder();
  const log = await openLog(directory, { segmentBytes: 1_000_000 });
  await append(log, 0, 9);
  const before = log.endPlace();
  await append(log, 9, 10);
  await log.close();
  const [name = ''] = await segmentsIn(directory);
  await truncate(join(directory, name), before + kept);
  const second = await openLog(directory);
  await append(second, 10, 12);
  expect(await readAll(second)).toEqual([...numbers(0, 9), 10, 11]);
  expect(second.damaged).toMatchObject([{ isTorn: true, start: before }]);
  expect(second.damaged[0]?.bytes).toHaveLength(kept);
  await second.close();
});

it('passes over records that are damaged in the middle, keeps their bytes, and gives every other one', async () => {
  const directory = await makeFolder();
  const log = await openLog(directory, { segmentBytes: 1_000_000 });
  const starts: number[] = [];
  for (let index = 0; index < 20; index++) {
    starts.push(log.endPlace());
    await append(log, index, index + 1);
  }
  await log.close();
  const [name = ''] = await segmentsIn(directory);
  const path = join(directory, name);
  const whole = await readFile(path);
  // A bit of a text, of a length, of the mark; the last one twice in a row.
  const hit: readonly [number, number][] = [
    [3, BLOCK_HEADER_BYTES + 4],
    [7, 5],
    [11, 0],
    [12, 26],
  ];
  for (const [index, offset] of hit) {
    const at = (starts[index] ?? 0) + offset;
    whole[at] = (whole[at] ?? 0) ^ 0x10;
  }
  await writeFile(path, whole);
  const second = await openLog(directory);
  const left = await readAll(second);
  expect(left).toEqual(numbers(0, 20).filter((index) => ![3, 7, 11, 12].includes(index)));
  expect(second.damaged.map(({ start, isTorn }) => [start, isTorn])).toEqual([
    [starts[3], false],
    [starts[7], false],
    [starts[11], false],
  ]);
  for (const { start, bytes } of second.damaged) expect(bytes).toEqual(whole.subarray(start, start + bytes.length));
  await second.close();
});

it('finds the records behind a large hole, wherever the hole ends', async () => {
  // Around what is read at a time, so that a mark lies across the end of that.
  for (const size of [1_000_003, ...numbers(256 * 1_024 - 6, 256 * 1_024 + 3)]) {
    const directory = await makeFolder();
    const log = await openLog(directory);
    await append(log, 0, 2);
    await log.close();
    const [name = ''] = await segmentsIn(directory);
    const path = join(directory, name);
    const records = await readFile(path);
    await writeFile(path, Buffer.concat([records, Buffer.alloc(size, 0xff), records, Buffer.alloc(5)]));
    const second = await openLog(directory);
    expect(await readAll(second)).toEqual([0, 1, 0, 1]);
    expect(second.damaged.map(({ bytes }) => bytes.length)).toEqual([size, 5]);
    await second.close();
  }
});

it('believes a position only with its checksum and beside its segment', async () => {
  const directory = await makeFolder();
  const log = await openLog(directory);
  await append(log, 0, 3);
  await readAll(log, false);
  await log.close();
  const [name = ''] = await segmentsIn(directory);
  for (const text of [`${name} 200 12345`, '', 'x', `0000000009-000000000000.segment 50 ${name}`]) {
    await writeFile(join(directory, 'position'), text);
    const again = await openLog(directory);
    expect(await readAll(again, false)).toEqual([0, 1, 2]);
    await again.close();
  }
});

it('syncs the events of calls that wait together', async () => {
  const directory = await makeFolder();
  let syncs = 0;
  const log = await openLog(directory, {
    segmentBytes: 1_000_000,
    async sync(file) {
      syncs += 1;
      await file.datasync();
    },
  });
  await Promise.all(numbers(0, 200).map((index) => log.append(packEvents([textOf(index)]))));
  expect(syncs).toBe(1);
  expect(await readAll(log)).toEqual(numbers(0, 200));
  await log.close();
});

it('trusts a segment no more whose sync failed, and gives nothing of what was to be synced', async () => {
  const directory = await makeFolder();
  let fails = false;
  const log = await openLog(directory, {
    segmentBytes: 1_000_000,
    sync: (file) => (fails ? Promise.reject(new Error('EIO: i/o error, fdatasync')) : file.datasync()),
  });
  await append(log, 0, 3);
  const [first = ''] = await segmentsIn(directory);
  const { size } = await stat(join(directory, first));
  fails = true;
  await expect(append(log, 3, 4)).rejects.toThrow('EIO');
  await expect(append(log, 4, 5)).rejects.toThrow('EIO');
  fails = false;
  await append(log, 5, 7);
  expect((await stat(join(directory, first))).size).toBe(size);
  expect((await segmentsIn(directory)).length).toBeGreaterThan(1);
  expect(await readAll(log, false)).toEqual([0, 1, 2, 5, 6]);
  await log.close();
  const second = await openLog(directory);
  expect(await readAll(second)).toEqual([0, 1, 2, 5, 6]);
  expect(second.damaged).toEqual([]);
  await second.close();
});

it('keeps nothing half-written when a write fails in the middle', async () => {
  const directory = await makeFolder();
  const log = await openLog(directory, { segmentBytes: 1_000_000 });
  await append(log, 0, 3);
  const [name = ''] = await segmentsIn(directory);
  const file = await open(join(directory, name), 'r');
  const prototype = Object.getPrototypeOf(file);
  await file.close();
  const { write } = prototype;
  prototype.write = async function writeHalf(bytes: Buffer, offset: number, length: number, position: number) {
    if (offset > 0) throw new Error('ENOSPC: no space left on device, write');
    return write.call(this, bytes, offset, Math.ceil(length / 2), position);
  };
  try {
    await expect(append(log, 3, 4)).rejects.toThrow('ENOSPC');
  } finally {
    prototype.write = write;
  }
  await append(log, 4, 6);
  expect(await readAll(log, false)).toEqual([0, 1, 2, 4, 5]);
  await log.close();
  const second = await openLog(directory);
  expect(await readAll(second)).toEqual([0, 1, 2, 4, 5]);
  expect(second.damaged).toEqual([]);
  await second.close();
});

it('leaves files alone that are not its own', async () => {
  const directory = await makeFolder();
  await appendFile(join(directory, 'notes.txt'), 'mine');
  await appendFile(join(directory, '0000000001-xyz.segment'), 'not ours');
  const log = await openLog(directory);
  await append(log, 0, 1);
  expect(await readAll(log)).toEqual([0]);
  await log.close();
  expect((await readdir(directory)).sort()).toEqual(['0000000001-xyz.segment', 'notes.txt', 'position']);
});
