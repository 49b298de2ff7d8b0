import { createLogger } from '@hopsmeter/runtime';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { KeyUse } from './key-limits.ts';
import { type KeyUseNotes, startKeyUseNotes } from './key-use-notes.ts';

const logger = createLogger({ name: 'test', level: 'silent' });
let uses: KeyUse[];
let written: (readonly KeyUse[])[];
let write: (uses: readonly KeyUse[]) => Promise<void>;
let notes: KeyUseNotes;

beforeEach(() => {
  vi.useFakeTimers();
  uses = [];
  written = [];
  write = async (given) => void written.push(given);
  notes = startKeyUseNotes({ takeUses: () => uses.splice(0), write: (given) => write(given), logger });
});
afterEach(() => void vi.useRealTimers());

it('writes once a minute, and nothing when no key was used', async () => {
  uses.push({ keyId: 'a', usedAt: 1 });
  await vi.advanceTimersByTimeAsync(59_000);
  expect(written).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(written).toEqual([[{ keyId: 'a', usedAt: 1 }]]);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(written).toHaveLength(1);
});

it('keeps what could not be written for the next time, the last use of each key', async () => {
  write = () => Promise.reject(new Error('away'));
  uses.push({ keyId: 'a', usedAt: 1 }, { keyId: 'b', usedAt: 2 });
  await vi.advanceTimersByTimeAsync(60_000);
  uses.push({ keyId: 'a', usedAt: 3 });
  write = async (given) => void written.push(given);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(written).toEqual([
    [
      { keyId: 'a', usedAt: 3 },
      { keyId: 'b', usedAt: 2 },
    ],
  ]);
});

it('does not ask twice at once when the database is slow', async () => {
  let calls = 0;
  write = () => {
    calls += 1;
    return new Promise(() => undefined);
  };
  uses.push({ keyId: 'a', usedAt: 1 });
  await vi.advanceTimersByTimeAsync(600_000);
  expect(calls).toBe(1);
  const closed = notes.close();
  await vi.advanceTimersByTimeAsync(1_000);
  await closed;
});

it('writes what is left when it closes', async () => {
  uses.push({ keyId: 'a', usedAt: 1 });
  await notes.close();
  expect(written).toEqual([[{ keyId: 'a', usedAt: 1 }]]);
});
