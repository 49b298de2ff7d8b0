import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { UsageEvent, Window } from '@hopsmeter/client';
import type { SourceName } from '@hopsmeter/sources';
import { z } from 'zod';
import { makeDirectory, readIfThere, removeFile, writeDurably } from '../disk/durable-file.ts';

/**
 * What was collected, on disk before it is sent. A kill between the two sends it again as it is: asked again, a source
 * may give other numbers, and an id must not come with two contents.
 */

/** `usage`: the events of a window and its manifest. `recheck`: what the second look at it brought. */
export type EntryKind = 'usage' | 'recheck';

export type Entry = {
  readonly kind: EntryKind;
  readonly window: Window;
  /** The usage, corrections too. */
  readonly events: readonly UsageEvent[];
  /** What is sent after it. */
  readonly manifest: UsageEvent | undefined;
};

export type Journal = {
  /** Durable when it resolves. */
  write(entry: Entry): Promise<void>;
  /** What is there, the oldest window first. */
  list(): Promise<readonly { readonly kind: EntryKind; readonly window: Window }[]>;
  /** @throws when it is not there or not whole. */
  read(kind: EntryKind, window: Window): Promise<Entry>;
  remove(kind: EntryKind, window: Window): Promise<void>;
};

/** `20261122T130000Z-20261122T140000Z.usage.json` */
const NAME = /^(\d{4})(\d\d)(\d\d)T(\d\d)0000Z-(\d{4})(\d\d)(\d\d)T(\d\d)0000Z\.(usage|recheck)\.json$/;

const eventSchema = z.custom<UsageEvent>((value) => typeof value === 'object' && value !== null && 'id' in value);

const entrySchema = z.strictObject({ events: z.array(eventSchema), manifest: eventSchema.optional() });

/** Opens it, and removes what a process that was killed had not written to its end. */
export async function openJournal(directory: string, source: SourceName): Promise<Journal> {
  const folder = join(directory, 'journal', source);
  await makeDirectory(folder);
  for (const name of await readdir(folder)) if (name.endsWith('.new')) await removeFile(join(folder, name));
  const pathOf = (kind: EntryKind, { start, end }: Window): string =>
    join(folder, `${start.replace(/[-:]/g, '')}-${end.replace(/[-:]/g, '')}.${kind}.json`);
  return {
    write: ({ kind, window, events, manifest }) =>
      writeDurably(pathOf(kind, window), JSON.stringify({ events, manifest })),
    async list() {
      const names = await readdir(folder);
      return names.toSorted().flatMap(readName);
    },
    async read(kind, window) {
      const path = pathOf(kind, window);
      const text = await readIfThere(path);
      if (text === undefined) throw new Error(`${path} is missing`);
      const { events, manifest } = entrySchema.parse(JSON.parse(text));
      return { kind, window, events, manifest };
    },
    remove: (kind, window) => removeFile(pathOf(kind, window)),
  };
}

function readName(name: string): { readonly kind: EntryKind; readonly window: Window }[] {
  const match = NAME.exec(name);
  if (match === null) return [];
  const [, y1, m1, d1, h1, y2, m2, d2, h2, kind] = match;
  const window = { start: `${y1}-${m1}-${d1}T${h1}:00:00Z`, end: `${y2}-${m2}-${d2}T${h2}:00:00Z` };
  return [{ kind: kind === 'recheck' ? 'recheck' : 'usage', window }];
}
