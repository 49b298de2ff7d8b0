import type { BatchRecord } from '@hopsmeter/usage';
import { expect, it } from 'vitest';
import type { Pool } from '../connection/pool.ts';
import { createRecording } from './create-recording.ts';
import { RECORD_NEW } from './record-new-statement.ts';

const ENTRY = { id: 'batch', receivedAt: 0, eventCount: 1, requests: '[]', duplicatesWithin: 1 };
const RECORD: BatchRecord = { directoryVersion: '1', batches: [ENTRY], ledger: [], parked: [], prices: [] };

/** A database that finds copies in some statements, and notes which statement it was asked to run. */
function createDatabase(hasCopies: (statement: number) => boolean, failure: object = { code: '23505' }) {
  const asked: ('new' | 'exact')[] = [];
  let statement = -1;
  const query = async (text: string) => {
    const isNew = text === RECORD_NEW;
    // The exact statement after the other one is for the same record.
    if (isNew || asked.at(-1) !== 'new') statement += 1;
    asked.push(isNew ? 'new' : 'exact');
    if (!hasCopies(statement)) return { rows: [{ counted: 0, duplicates: 1, parked: 0 }] };
    if (isNew) throw Object.assign(new Error('refused'), failure);
    return { rows: [{ counted: 0, duplicates: 2, parked: 0 }] };
  };
  return { asked, recording: createRecording({ query } as unknown as Pool) };
}

it('expects new events as long as they are, whatever copies are within a record', async () => {
  const { asked, recording } = createDatabase(() => false);
  for (let i = 0; i < 3; i++) expect(await recording(RECORD)).toEqual([{ counted: 0, duplicates: 1, parked: 0 }]);
  expect(asked).toEqual(['new', 'new', 'new']);
});

it('asks the exact statement about a copy, and goes on with that until none came for a while', async () => {
  const { asked, recording } = createDatabase((statement) => statement === 0 || statement === 3);
  for (let i = 0; i < 24; i++) await recording(RECORD);
  expect(asked).toEqual(['new', ...Array.from({ length: 20 }, () => 'exact'), 'new', 'new', 'new', 'new']);
});

it('leaves every other failure to its caller, and expects new events again', async () => {
  const { asked, recording } = createDatabase((statement) => statement === 0, { code: 'HM001' });
  await expect(recording(RECORD)).rejects.toMatchObject({ code: 'HM001' });
  await recording(RECORD);
  expect(asked).toEqual(['new', 'new']);
});
