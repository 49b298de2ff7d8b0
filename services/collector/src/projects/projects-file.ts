import { join } from 'node:path';
import type { UsageEvent } from '@hopsmeter/client';
import { type KnownProjects, knownProjectsSchema, NO_PROJECTS } from '@hopsmeter/sources';
import { z } from 'zod';
import { makeDirectory, readIfThere, removeFile, writeDurably } from '../disk/durable-file.ts';

/** Reports that are about to be sent, and what is known once they are. */
export type PendingReports = { readonly events: readonly UsageEvent[]; readonly known: KnownProjects };

/** What was reported of projects, on disk. */
export type ProjectsFile = {
  /** What was reported; nothing before the first time. */
  readKnown(): Promise<KnownProjects>;
  /** What a process that ended had not sent, or had sent without noting it. */
  readPending(): Promise<PendingReports | undefined>;
  /** Durable when it resolves. Before the reports are sent: asked again, Hopsworks may say something else. */
  writePending(pending: PendingReports): Promise<void>;
  /** Notes that the pending reports were sent. */
  settle(pending: PendingReports): Promise<void>;
};

const eventSchema = z.custom<UsageEvent>((value) => typeof value === 'object' && value !== null);

const pendingSchema = z.strictObject({ events: z.array(eventSchema), known: knownProjectsSchema });

export async function openProjectsFile(directory: string): Promise<ProjectsFile> {
  const folder = join(directory, 'projects');
  const [knownPath, pendingPath] = [join(folder, 'known.json'), join(folder, 'pending.json')];
  await makeDirectory(folder);
  return {
    async readKnown() {
      const text = await readIfThere(knownPath);
      return text === undefined ? NO_PROJECTS : knownProjectsSchema.parse(JSON.parse(text));
    },
    async readPending() {
      const text = await readIfThere(pendingPath);
      return text === undefined ? undefined : pendingSchema.parse(JSON.parse(text));
    },
    writePending: (pending) => writeDurably(pendingPath, JSON.stringify(pending)),
    async settle({ known }) {
      await writeDurably(knownPath, JSON.stringify(known));
      await removeFile(pendingPath);
    },
  };
}
