import { z } from 'zod';
import { type Answer, ask } from '../asking/ask.ts';
import { mapAtOnce } from '../asking/map-at-once.ts';
import { readJson } from '../asking/read-json.ts';
import type { QuarantinedRow } from '../source.ts';
import { SourceError } from '../source-error.ts';
import { type ListedProject, type ReadProject, readProject } from './listed-project.ts';
import { readPages, WHOM } from './read-pages.ts';

export type HopsworksOptions = {
  /** `https://hopsworks.example.com` */
  readonly url: string;
  /** An API key of an administrator with the scope ADMIN; read anew for each question. */
  readonly readKey: () => Promise<string>;
  /** Of one question. Default: 60 s. */
  readonly timeoutMs?: number;
  /** Projects of one page. Default: 1,000. */
  readonly pageSize?: number;
};

/** All projects that Hopsworks lists. */
export type ProjectList = {
  /** In the order of their ids. */
  readonly projects: readonly ListedProject[];
  readonly unreadable: readonly QuarantinedRow[];
  /** What Hopsworks' clock said at the end. */
  readonly serverTime: number | undefined;
};

/** What Hopsworks says of a project that it did not list. */
export type UnlistedProject =
  | { readonly kind: 'gone' }
  | { readonly kind: 'there'; readonly project: ListedProject }
  | { readonly kind: 'unknown'; readonly detail: string };

export type Hopsworks = {
  /** @throws SourceError */
  readonly listProjects: (signal: AbortSignal) => Promise<ProjectList>;
  /** Asks for projects one by one; the answers are in the order of the ids. @throws the signal's reason. */
  readonly askForProjects: (ids: readonly number[], signal: AbortSignal) => Promise<readonly UnlistedProject[]>;
};

const TIMEOUT_MS = 60_000;
const PAGE_SIZE = 1_000;

/** Hopsworks shares its database with all users. */
const AT_ONCE = 4;

/** What Hopsworks calls "Project wasn't found", with the status 400 or 404. A path that it does not know is another. */
const PROJECT_NOT_FOUND = 150_004;

const userSchema = z.object({ email: z.string().min(1).optional(), username: z.string().min(1).optional() });

const errorSchema = z.object({ errorCode: z.int() });

/** Asks Hopsworks' REST API for projects. */
export function createHopsworksClient(options: HopsworksOptions): Hopsworks {
  const { readKey, timeoutMs = TIMEOUT_MS, pageSize = PAGE_SIZE } = options;
  const base = `${options.url.replace(/\/+$/, '')}/hopsworks-api/api`;
  const get = async (path: string, signal: AbortSignal, statuses: readonly number[] = []): Promise<Answer> =>
    await ask({
      url: new URL(`${base}${path}`),
      whom: WHOM,
      headers: { authorization: `ApiKey ${await readKey()}`, accept: 'application/json' },
      timeoutMs,
      statuses,
      signal,
    });

  const readOwner = async (creatorId: string, signal: AbortSignal): Promise<string | undefined> => {
    const { text } = await get(`/admin/users/${creatorId}`, signal);
    const { email, username } = readJson(text, userSchema, WHOM);
    return email ?? username;
  };

  /** A list without `expand` tells only where its owners are described. */
  const addOwners = async (read: readonly ReadProject[], signal: AbortSignal): Promise<readonly ListedProject[]> => {
    const creatorIds = [...new Set(read.flatMap(({ creatorId }) => creatorId ?? []))];
    const owners = await mapAtOnce(creatorIds, AT_ONCE, (id) => readOwner(id, signal));
    const byId = new Map(creatorIds.map((id, place) => [id, owners[place]]));
    return read.map(({ project, creatorId }) =>
      creatorId === undefined ? project : { ...project, owner: byId.get(creatorId) },
    );
  };

  return {
    async listProjects(signal) {
      const { items, serverTime } = await readPages((offset) =>
        get(`/admin/projects?expand=creator&offset=${offset}&limit=${pageSize}`, signal),
      );
      const read = items.map(readProject);
      const projects = await addOwners(
        read.flatMap((each) => ('project' in each ? [each] : [])),
        signal,
      );
      return {
        projects: projects.toSorted((a, b) => a.id - b.id),
        unreadable: read.flatMap((each) => ('project' in each ? [] : [each])),
        serverTime,
      };
    },

    askForProjects: (ids, signal) =>
      mapAtOnce(ids, AT_ONCE, async (id): Promise<UnlistedProject> => {
        try {
          const { status, text } = await get(`/admin/projects/${id}?expand=creator`, signal, [400, 404]);
          if (status === 400 || status === 404) {
            if (isProjectNotFound(text)) return { kind: 'gone' };
            throw new SourceError('ANSWER_FAILED', `${WHOM} answered ${status}, which does not say that it is gone`);
          }
          const read = readProject(readJson(text, z.unknown(), WHOM));
          if (!('project' in read)) return { kind: 'unknown', detail: read.detail };
          const [project] = await addOwners([read], signal);
          return project?.id === id
            ? { kind: 'there', project }
            : { kind: 'unknown', detail: `${WHOM} answered with another project` };
        } catch (error) {
          signal.throwIfAborted();
          if (error instanceof SourceError) return { kind: 'unknown', detail: error.message };
          throw error;
        }
      }),
  };
}

function isProjectNotFound(text: string): boolean {
  try {
    return readJson(text, errorSchema, WHOM).errorCode === PROJECT_NOT_FOUND;
  } catch (error) {
    // The page of a proxy says nothing of a project.
    if (error instanceof SourceError) return false;
    throw error;
  }
}
