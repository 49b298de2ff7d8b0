import { open } from 'node:fs/promises';
import type { ListedRow } from '@hopsmeter/usage';
import { CliError } from './cli-error.ts';

/** A file with one JSON object a line for every row that is listed. */
export type Report = {
  add(outcome: string, rows: readonly ListedRow[]): Promise<void>;
  close(): Promise<void>;
};

/** Begins a report anew; without a path nothing is written. @throws CliError when the file cannot be written. */
export async function createReport(path: string | undefined): Promise<Report> {
  if (path === undefined) return { add: async () => undefined, close: async () => undefined };
  const file = await open(path, 'w').catch((error: Error) => {
    throw new CliError(`The report cannot be written: ${error.message}`, { cause: error });
  });
  return {
    async add(outcome, rows) {
      const lines = rows.map(({ table, key, reason }) => `${JSON.stringify({ outcome, table, key, reason })}\n`);
      await file.appendFile(lines.join(''));
    },
    close: () => file.close(),
  };
}
