import { join } from 'node:path';
import type { SourceName } from '@hopsmeter/sources';
import { makeDirectory, readIfThere, writeDurably } from '../disk/durable-file.ts';
import type { Hour } from './hour.ts';
import { beginMarks, formatMarks, type Marks, parseMarks } from './marks.ts';

/** The marks of a source on disk. */
export type MarkFile = {
  current(): Marks;
  /** Durable when it resolves. */
  save(marks: Marks): Promise<void>;
};

/**
 * Opens the marks of a source, or begins them.
 *
 * @param since is asked only where there are none: the first hour to report.
 * @throws when the file is there and cannot be read: to begin anew would report hours a second time.
 */
export async function openMarkFile(
  directory: string,
  source: SourceName,
  since: () => Promise<Hour>,
): Promise<MarkFile> {
  const folder = join(directory, 'marks');
  const path = join(folder, `${source}.json`);
  await makeDirectory(folder);
  const text = await readIfThere(path);
  let marks = text === undefined ? beginMarks(await since()) : readMarks(path, text);
  const save = async (next: Marks): Promise<void> => {
    await writeDurably(path, formatMarks(next));
    marks = next;
  };
  if (text === undefined) await save(marks);
  return { current: () => marks, save };
}

function readMarks(path: string, text: string): Marks {
  try {
    return parseMarks(text);
  } catch (error) {
    throw new Error(`${path} holds no marks; restore it, or remove it and set COLLECT_FROM`, { cause: error });
  }
}
